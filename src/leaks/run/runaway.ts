/** Steps of less than this are far from a danger. Bytes. */
const LARGE_STEP = 512 * 1024;
/** Each step this much larger than the one before is no longer a leak of so much an iteration. */
const FACTOR = 1.4;
const STEPS = 3;
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

/** After as many exact readings, and with steps of this many bytes, what multiplies is told from noise. */
const EXACT_READINGS = 4;
const CLEAR_STEP = 64 * 1024;

/** Whether the count itself shows it: its readings are exact. */
export function multipliedInCount(readings: readonly number[]): boolean {
  return readings.length >= EXACT_READINGS && multiplies(readings.slice(-EXACT_READINGS), CLEAR_STEP);
}
