import type { Disposable } from 'vscode';
import type { Leftover } from '../../browsers/index.ts';
import { type Log, describeError } from '../../support/index.ts';
import { engine } from '../loadEngine.ts';
import type { ProcessWatch } from '../processTree/processWatch.ts';

/** While somebody looks, in ms. Sizing some hundred profiles costs seconds: never more than this share of the time. */
const BEAT_MS = 30_000;
const MAX_DUTY = 0.02;

interface LeftoverWatchOptions {
  readonly watch: ProcessWatch;
  readonly log: Log;
}

/** The files that browsers left behind, as last seen. It looks while the view is visible, and when it is told to. */
export class LeftoverWatch implements Disposable {
  readonly #options: LeftoverWatchOptions;
  readonly #listeners = new Set<(leftovers: readonly Leftover[]) => void>();
  #leftovers: readonly Leftover[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** When the timer goes off, by the monotonic clock. */
  #dueAt = Infinity;
  #looking: Promise<void> | undefined;
  #visible = false;
  #lookedAt = -Infinity;
  #costMs = 0;
  #disposed = false;

  constructor(options: LeftoverWatchOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  get leftovers(): readonly Leftover[] {
    return this.#leftovers;
  }

  onDidLook(listener: (leftovers: readonly Leftover[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether somebody sees what is found. */
  setVisible(visible: boolean): void {
    if (this.#visible === visible) return;
    this.#visible = visible;
    if (visible) this.#plan(Math.max(0, this.#lookedAt + this.#beatMs() - performance.now()));
  }

  /** Looks soon, whoever sees it: something has ended. @param delayMs at most so late */
  look(delayMs = 0): void {
    this.#plan(delayMs);
  }

  /** Looks now, and is done when it has. */
  async refresh(): Promise<readonly Leftover[]> {
    // What is under way may have begun before what the caller wants to see.
    await this.#looking;
    this.#looking ??= this.#look();
    await this.#looking;
    return this.#leftovers;
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #beatMs(): number {
    return Math.max(BEAT_MS, this.#costMs / MAX_DUTY);
  }

  /** The sooner of two plans holds. */
  #plan(delayMs: number): void {
    const dueAt = performance.now() + delayMs;
    if (this.#disposed || dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#dueAt = Infinity;
      void this.refresh();
    }, delayMs);
  }

  async #look(): Promise<void> {
    const started = performance.now();
    try {
      const table = await this.#options.watch.reader.readTable();
      const leftovers = await engine().surveyLeftovers({}, table);
      if (this.#disposed) return;
      this.#leftovers = leftovers;
      for (const listener of this.#listeners) listener(leftovers);
    } catch (error) {
      this.#options.log.warn(`Leftover files could not be looked for: ${describeError(error)}`);
    } finally {
      this.#looking = undefined;
      this.#lookedAt = performance.now();
      this.#costMs = this.#lookedAt - started;
      if (this.#visible) this.#plan(this.#beatMs());
    }
  }
}
