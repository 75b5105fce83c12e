import { type Rule, cannotSay } from './rule.ts';

/** How large one thing is after each of some iterations: entries of a collection, characters of a string, bytes of a buffer. */
export interface SizeEvidence {
  /** The first was read before the first of these iterations. */
  readonly sizes: readonly number[];
  /** Iterations that had run before the last reading, since the page was loaded. */
  readonly iterationsInAll: number;
  /** Whether each iteration is known, from exact counters, to add more than the one before. */
  readonly multiplies?: boolean;
}

/** Share of what all iterations must have added at the present rate that must still be there. */
const STILL_THERE = 0.6;

/** Each step at least this many times the one before: growth that multiplies. */
const MULTIPLIED = 1.2;

/**
 * What must be there in the end, if all iterations since the page was loaded added at the present rate; where each adds
 * more than the one before, those before the first step added ever smaller parts of it.
 */
function leastToHold(steps: readonly number[], { iterationsInAll, multiplies }: SizeEvidence): number {
  const gain = steps.reduce((sum, step) => sum + step, 0);
  const factors = steps.slice(1).map((step, index) => step / steps[index]!);
  if (multiplies === true && factors.length > 0 && Math.min(...factors) >= MULTIPLIED)
    return gain + (steps[0]! / (Math.max(...factors) - 1)) * STILL_THERE;
  return (gain / steps.length) * iterationsInAll * STILL_THERE;
}

/**
 * A collection or text that grows by iterations and never shrinks: it gained in nearly every one that was watched, lost
 * in none, and holds what all the iterations since the page was loaded must have added. The last is what a buffer that
 * is flushed now and then, or a list that was just trimmed, cannot show.
 *
 * Fooled by: a limit that the run did not reach.
 */
export const accumulates: Rule<SizeEvidence> = {
  name: 'accumulates',
  judge(evidence) {
    const { sizes } = evidence;
    if (sizes.length < 3) return cannotSay;
    const steps = sizes.slice(1).map((size, index) => size - sizes[index]!);
    const gains = steps.filter((step) => step > 0).length;
    const losses = steps.filter((step) => step < 0).length;
    const gain = sizes.at(-1)! - sizes[0]!;
    if (gain <= 0 || losses > 0) {
      return { answer: 'bounded', reason: losses > 0 ? 'it shrinks again' : 'it stopped growing' };
    }
    if (gains < steps.length / 2) return { answer: 'not-a-leak', reason: 'it does not grow by iterations' };
    if (sizes.at(-1)! < leastToHold(steps, evidence))
      return { answer: 'bounded', reason: 'it is emptied now and then: it holds less than the iterations added' };
    return { answer: 'leak', reason: `it gained in ${gains} of ${steps.length} iterations and never shrank` };
  },
};
