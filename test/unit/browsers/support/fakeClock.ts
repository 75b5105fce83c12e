import type { Clock } from '../../../../src/support/index.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that a test moves by hand. */
export class FakeClock implements Clock {
  #ms = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return 1_795_000_000_000 + this.#ms;
  }

  monotonic(): number {
    return this.#ms;
  }

  /** Time passes while something runs, without waking anybody yet. */
  spend(ms: number): void {
    this.#ms += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const sleeper: Sleeper = { until: this.#ms + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      });
    });
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#sleepers.size;
  }

  /** Lets time pass, waking sleepers in order and letting what they do finish. */
  async advance(ms: number): Promise<void> {
    await this.settle();
    const end = this.#ms + ms;
    for (;;) {
      const next = [...this.#sleepers].sort((a, b) => a.until - b.until)[0];
      if (!next || next.until > end) break;
      this.#sleepers.delete(next);
      this.#ms = Math.max(this.#ms, next.until);
      next.wake();
      await this.settle();
    }
    this.#ms = Math.max(this.#ms, end);
  }

  /** Lets everything run that is ready to. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}
