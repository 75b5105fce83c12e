import { LeakwrightError, describeError } from '../../support/index.ts';

/** Between the first sign of an end (a failing call, a closed page) and the event that says why. */
export const BETTER_REASON_MS = 500;

/**
 * Everything that ends a check early, in one place. Whatever the run waits for, it waits for through `during`, so nothing can hold
 * it longer than the limit.
 */
export class CheckGuard {
  readonly #signal: AbortSignal | undefined;
  readonly #listeners = new Set<(reason: Error) => void>();
  readonly #onAbort = (): void => this.end(abortReason(this.#signal!));
  #ending = new AbortController();
  #ended: Error | undefined;

  /** Aborts when the check ends early, for whatever reason: for work that `during` does not wait for. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    if (signal?.aborted) this.end(abortReason(signal));
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Why nothing can go on, or undefined. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  /**
   * The promise's value, or the reason why it cannot come: the check ended, or `ms` passed.
   *
   * @throws LeakwrightError whatever `late` makes, or `leaks.browserDied`, `leaks.scenarioFailed`, `aborted`
   */
  async during<T>(promise: Promise<T>, ms: number, late: () => Error | Promise<Error>): Promise<T> {
    // What comes too late must not be an unhandled rejection.
    promise.catch(() => {});
    if (this.#ended) throw this.#ended;
    let timer: NodeJS.Timeout | undefined;
    let onEnd: ((reason: Error) => void) | undefined;
    const ending = new Promise<never>((_, reject) => {
      onEnd = reject;
      this.#listeners.add(reject);
      timer = setTimeout(() => {
        void Promise.resolve(late()).then(reject, reject);
      }, ms);
    });
    try {
      return await Promise.race([promise, ending]);
    } catch (error) {
      // A crash makes calls in flight fail before it is announced; its own reason says more than theirs.
      if (this.#ended === undefined && isConnectionError(error)) await this.#reasonOrTimeout();
      throw this.#ended ?? error;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(onEnd!);
    }
  }

  /** Resolves when the check has ended, or after the time in which its reason would have come. */
  async #reasonOrTimeout(): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, BETTER_REASON_MS * 2);
      this.#listeners.add(done);
    });
  }

  /** Stops listening; `during` then ends by time only. */
  release(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  /**
   * Lets work go on for some ms after the end: what was seen by then has lines and names that the page still knows.
   *
   * @param signal ends it at once
   * @returns ends it again
   */
  goOn(ms: number, signal?: AbortSignal): () => void {
    const reason = this.#ended;
    if (!reason || signal?.aborted === true) return () => {};
    this.#ended = undefined;
    this.#ending = new AbortController();
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      this.end(reason);
    };
    const timer = setTimeout(stop, ms);
    signal?.addEventListener('abort', stop, { once: true });
    return stop;
  }

  /** Ends all waiting, now and from now on. The first reason stands. */
  end(reason: Error): void {
    this.#ended ??= reason;
    this.#ending.abort(this.#ended);
    for (const listener of this.#listeners) listener(this.#ended);
  }
}

/** Playwright's words for a target or a connection that went away under a call. */
function isConnectionError(error: unknown): boolean {
  return /Target (?:page|crashed|closed)|has been closed|Session closed|Connection closed|Target closed|crash/i.test(
    describeError(error),
  );
}

function abortReason(signal: AbortSignal): Error {
  return new LeakwrightError('aborted', 'The check was stopped.', { cause: signal.reason });
}
