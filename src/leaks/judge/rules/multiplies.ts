import { type Rule, type SurvivorEvidence, cannotSay } from './rule.ts';

/** Each iteration leaves at least this many times what the one before left. */
const FACTOR = 1.2;
/** The counters have shown more readings than these. */
const LEAST = 2;

/**
 * Work that multiplies: a listener that adds two listeners, a list that is doubled. Of what each iteration leaves, the
 * first left least, which otherwise reads as if the oldest were let go. It only speaks where exact counters have shown that
 * the page as a whole grows so: survivors alone cannot tell it from a cache that evicts at random.
 *
 * Fooled by: such a cache on a page where something else multiplies.
 */
export const multiplies: Rule<SurvivorEvidence> = {
  name: 'multiplies',
  judge({ buckets, multiplies: pageMultiplies }) {
    const singles = buckets.filter(({ iterations }) => iterations === 1).map(({ survivors }) => survivors);
    if (pageMultiplies !== true || singles.length < LEAST) return cannotSay;
    const grows = singles.every((count, index) => count > 0 && (index === 0 || count >= singles[index - 1]! * FACTOR));
    return grows
      ? { answer: 'leak', reason: `each iteration leaves more than the one before: ${singles.join(', ')}` }
      : cannotSay;
  },
};
