import { thresholds } from '../thresholds.ts';
import { type Rule, cannotSay } from './rule.ts';

/** How large one thing is after each of some iterations: entries of a collection, characters of a string, bytes of a buffer. */
export interface SizeEvidence {
  /** The first was read before the first of these iterations. */
  readonly sizes: readonly number[];
  /** Sizes read earlier in the check, oldest first. */
  readonly earlier?: readonly number[];
  /** Iterations that had run before the last reading, since the page was loaded. */
  readonly iterationsInAll: number;
  /** Whether each iteration is known, from exact counters, to add more than the one before. */
  readonly multiplies?: boolean;
}

/**
 * What must be there in the end, if all iterations since the page was loaded added at the present rate; where each adds
 * more than the one before, those before the first step added ever smaller parts of it.
 */
function leastToHold(steps: readonly number[], { iterationsInAll, multiplies }: SizeEvidence): number {
  const gain = steps.reduce((sum, step) => sum + step, 0);
  const factors = steps.slice(1).map((step, index) => step / steps[index]!);
  if (multiplies === true && factors.length > 0 && Math.min(...factors) >= thresholds.survivorsFactor)
    return gain + (steps[0]! / (Math.max(...factors) - 1)) * thresholds.accumulated;
  return (gain / steps.length) * iterationsInAll * thresholds.accumulated;
}

/**
 * A collection or text that grows by iterations and never shrinks: it gained in nearly every one that was watched, lost
 * in none, and holds what all the iterations since the page was loaded must have added.
 */
export const accumulates: Rule<SizeEvidence> = {
  name: 'accumulates',
  says: 'Leak: a collection, text or buffer gained in at least half of the watched iterations, never shrank, and holds what all iterations must have added. Bounded where it was seen to shrink or to stop.',
  fooledBy: 'A limit that the check did not reach.',
  judge(evidence) {
    const { sizes, earlier = [] } = evidence;
    if (sizes.length < 3) return cannotSay;
    const steps = sizes.slice(1).map((size, index) => size - sizes[index]!);
    const gains = steps.filter((step) => step > 0).length;
    const losses = steps.filter((step) => step < 0).length;
    const gain = sizes.at(-1)! - sizes[0]!;
    const all = [...earlier, ...sizes];
    const numbers = { sizes: all, iterations: evidence.iterationsInAll };
    const shrank = all.slice(1).some((size, index) => size < all[index]!);
    if (losses > 0) return { answer: 'bounded', reason: 'it shrinks again', numbers };
    if (gain <= 0) return { answer: 'bounded', reason: 'it stopped growing', numbers };
    if (gains < steps.length / 2) return { answer: 'not-a-leak', reason: 'it does not grow by iterations', numbers };
    if (sizes.at(-1)! < leastToHold(steps, evidence))
      return shrank
        ? { answer: 'bounded', reason: 'it is emptied now and then: it was seen to shrink', numbers }
        : cannotSay;
    return {
      answer: 'leak',
      reason: `it gained in ${gains} of ${steps.length} iterations and never shrank`,
      numbers,
    };
  },
};
