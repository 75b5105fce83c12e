import type { CounterSample } from '../model.ts';
import type { Counters } from '../measure/counters.ts';

/** A counter that rose so that a leak in each iteration may be behind it. */
export interface Suspicion {
  readonly counter: string;
  readonly perIteration: number;
}

/** Of the steps between readings, this share must be rises. Alternating views make every second one rise. */
const RISING_SHARE = 0.4;
/** Falls among steady rises, at most. What falls as often as it rises comes and goes. */
const FALLING_SHARE = 0.25;
/**
 * Bytes that the heap may gain in net over the count without being suspicious. A page at rest gains none or loses some;
 * code that is compiled late gains more, and is looked into.
 */
const NOISE_BYTES = 64;

/** With as many steps, the first need not be believed: tables that double do so again by the last. */
const ENOUGH_STEPS = 6;
/** Growth in few steps: tables that double. Below it, the steps of a page at rest. */
const STEPPED_BYTES = 1024;

/** The browser's records of an iteration take no more. */
const RECORDS_BYTES = 4096;

/** Counters whose rise says nothing of the page: they follow the check's own doing, or the whole browser's. */
const UNTELLING = new Set(['iteration', 'atMs', 'untracked', 'resources', 'styleResources', 'treeBytes']);

/**
 * What rose during the count. A counter that does not rise in about every second iteration, or rises and falls back, is no
 * leak by iterations. Bytes are suspicious on slighter grounds: steps may hide below the noise of collections, and a
 * table of numbers grows in few large ones.
 */
export function findSuspicions(samples: readonly CounterSample[]): Suspicion[] {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || samples.length < 2) return [];
  const suspicions: Suspicion[] = [];
  for (const counter of Object.keys(last)) {
    if (UNTELLING.has(counter)) continue;
    const net = last[counter]! - (first[counter] ?? 0);
    const steps = samples.slice(1).map((sample, index) => sample[counter]! - (samples[index]![counter] ?? 0));
    const perIteration = net / (samples.length - 1);
    const rising = steps.filter((step) => step > 0).length >= steps.length * RISING_SHARE;
    if (counter.endsWith('Bytes') ? bytesRise(steps, counter === 'embedderHeapBytes') : rising && net > 0)
      suspicions.push({ counter, perIteration });
  }
  return suspicions.length === 1 && isBookkeeping(suspicions[0]!, samples) ? [] : suspicions;
}

/** Whether an iteration between two readings left things behind. */
export function thingsRose(before: Counters | undefined, after: CounterSample): boolean {
  return Object.entries(before ?? {}).some(
    ([counter, count]) => countsThings(counter) && !UNTELLING.has(counter) && after[counter]! > count,
  );
}

/** Whether a count that is under way may end with a suspicion. What its first iteration changed is left out. */
export function seemsToRise(samples: readonly CounterSample[]): boolean {
  return findSuspicions(samples.slice(1)).some(({ counter }) => counter !== 'embedderHeapBytes');
}

/**
 * Whether the browser's own heap rises by its own doing: little, and not a byte of the JavaScript heap with it. Most pages
 * gain some 250 bytes an iteration there (*a record of each click that shows a new text: 240 to 256*); whatever script makes
 * there gains 16 bytes of the JavaScript heap at least (*measured on 24 leaking pages, those that lean on the browser's heap*).
 *
 * Fooled by: style rules that a page inserts for ever, which are no objects for script. A heap snapshot does not tell who
 * made them either.
 */
function isBookkeeping({ counter }: Suspicion, samples: readonly CounterSample[]): boolean {
  if (counter !== 'embedderHeapBytes' || typicalStep(samples, counter) > RECORDS_BYTES) return false;
  // The first step is what the first reading changed.
  const [, settled = 0, ...later] = samples.map(({ jsHeapBytes = 0 }) => jsHeapBytes);
  return later.every((bytes) => Math.abs(bytes - settled) <= NOISE_BYTES);
}

/** True for counters of things (nodes, listeners, frames …), whose steady rise is a leak whatever the heap shows. */
export function countsThings(counter: string): boolean {
  return !counter.endsWith('Bytes');
}

/** True for readings in bytes that rise so that a leak may be behind it. */
export function bytesGrow(readings: readonly number[]): boolean {
  const steps = readings.slice(1).map((bytes, index) => bytes - readings[index]!);
  return steps.length > 0 && bytesRise(steps);
}

/**
 * A net gain in rises; or rises so steady that it takes one large fall (a collected document, flushed code) to hide them; or
 * a large net gain in few steps.
 *
 * @param hasFrames whether what was painted last is in it, some 100 KB now and then: one step then says nothing
 */
function bytesRise(steps: readonly number[], hasFrames = false): boolean {
  // What the first reading changed shows in the second (*264 bytes on most pages*), and code that is compiled late.
  const counted = steps.length >= ENOUGH_STEPS ? steps.slice(1) : steps;
  const net = counted.reduce((sum, step) => sum + step, 0);
  const median = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)]!;
  if (median <= 0) return net - (hasFrames ? Math.max(...counted) : 0) >= STEPPED_BYTES;
  const falls = steps.filter((step) => step < 0).length;
  return net > NOISE_BYTES || (falls <= steps.length * FALLING_SHARE && median * steps.length > NOISE_BYTES);
}

/** The typical change of a counter an iteration: the median step, which code that is compiled once does not move. */
export function typicalStep(samples: readonly CounterSample[], counter: string): number {
  const steps = samples.slice(1).map((sample, index) => sample[counter]! - (samples[index]![counter] ?? 0));
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
