import { type Rule, type SurvivorEvidence, cannotSay, rateOf } from './rule.ts';

/** Later stretches must keep up with this share of the first rate: a leak does not slow down. */
const KEEPS_UP = 0.6;

/**
 * The sign of a leak: something survives from every iteration, the earliest included, and goes on doing so. One
 * iteration may be an exception, as work may slip over an iteration's end into the next.
 *
 * Fooled by: a cache or pool larger than all iterations of the run.
 */
export const everyIteration: Rule<SurvivorEvidence> = {
  name: 'every iteration',
  judge({ buckets, escalated }) {
    if (buckets.length < 3) return cannotSay;
    const singles = buckets.filter((bucket) => bucket.iterations === 1);
    const stretches = buckets.filter((bucket) => bucket.iterations > 1);
    const missing = singles.filter((bucket) => bucket.survivors === 0).length;
    if (singles.length === 0 || missing > Math.floor(singles.length / 6)) return cannotSay;
    const rate = rateOf(singles);
    if (
      !stretches.every(
        (stretch) => (stretch.possible ?? stretch.survivors) / stretch.iterations >= Math.min(rate, 1) * KEEPS_UP,
      )
    )
      return cannotSay;
    const iterations = buckets.reduce((sum, bucket) => sum + bucket.iterations, 0);
    return {
      answer: 'leak',
      reason: `something survives from every one of ${iterations} iterations${escalated ? '' : ', and no time was left to follow it further'}`,
    };
  },
};
