import type { Evidence } from '../evidence.ts';
import { UNTELLING_COUNTERS, countsThings } from '../platform/index.ts';
import type { Step } from './steps.ts';
import { HEAPS, type Suspicion, findSuspicions, leastBytes, typicalStep } from './suspicion.ts';
import { thresholds } from './thresholds.ts';
import { begunIn, countView, sprintsIn } from './view.ts';

/**
 * Iterations inside the page before the first reading, and up to the readings that are compared with it. A table that gains one
 * entry each time grows before both; after some 500, V8 compiles code anew, which takes more than that.
 */
const READINGS = [20, 150, 150];
/**
 * Iterations up to one more reading, where the heap moved between the others, but not evenly: as many as those before together. What a
 * page makes and drops by itself (a timer that replaces a list) moves each reading by the same amount, however many iterations lie
 * between, while a leak adds twice as much in twice as many.
 */
const FURTHER = 300;

/**
 * A page on which nothing rose in the count is read once more, after some hundred iterations inside it, which take a
 * few tenths of a second: an array that gains one number an iteration shows then, and what leaks once in 50 iterations.
 */
export function nextLongLook(evidence: Evidence): Extract<Step, { do: 'sprint' }> | undefined {
  const { reach } = evidence.settings;
  const sprints = longSprints(evidence);
  const iterations =
    READINGS[sprints.length] ?? (sprints.length === READINGS.length && moved(sprints) ? FURTHER : undefined);
  if (reach === undefined || iterations === undefined) return undefined;
  if (sprints.length > 0 && sprints.at(-1)!.endedBy !== 'done') return undefined;
  const to = begunIn(evidence) + iterations;
  return { do: 'sprint', to, of: Math.max(reach, to), by: 'page' };
}

/** What rose: in the count, or where nothing did that was found to be kept, between each of the readings after it. */
export function suspicionsIn(evidence: Evidence): Suspicion[] {
  const found = findSuspicions(countView(evidence).samples);
  const slow = found.length === 0 || mayHideSlow(evidence, found) ? slowSuspicions(evidence) : [];
  return slow.length > 0 ? slow : found;
}

/** Whether only the long look found anything. */
export function isSlow(evidence: Evidence): boolean {
  const found = findSuspicions(countView(evidence).samples);
  return (found.length === 0 || mayHideSlow(evidence, found)) && slowSuspicions(evidence).length > 0;
}

/**
 * Whether heaps rose, and by so little that code that is compiled explains it. Behind that, a leak of every fifth iteration does not show in
 * a count of seven.
 */
export function mayHideSlow(evidence: Evidence, found: readonly Suspicion[]): boolean {
  const { samples } = countView(evidence);
  return found.every(({ counter }) => HEAPS.has(counter) && typicalStep(samples, counter) < leastBytes(counter));
}

/** Whether the heap rose as if each iteration added as much: in the long look, or, where none could be done, in most steps of the count. */
export function roseEvenly(evidence: Evidence): boolean {
  if (longSprints(evidence).length >= READINGS.length)
    return slowSuspicions(evidence).some(({ counter }) => counter === HEAP);
  const { samples } = countView(evidence);
  const typical = typicalStep(samples, HEAP);
  const steps = samples.slice(1).map((sample, index) => sample[HEAP]! - samples[index]![HEAP]!);
  const near = steps.filter((step) => step * thresholds.slowFactor > typical && step < typical * thresholds.slowFactor);
  return typical > 0 && near.length >= steps.length * thresholds.keepsUp;
}

/** The readings of the long look. After a look into the heap that showed nothing, those that come when workers are known. */
function longSprints(evidence: Evidence): Sprints {
  const { observations } = evidence;
  if (findSuspicions(countView(evidence).samples).length === 0) return sprintsIn(evidence);
  const workers = observations.findIndex(({ saw }) => saw === 'workers');
  return workers < 0 ? [] : sprintsIn({ ...evidence, observations: observations.slice(workers) });
}

function slowSuspicions(evidence: Evidence): Suspicion[] {
  const sprints = longSprints(evidence);
  const [first, second, third, further] = sprints;
  if (!first || !second || !third || third.endedBy !== 'done' || evidence.settings.deep) return [];
  const suspicions: Suspicion[] = [];
  for (const [counter, last] of Object.entries(third.counters)) {
    if (UNTELLING_COUNTERS.has(counter) || counter === 'embedderHeapBytes' || counter === 'treeBytes') continue;
    const [before = 0, between = 0] = [first.counters[counter], second.counters[counter]];
    const [early, late] = [between - before, last - between];
    const goesOn = countsThings(counter) ? early > 0 && late > 0 : areSteady(early, late);
    if (goesOn) suspicions.push({ counter, perIteration: (last - before) / (third.begun - first.begun) });
  }
  if (suspicions.length > 0 || further?.endedBy !== 'done' || !wentOn(sprints)) return suspicions;
  const gained = further.counters[HEAP]! - first.counters[HEAP]!;
  return [{ counter: HEAP, perIteration: gained / (further.begun - first.begun) }];
}

/** Code that is compiled late comes in one of them, or in less and less; a leak comes in both, about as much. */
function areSteady(early: number, late: number): boolean {
  const ratio = late / early;
  return early >= thresholds.slowBytes && ratio > 1 / thresholds.slowFactor && ratio < thresholds.slowFactor;
}

type Sprints = ReturnType<typeof sprintsIn>;

/** The heap: what comes and goes by itself moves no other counter so that it matters. */
const HEAP = 'jsHeapBytes';

/** What the heap gained from each of the readings to the next. */
const gainsIn = (sprints: Sprints): number[] =>
  sprints.slice(1).map(({ counters }, index) => (counters[HEAP] ?? 0) - (sprints[index]!.counters[HEAP] ?? 0));

/** Whether the heap moved by more than a page at rest gains. */
const moved = (sprints: Sprints): boolean => gainsIn(sprints).some((gain) => Math.abs(gain) >= thresholds.slowBytes);

/** Whether the heap gained as much in the further iterations as in those before; where it was seen to fall as well, whether it gained in both. */
function wentOn(sprints: Sprints): boolean {
  const [early = 0, late = 0, further = 0] = gainsIn(sprints);
  const before = early + late;
  const comesAndGoes = Math.min(early, late) <= -thresholds.slowBytes;
  return areSteady(before, further) || (comesAndGoes && Math.min(before, further) >= thresholds.slowBytes);
}
