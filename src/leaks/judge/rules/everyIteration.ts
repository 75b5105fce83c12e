import { thresholds } from '../thresholds.ts';
import { type Rule, type SurvivorEvidence, cannotSay, rateOf, survivorsIn } from './rule.ts';

/**
 * The sign of a leak: something survives from every iteration, the earliest included, and goes on doing so. One
 * iteration may be an exception, as work may slip over an iteration's end into the next.
 */
export const everyIteration: Rule<SurvivorEvidence> = {
  name: 'every iteration',
  says: 'Leak: something survives of every iteration, the first included (one of six may be missing), and the last stretch leaves as many.',
  fooledBy: 'A cache or pool larger than all iterations of the check.',
  judge({ buckets, escalated }) {
    if (buckets.length < 3) return cannotSay;
    const singles = buckets.filter((bucket) => bucket.iterations === 1);
    const stretches = buckets.filter((bucket) => bucket.iterations > 1);
    const missing = singles.filter((bucket) => bucket.survivors === 0).length;
    if (singles.length === 0 || missing > Math.floor(singles.length / 6)) return cannotSay;
    const rate = rateOf(singles);
    if (
      !stretches.every(
        (stretch) =>
          (stretch.possible ?? stretch.survivors) / stretch.iterations >= Math.min(rate, 1) * thresholds.keepsUp,
      )
    )
      return cannotSay;
    const iterations = buckets.reduce((sum, bucket) => sum + bucket.iterations, 0);
    return {
      answer: 'leak',
      reason: `something survives of every one of ${iterations} iterations${escalated ? '' : ', which were followed no further'}`,
      numbers: { iterations, survivors: survivorsIn(buckets), perIteration: rate },
    };
  },
};
