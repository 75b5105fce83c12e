import type { CounterSample } from '../model.ts';
import { UNTELLING_COUNTERS, countsThings } from '../platform/index.ts';
import { thresholds } from './thresholds.ts';

/** A counter that rose so that a leak in some of the iterations may be behind it. */
export interface Suspicion {
  readonly counter: string;
  readonly perIteration: number;
  /** It did not rise as such: it comes and goes by more than a leak may add, so only a look at what survives can tell. */
  readonly sways?: true;
}

type Readings = Readonly<Record<string, number>>;

/**
 * What rose during the count. A counter that does not rise in about every second iteration, or rises and falls back, is no
 * leak by iterations; one of things that never falls is suspicious from two rises on. Bytes are suspicious on slighter grounds:
 * steps may hide below the noise of collections, and a table of numbers grows in few large ones.
 */
export function findSuspicions(samples: readonly CounterSample[]): Suspicion[] {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || samples.length < 2) return [];
  const suspicions: Suspicion[] = [];
  for (const counter of Object.keys(last)) {
    if (UNTELLING_COUNTERS.has(counter)) continue;
    const steps = stepsOf(samples, counter);
    const net = last[counter]! - (first[counter] ?? 0);
    const perIteration = net / (samples.length - 1);
    const rises = counter.endsWith('Bytes') ? bytesRise(steps, counter === 'embedderHeapBytes') : thingsRise(steps);
    if (rises) suspicions.push({ counter, perIteration });
    else if (counter === 'jsHeapBytes' && sways(steps)) suspicions.push({ counter, perIteration, sways: true });
  }
  return suspicions.length === 1 && isBookkeeping(suspicions[0]!, samples) ? [] : suspicions;
}

/** The counters that rose. */
export function roseIn(suspicions: readonly Suspicion[]): string[] {
  return suspicions.filter(({ sways }) => sways !== true).map(({ counter }) => counter);
}

function stepsOf(samples: readonly CounterSample[], counter: string): number[] {
  return samples.slice(1).map((sample, index) => sample[counter]! - (samples[index]![counter] ?? 0));
}

function thingsRise(steps: readonly number[]): boolean {
  const rises = steps.filter((step) => step > 0).length;
  const net = steps.reduce((sum, step) => sum + step, 0);
  if (net > 0 && rises >= steps.length * thresholds.risingShare) return true;
  // What the warm-up left for the next collection falls in the first step.
  const counted = steps.length >= thresholds.enoughSteps ? steps.slice(1) : steps;
  return rises >= thresholds.fewestRises && counted.every((step) => step >= 0);
}

/**
 * Whether readings of bytes come and go, by so much each way: work that the page does by itself (a stream, a timer that prints) hides a
 * leak of some dozen bytes an iteration then. A fall alone is code that is flushed, a rise alone is code that is compiled. One large
 * step each way is enough: a count has seven readings, so chance may bring no second one.
 */
function sways(steps: readonly number[]): boolean {
  const counted = steps.length >= thresholds.enoughSteps ? steps.slice(1) : steps;
  return Math.min(Math.max(...counted), -Math.min(...counted)) >= thresholds.swayBytes;
}

/** Whether an iteration between two readings left things behind. */
export function thingsRose(before: Readings | undefined, after: CounterSample): boolean {
  return Object.entries(before ?? {}).some(
    ([counter, count]) => countsThings(counter) && !UNTELLING_COUNTERS.has(counter) && after[counter]! > count,
  );
}

/** Whether a count that is under way may end with a suspicion. What its first iteration changed is left out. */
export function seemsToRise(samples: readonly CounterSample[]): boolean {
  return findSuspicions(samples.slice(1)).some(({ counter }) => counter !== 'embedderHeapBytes');
}

/**
 * Whether the browser's own heap rises by its own doing: little, and not a byte of the JavaScript heap with it. Most pages
 * gain some 250 bytes an iteration there; whatever script makes there gains 16 bytes of the JavaScript heap at least
 * (*measured on 24 leaking pages, those that lean on the browser's heap*).
 */
function isBookkeeping({ counter }: Suspicion, samples: readonly CounterSample[]): boolean {
  if (counter !== 'embedderHeapBytes' || typicalStep(samples, counter) > thresholds.recordsBytes) return false;
  // The first step is what the first reading changed.
  const [, settled = 0, ...later] = samples.map(({ jsHeapBytes = 0 }) => jsHeapBytes);
  return later.every((bytes) => Math.abs(bytes - settled) <= thresholds.noiseBytes);
}

/** True for readings in bytes that rise so that a leak may be behind it. */
export function bytesGrow(readings: readonly number[]): boolean {
  const steps = readings.slice(1).map((bytes, index) => bytes - readings[index]!);
  return steps.length > 0 && bytesRise(steps);
}

/**
 * A net gain in rises; or a typical step that rises, whatever falls hide of it (a collected document, flushed code); or
 * a large net gain in few steps.
 *
 * @param hasFrames whether what was painted last is in it, some 100 KB now and then: one step then says nothing
 */
function bytesRise(steps: readonly number[], hasFrames = false): boolean {
  const { enoughSteps, steppedBytes, noiseBytes, fallingShare } = thresholds;
  // What the first reading changed shows in the second, and code that is compiled late.
  const counted = steps.length >= enoughSteps ? steps.slice(1) : steps;
  const net = counted.reduce((sum, step) => sum + step, 0);
  const median = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)]!;
  if (median <= 0) return net - (hasFrames ? Math.max(...counted) : 0) >= steppedBytes;
  // Falls hide rises: V8 shrinks the objects of a new class after the first seven, a document is collected.
  const falls = steps.filter((step) => step < 0).length;
  return net > noiseBytes || (falls <= steps.length * fallingShare && median * steps.length > noiseBytes);
}

export const HEAPS: ReadonlySet<string> = new Set(['jsHeapBytes', 'embedderHeapBytes']);

/** Of a heap, what an iteration must leave to need an explanation: the browser's own has its records, and what was painted last. */
export const leastBytes = (counter: string): number =>
  counter === 'embedderHeapBytes' ? thresholds.recordsBytes : thresholds.unexplainedBytes;

/** The typical change of a counter an iteration: the median step, which code that is compiled once does not move. */
export function typicalStep(samples: readonly CounterSample[], counter: string): number {
  const steps = stepsOf(samples, counter);
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
}

/** Net change of each counter an iteration, as the report has it. */
export function growthOf(samples: readonly CounterSample[]): Record<string, number> {
  const first = samples[0];
  const last = samples.at(-1);
  const growth: Record<string, number> = {};
  if (!first || !last || samples.length < 2) return growth;
  for (const counter of Object.keys(last)) {
    if (counter === 'iteration' || counter === 'atMs') continue;
    const rate = (last[counter]! - (first[counter] ?? 0)) / (samples.length - 1);
    if (rate !== 0) growth[`${counter}PerIteration`] = Math.round(rate * 1000) / 1000;
  }
  return growth;
}
