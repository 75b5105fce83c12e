/** The longest timer that Node has, in ms, 24.8 days: one of more fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Time as a parameter, so that tests can hold it still. All values in milliseconds. */
export interface Clock {
  /** Wall-clock time since the epoch. */
  now(): number;
  /** A timer that never goes backwards, for durations. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal!.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

/**
 * Polls until a condition holds, or gives up.
 *
 * @param everyMs time between two polls
 * @param limitMs when to give up
 * @returns whether the condition held
 */
export async function poll(
  holds: () => boolean | Promise<boolean>,
  everyMs: number,
  limitMs: number,
  clock: Clock = systemClock,
): Promise<boolean> {
  const deadline = clock.monotonic() + limitMs;
  while (!(await holds())) {
    if (clock.monotonic() >= deadline) return false;
    await clock.sleep(everyMs);
  }
  return true;
}
