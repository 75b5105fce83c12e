import type { Leftover } from '../browsers/index.ts';
import { type Clock, type Log, describeError, systemClock } from '../support/index.ts';
import { LEFTOVERS_EVERY_MS } from './ages.ts';

/** At most this share of the time goes into looking. */
const MAX_DUTY = 0.02;

interface LeftoverWatchOptions {
  /** Finds and sizes the files that browsers left behind, oldest first. */
  readonly survey: () => Promise<readonly Leftover[]>;
  readonly clock?: Clock;
  readonly log: Log;
}

/** The files that browsers left behind, as last seen. It looks at intervals while it is visible, and when `look` plans it. */
export class LeftoverWatch {
  readonly #options: LeftoverWatchOptions;
  readonly #clock: Clock;
  readonly #listeners = new Set<(leftovers: readonly Leftover[]) => void>();
  #leftovers: readonly Leftover[] = [];
  #timer: AbortController | undefined;
  /** When the timer goes off, by the monotonic clock. */
  #dueAt = Infinity;
  #looking: Promise<void> | undefined;
  #visible = false;
  #lookedAt = -Infinity;
  #costMs = 0;
  #disposed = false;

  constructor(options: LeftoverWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Oldest first. */
  get leftovers(): readonly Leftover[] {
    return this.#leftovers;
  }

  onDidLook(listener: (leftovers: readonly Leftover[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether a view or a monitor shows what is found. */
  setVisible(visible: boolean): void {
    if (this.#visible === visible) return;
    this.#visible = visible;
    if (visible) this.#plan(Math.max(0, this.#lookedAt + this.#beatMs() - this.#clock.monotonic()));
  }

  /**
   * Looks soon, visible or not.
   *
   * @param delayMs at most so late
   */
  look(delayMs = 0): void {
    this.#plan(delayMs);
  }

  /** Looks now, and is done when it has. */
  async refresh(): Promise<readonly Leftover[]> {
    // A survey under way may have begun before the change that the caller wants to see.
    await this.#looking;
    this.#looking ??= this.#look();
    await this.#looking;
    return this.#leftovers;
  }

  dispose(): void {
    this.#disposed = true;
    this.#timer?.abort();
    this.#listeners.clear();
  }

  #beatMs(): number {
    return Math.max(LEFTOVERS_EVERY_MS, this.#costMs / MAX_DUTY);
  }

  /** Of two planned times the earlier one counts. */
  #plan(delayMs: number): void {
    const dueAt = this.#clock.monotonic() + delayMs;
    if (this.#disposed || dueAt >= this.#dueAt) return;
    this.#timer?.abort();
    const timer = new AbortController();
    this.#timer = timer;
    this.#dueAt = dueAt;
    this.#clock
      .sleep(delayMs, timer.signal)
      .then(() => {
        this.#dueAt = Infinity;
        return this.refresh();
      })
      // Only the abort of a timer that a sooner one replaced.
      .catch(() => undefined);
  }

  async #look(): Promise<void> {
    const started = this.#clock.monotonic();
    try {
      const leftovers = await this.#options.survey();
      if (this.#disposed) return;
      this.#leftovers = leftovers;
      for (const listener of this.#listeners) listener(leftovers);
    } catch (error) {
      this.#options.log.warn(`Leftover files could not be looked for: ${describeError(error)}`);
    } finally {
      this.#looking = undefined;
      this.#lookedAt = this.#clock.monotonic();
      this.#costMs = this.#lookedAt - started;
      if (this.#visible) this.#plan(this.#beatMs());
    }
  }
}
