import { type Rule, type SurvivorEvidence, cannotSay, survivorsIn } from './rule.ts';

/** Runs of iterations that must be compared, at least. */
const LEAST = 4;

/**
 * A leak that comes once in dozens of iterations, on a page where all else stands still: single iterations show nothing, so runs of
 * them are compared. One run may be without, as chance has it.
 */
export const everyStretch: Rule<SurvivorEvidence> = {
  name: 'every stretch',
  says: 'Leak: where single iterations leave nothing, something survives of each run of 50, and a function of the page made it (one run may be without).',
  fooledBy: 'A cache that is filled so rarely that it does not fill up in some hundred iterations.',
  judge({ buckets, madeByPage, heldByPage }) {
    if (buckets.length < LEAST || buckets.some(({ iterations }) => iterations === 1)) return cannotSay;
    if (madeByPage !== true || heldByPage !== true) return cannotSay;
    const without = buckets.filter(({ survivors }) => survivors === 0).length;
    if (without > 1) return cannotSay;
    const survivors = survivorsIn(buckets);
    return {
      answer: 'leak',
      reason: `something survives of ${buckets.length - without} of ${buckets.length} runs of ${buckets[0]!.iterations} iterations: ${survivors.join(', ')}`,
      numbers: { survivors, iterations: buckets.map(({ iterations }) => iterations) },
    };
  },
};
