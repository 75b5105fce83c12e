import { type Rule, cannotSay } from './rule.ts';

/** How large one thing is after each of some iterations: entries of a collection, characters of a string, bytes of a buffer. */
export interface SizeEvidence {
  /** The first was read before the first of these iterations. */
  readonly sizes: readonly number[];
  /** Iterations that had run before the last reading, since the page was loaded. */
  readonly iterationsInAll: number;
}

/** Share of what all iterations must have added at the present rate that must still be there. */
const STILL_THERE = 0.6;

/**
 * A collection or text that grows by iterations and never shrinks: it gained in nearly every one that was watched, lost
 * in none, and holds what all the iterations since the page was loaded must have added. The last is what a buffer that
 * is flushed now and then, or a list that was just trimmed, cannot show.
 *
 * Fooled by: a limit that the run did not reach.
 */
export const accumulates: Rule<SizeEvidence> = {
  name: 'accumulates',
  judge({ sizes, iterationsInAll }) {
    if (sizes.length < 3) return cannotSay;
    const steps = sizes.slice(1).map((size, index) => size - sizes[index]!);
    const gains = steps.filter((step) => step > 0).length;
    const losses = steps.filter((step) => step < 0).length;
    const gain = sizes.at(-1)! - sizes[0]!;
    if (gain <= 0 || losses > 0) {
      return { answer: 'bounded', reason: losses > 0 ? 'it shrinks again' : 'it stopped growing' };
    }
    if (gains < steps.length / 2) return { answer: 'not-a-leak', reason: 'it does not grow by iterations' };
    const rate = gain / steps.length;
    if (sizes.at(-1)! < rate * iterationsInAll * STILL_THERE)
      return { answer: 'bounded', reason: 'it is emptied now and then: it holds less than the iterations added' };
    return { answer: 'leak', reason: `it gained in ${gains} of ${steps.length} iterations and never shrank` };
  },
};
