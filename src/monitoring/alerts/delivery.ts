import { type Clock, type Log, describeError, withTimeout } from '../../support/index.ts';
import type { AlertEvent } from './alertBook.ts';

/** Where alerts go: a log, a webhook, the editor. */
export interface AlertSink {
  readonly name: string;
  deliver(event: AlertEvent, signal: AbortSignal): Promise<void>;
}

/** Alerts that wait; one more and the circuit opens. */
export const MAX_QUEUED = 100;
/** How long an open circuit stays so, in ms. */
export const OPEN_MS = 5 * 60_000;
const DELIVERY_TIMEOUT_MS = 10_000;

export interface DeliveryState {
  readonly sink: string;
  readonly queued: number;
  readonly delivered: number;
  readonly failed: number;
  /** Taken while the circuit was open, or thrown away when it opened. */
  readonly dropped: number;
  readonly open: boolean;
}

/**
 * One sink's queue: one alert at a time, in order. A sink that cannot keep up must cost neither memory nor time, so when
 * 100 wait the circuit opens: what waits is dropped, and so is what comes, for five minutes.
 */
export class Delivery {
  readonly #sink: AlertSink;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #disposal = new AbortController();
  #queue: AlertEvent[] = [];
  #working: Promise<void> | undefined;
  #openUntil = -Infinity;
  #delivered = 0;
  #failed = 0;
  #dropped = 0;

  constructor(sink: AlertSink, clock: Clock, log: Log) {
    this.#sink = sink;
    this.#clock = clock;
    this.#log = log;
  }

  get state(): DeliveryState {
    return {
      sink: this.#sink.name,
      queued: this.#queue.length,
      delivered: this.#delivered,
      failed: this.#failed,
      dropped: this.#dropped,
      open: this.#isOpen,
    };
  }

  push(event: AlertEvent): void {
    if (this.#disposal.signal.aborted) return;
    if (this.#isOpen) {
      this.#dropped += 1;
      return;
    }
    if (this.#queue.length >= MAX_QUEUED) {
      this.#dropped += this.#queue.length + 1;
      this.#queue = [];
      this.#openUntil = this.#clock.monotonic() + OPEN_MS;
      this.#log.warn(`Alerts to ${this.#sink.name} are dropped for five minutes: ${MAX_QUEUED} are waiting.`);
      return;
    }
    this.#queue.push(event);
    this.#working ??= this.#work();
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  dispose(): void {
    this.#queue = [];
    this.#disposal.abort();
  }

  get #isOpen(): boolean {
    return this.#clock.monotonic() < this.#openUntil;
  }

  async #work(): Promise<void> {
    for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
      const limit = new AbortController();
      const signal = AbortSignal.any([limit.signal, this.#disposal.signal]);
      try {
        const delivering = this.#sink.deliver(event, signal);
        await withTimeout(delivering, DELIVERY_TIMEOUT_MS, `An alert to ${this.#sink.name}`, () => limit.abort());
        this.#delivered += 1;
      } catch (error) {
        this.#failed += 1;
        if (!this.#disposal.signal.aborted) this.#log.warn(`An alert could not be delivered: ${describeError(error)}`);
      }
    }
    // Cleared here and not when the promise settles: an alert that arrives in between would otherwise not be sent.
    this.#working = undefined;
  }
}
