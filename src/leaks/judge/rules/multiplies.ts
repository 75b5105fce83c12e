import { thresholds } from '../thresholds.ts';
import { type Rule, type SurvivorEvidence, cannotSay } from './rule.ts';

/** Single iterations that are compared, at least: the counters have shown more readings than these. */
const LEAST = 2;

/**
 * Work that multiplies: a listener that adds two listeners, a list that is doubled. Of what each iteration leaves, the
 * first left least, which otherwise reads as if the oldest were evicted. It only speaks where exact counters have shown that
 * the page as a whole grows so: survivors alone cannot tell it from a cache that evicts at random.
 */
export const multiplies: Rule<SurvivorEvidence> = {
  name: 'multiplies',
  says: 'Leak: each iteration leaves more than the one before, on a page whose counters grow so.',
  fooledBy: 'A cache that evicts at random, on a page where something else multiplies.',
  judge({ buckets, multiplies: pageMultiplies }) {
    const singles = buckets.filter(({ iterations }) => iterations === 1).map(({ survivors }) => survivors);
    if (pageMultiplies !== true || singles.length < LEAST) return cannotSay;
    const grows = singles.every(
      (count, index) => count > 0 && (index === 0 || count >= singles[index - 1]! * thresholds.survivorsFactor),
    );
    return grows
      ? {
          answer: 'leak',
          reason: `each iteration leaves more than the one before: ${singles.join(', ')}`,
          numbers: { survivors: singles },
        }
      : cannotSay;
  },
};
