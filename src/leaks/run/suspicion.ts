import type { CounterSample } from '../model.ts';

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

/** Growth in few steps: tables that double. Below it, the steps of a page at rest. */
const STEPPED_BYTES = 1024;

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
  return suspicions;
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
  const net = steps.reduce((sum, step) => sum + step, 0);
  const median = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)]!;
  if (median <= 0) return net - (hasFrames ? Math.max(...steps) : 0) >= STEPPED_BYTES;
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
