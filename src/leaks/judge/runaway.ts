import type { CounterSample } from '../model.ts';
import { thresholds } from './thresholds.ts';

/** An iteration that takes this much longer than the first did, and this long, will not get better. */
const SLOWER = 20;
const SLOW_MS = 2000;

/**
 * Watches iterations for work that multiplies: a listener that adds two listeners, a collection that doubles. A few more
 * of them would hang or crash the page, and what leaks is plain long before.
 *
 * Fooled by: garbage, which readings without a collection contain. So what looks like it is confirmed with readings
 * after collections ({@link multiplies}).
 *
 * @param bytes of the heap after each iteration, garbage included
 * @param ms that each took
 * @returns whether it looks as if each iteration adds more than the one before
 */
export function looksMultiplying(bytes: readonly number[], ms: readonly number[]): boolean {
  const last = ms.at(-1) ?? 0;
  const isSlow = last > SLOW_MS && last > (ms[0] ?? 0) * SLOWER;
  const readings = bytes.slice(-thresholds.multiplyingByteReadings);
  return (
    isSlow ||
    (readings.length === thresholds.multiplyingByteReadings && multiplies(readings, thresholds.multiplyingRawBytes))
  );
}

/**
 * Whether readings, one an iteration, rise by more each time, and by much.
 *
 * @param largeStep what is much; exact readings need less of it
 */
export function multiplies(readings: readonly number[], largeStep = thresholds.multiplyingRawBytes): boolean {
  const steps = readings.slice(1).map((after, index) => after - readings[index]!);
  const grows = steps.every(
    (step, index) => step > 0 && (index === 0 || step >= steps[index - 1]! * thresholds.multiplyingFactor),
  );
  return grows && steps.at(-1)! > largeStep;
}

/** Growth up to this many times the last step is always risked, for two more readings. */
const MAX_FURTHER = 8;
const READINGS_NEEDED = 2;

/** Growth in which each iteration adds more than the one before. */
export interface Runaway {
  /** What showed it. Bytes alone may be code that loads or a table that doubles: they need two more readings. */
  readonly by: 'bytes' | 'things';
  /** How many times as much as the one before an iteration adds. */
  readonly factor: number;
  /** Iterations that the page can still take. */
  readonly iterationsLeft: number;
}

/** Things that scripts make by the thousand where work multiplies. */
const TELLING_THINGS = ['nodes', 'listeners'];

/**
 * Whether exact counters show growth that multiplies; undefined where they do not.
 */
export function findRunaway(samples: readonly CounterSample[]): Runaway | undefined {
  const { multiplyingByteReadings, multiplyingThingReadings, multiplyingBytes, multiplyingThings } = thresholds;
  const lastReadings = (counter: string, count: number): number[] =>
    samples.slice(-count).map((sample) => sample[counter] ?? 0);
  const found: Runaway[] = [];
  if (samples.length >= multiplyingByteReadings) {
    const bytes = lastReadings('jsHeapBytes', multiplyingByteReadings);
    if (multiplies(bytes, multiplyingBytes)) found.push(describeRunaway(bytes, 'bytes'));
  }
  for (const counter of samples.length >= multiplyingThingReadings ? TELLING_THINGS : []) {
    const things = lastReadings(counter, multiplyingThingReadings);
    if (multiplies(things, multiplyingThings)) found.push(describeRunaway(things, 'things'));
  }
  // The worst of them decides how far one may go.
  return found.sort((a, b) => a.iterationsLeft - b.iterationsLeft)[0];
}

/** False where the last steps of the count rose so that a few more iterations might be too many. */
export function growsEvenly(samples: readonly CounterSample[]): boolean {
  return ['jsHeapBytes', ...TELLING_THINGS].every((counter) => {
    const readings = samples.slice(-thresholds.multiplyingByteReadings).map((sample) => sample[counter] ?? 0);
    const steps = readings.slice(1).map((after, index) => after - readings[index]!);
    return steps.some(
      (step, index) => step <= 0 || (index > 0 && step < steps[index - 1]! * thresholds.survivorsFactor),
    );
  });
}

/** @param readings that multiply, in bytes or things; the last steps say how much more is bearable */
export function describeRunaway(readings: readonly number[], by: Runaway['by']): Runaway {
  const maxStep = by === 'bytes' ? thresholds.largestStepBytes : thresholds.largestStepThings;
  const steps = readings.slice(1).map((after, index) => after - readings[index]!);
  const factor = Math.max(...steps.slice(1).map((step, index) => step / steps[index]!));
  const upTo = (times: number): number => Math.max(0, Math.floor(Math.log(times) / Math.log(factor) + 1e-9));
  const iterationsLeft = Math.min(upTo(maxStep / steps.at(-1)!), Math.max(READINGS_NEEDED, upTo(MAX_FURTHER)));
  return { by, factor, iterationsLeft };
}

/** What survives from each of some iterations, where each leaves more than the one before. */
export function findMultiplied(survivors: readonly (readonly number[])[]): Runaway | undefined {
  const found = survivors.filter(
    (counts) =>
      counts.length >= thresholds.multiplyingByteReadings &&
      counts.at(-1)! >= thresholds.multiplyingThings &&
      counts.every(
        (count, index) => count > 0 && (index === 0 || count >= counts[index - 1]! * thresholds.multiplyingFactor),
      ),
  );
  const [most] = found.sort((a, b) => b.at(-1)! - a.at(-1)!);
  if (!most) return undefined;
  let sum = 0;
  return describeRunaway([0, ...most.slice(-3).map((count) => (sum += count))], 'things');
}
