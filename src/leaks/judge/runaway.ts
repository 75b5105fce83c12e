import type { CounterSample } from '../model.ts';

/** Steps of less than this are far from a danger. Bytes. */
const LARGE_STEP = 512 * 1024;
/** Each step this much larger than the one before is no longer a leak of so much an iteration. */
const FACTOR = 1.4;
const STEPS = 3;
/** Steps that each are this much larger may become more. */
const UNEVEN = 1.15;
/** An iteration that takes this much longer than they did, and this long, will not get better. */
const SLOWER = 20;
const SLOW_MS = 2000;

/**
 * Watches iterations for work that multiplies: a listener that adds two listeners, a collection that doubles. A few more
 * of them would hang or crash the page, and what leaks is plain long before.
 *
 * Fooled by: garbage, which readings without a collection contain. So what looks like it must be confirmed with readings
 * after collections ({@link multiplies}).
 */
export class RunawayWatch {
  #bytes: number[] = [];
  #usualMs: number | undefined;

  /**
   * @param bytes of the heap after an iteration, garbage included
   * @param ms that the iteration took
   * @returns whether it looks as if each iteration adds more than the one before
   */
  note(bytes: number, ms: number): boolean {
    this.#usualMs ??= ms;
    this.#bytes = [...this.#bytes.slice(-STEPS), bytes];
    const isSlow = ms > SLOW_MS && ms > this.#usualMs * SLOWER;
    return isSlow || (this.#bytes.length > STEPS && multiplies(this.#bytes));
  }

  /** What was looked at more closely was nothing. */
  forget(): void {
    this.#bytes = [];
  }
}

/**
 * Whether readings in bytes, one an iteration, rise by more each time, and by much.
 *
 * @param largeStep what is much, in bytes; exact readings need less of it
 */
export function multiplies(readings: readonly number[], largeStep = LARGE_STEP): boolean {
  const steps = readings.slice(1).map((after, index) => after - readings[index]!);
  const grows = steps.every((step, index) => step > 0 && (index === 0 || step >= steps[index - 1]! * FACTOR));
  return grows && steps.at(-1)! > largeStep;
}

/** After as many exact readings, and with steps as large as these, what multiplies is told from noise. */
const READINGS_OF_BYTES = 4;
const READINGS_OF_THINGS = 3;
const CLEAR_BYTES = 64 * 1024;
const CLEAR_THINGS = 500;

/** With steps of this size, no page should be asked for more of the same. */
const MAX_STEP_BYTES = 16 * 1024 * 1024;
const MAX_STEP_THINGS = 20_000;
/** Growth up to this many times the last step is asked for in any case, for the sake of two more readings. */
const MAX_FURTHER = 8;
const READINGS_NEEDED = 2;

/** What a count showed of growth in which each iteration adds more than the one before. */
export interface Runaway {
  /** How many times as much as the one before an iteration adds. */
  readonly factor: number;
  /** Iterations that the page can still take. */
  readonly iterationsLeft: number;
}

/** Whether exact counters show growth that multiplies; undefined where they do not. */
export function findRunaway(samples: readonly CounterSample[]): Runaway | undefined {
  const lastReadings = (counter: string, count: number): number[] =>
    samples.slice(-count).map((sample) => sample[counter] ?? 0);
  const found: Runaway[] = [];
  if (samples.length >= READINGS_OF_BYTES) {
    const bytes = lastReadings('jsHeapBytes', READINGS_OF_BYTES);
    if (multiplies(bytes, CLEAR_BYTES)) found.push(describeRunaway(bytes));
  }
  for (const counter of samples.length >= READINGS_OF_THINGS ? TELLING_THINGS : []) {
    const things = lastReadings(counter, READINGS_OF_THINGS);
    if (multiplies(things, CLEAR_THINGS)) found.push(describeRunaway(things, MAX_STEP_THINGS));
  }
  // The worst of them decides how far one may go.
  return found.sort((a, b) => a.iterationsLeft - b.iterationsLeft)[0];
}

/** False where the last steps of the count rose so that a few more iterations might be too many. */
export function growsEvenly(samples: readonly CounterSample[]): boolean {
  return ['jsHeapBytes', ...TELLING_THINGS].every((counter) => {
    const readings = samples.slice(-READINGS_OF_BYTES).map((sample) => sample[counter] ?? 0);
    const steps = readings.slice(1).map((after, index) => after - readings[index]!);
    return steps.some((step, index) => step <= 0 || (index > 0 && step < steps[index - 1]! * UNEVEN));
  });
}

/** Things that scripts make by the thousand where work multiplies. */
const TELLING_THINGS = ['nodes', 'listeners'];

/** @param readings that multiply, in bytes or things; the last steps say how much more is bearable */
export function describeRunaway(readings: readonly number[], maxStep = MAX_STEP_BYTES): Runaway {
  const steps = readings.slice(1).map((after, index) => after - readings[index]!);
  const factor = Math.max(...steps.slice(1).map((step, index) => step / steps[index]!));
  const upTo = (times: number): number => Math.max(0, Math.floor(Math.log(times) / Math.log(factor) + 1e-9));
  const iterationsLeft = Math.min(upTo(maxStep / steps.at(-1)!), Math.max(READINGS_NEEDED, upTo(MAX_FURTHER)));
  return { factor, iterationsLeft };
}

/** What survives from each of some iterations, where each leaves more than the one before. */
export function findMultiplied(survivors: readonly (readonly number[])[]): Runaway | undefined {
  const found = survivors.filter(
    (counts) =>
      counts.length >= READINGS_OF_BYTES &&
      counts.at(-1)! >= CLEAR_THINGS &&
      counts.every((count, index) => count > 0 && (index === 0 || count >= counts[index - 1]! * FACTOR)),
  );
  const [most] = found.sort((a, b) => b.at(-1)! - a.at(-1)!);
  if (!most) return undefined;
  let sum = 0;
  return describeRunaway([0, ...most.slice(-3).map((count) => (sum += count))], MAX_STEP_THINGS);
}
