import type { Evidence } from '../evidence.ts';
import { UNTELLING_COUNTERS, countsThings } from '../platform/index.ts';
import type { Step } from './steps.ts';
import { type Suspicion, findSuspicions } from './suspicion.ts';
import { thresholds } from './thresholds.ts';
import { begunIn, countView, sprintsIn } from './view.ts';

/**
 * Iterations inside the page before the first reading, and up to the readings that are compared with it. A table that gains one
 * entry each time grows before both; after some 500, V8 compiles code anew, which takes more than that.
 */
const READINGS = [20, 150, 150];

/**
 * A page on which nothing rose in the count is read once more, after some hundred iterations inside it, which take a
 * few tenths of a second: an array that gains one number an iteration shows then, and what leaks once in 50 iterations.
 */
export function nextLongLook(evidence: Evidence): Extract<Step, { do: 'sprint' }> | undefined {
  const { reach } = evidence.settings;
  const sprints = sprintsIn(evidence);
  const iterations = READINGS[sprints.length];
  if (reach === undefined || iterations === undefined) return undefined;
  if (sprints.length > 0 && sprints.at(-1)!.endedBy !== 'done') return undefined;
  return { do: 'sprint', to: begunIn(evidence) + iterations, of: reach, by: 'page' };
}

/** What rose: in the count, or where nothing did, between each of the readings after it. */
export function suspicionsIn(evidence: Evidence): Suspicion[] {
  const found = findSuspicions(countView(evidence).samples);
  return found.length > 0 ? found : slowSuspicions(evidence);
}

/** Whether only the long look found anything. */
export function isSlow(evidence: Evidence): boolean {
  return findSuspicions(countView(evidence).samples).length === 0 && slowSuspicions(evidence).length > 0;
}

function slowSuspicions(evidence: Evidence): Suspicion[] {
  const [first, second, third] = sprintsIn(evidence);
  if (!first || !second || !third || third.endedBy !== 'done') return [];
  const suspicions: Suspicion[] = [];
  for (const [counter, last] of Object.entries(third.counters)) {
    if (UNTELLING_COUNTERS.has(counter) || counter === 'embedderHeapBytes' || counter === 'treeBytes') continue;
    const [before = 0, between = 0] = [first.counters[counter], second.counters[counter]];
    const [early, late] = [between - before, last - between];
    const goesOn = countsThings(counter) ? early > 0 && late > 0 : areSteady(early, late);
    if (goesOn) suspicions.push({ counter, perIteration: (last - before) / (third.begun - first.begun) });
  }
  return suspicions;
}

/** Code that is compiled late comes in one of them, or in less and less; a leak comes in both, about as much. */
function areSteady(early: number, late: number): boolean {
  const ratio = late / early;
  return early >= thresholds.slowBytes && ratio > 1 / thresholds.slowFactor && ratio < thresholds.slowFactor;
}
