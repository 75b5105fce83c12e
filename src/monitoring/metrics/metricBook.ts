import type { Clock } from '../../support/index.ts';

export interface MetricDefinition {
  /** As Prometheus names it; counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly kind: 'gauge' | 'counter';
  readonly labels: readonly string[];
  /**
   * How values are combined when their labels become equal (ids are folded, rare values become `other`). Default: their sum.
   */
  readonly together?: 'sum' | 'highest';
}

export interface MetricSeries {
  readonly labels: Labels;
  readonly value: number;
}

/** A series that was not touched for so long is gone, in ms. */
export const SERIES_TTL_MS = 60 * 60_000;

/**
 * The numbers to export. Its size is bounded: the values of each label are capped, and a series not updated for an hour is
 * removed.
 */
export class MetricBook {
  readonly #clock: Clock;
  readonly #metrics: ReadonlyMap<
    string,
    { readonly definition: MetricDefinition; readonly series: Map<string, MetricSeries & { readonly at: number }> }
  >;
  readonly #values: LabelValues;

  constructor(definitions: readonly MetricDefinition[], clock: Clock) {
    this.#clock = clock;
    this.#values = new LabelValues(clock, SERIES_TTL_MS);
    this.#metrics = new Map(definitions.map((definition) => [definition.name, { definition, series: new Map() }]));
  }

  /** Replaces all series of a gauge, so values no longer measured are removed. Equal labels become one series. */
  replace(name: string, series: readonly MetricSeries[]): void {
    const metric = this.#metrics.get(name)!;
    metric.series.clear();
    for (const { labels, value } of series) this.add(name, labels, value);
  }

  /** Adds to a series: a counter's step, or one more part of a gauge's sum. */
  add(name: string, labels: Labels, value = 1): void {
    const metric = this.#metrics.get(name)!;
    const bounded = this.#values.bound(labels);
    const key = JSON.stringify(metric.definition.labels.map((label) => bounded[label] ?? ''));
    const before = metric.series.get(key)?.value;
    const both = metric.definition.together === 'highest' ? Math.max(before ?? value, value) : (before ?? 0) + value;
    metric.series.set(key, { labels: bounded, value: both, at: this.#clock.now() });
  }

  /** What there is now, by metric. */
  read(): readonly { readonly definition: MetricDefinition; readonly series: readonly MetricSeries[] }[] {
    this.#expire();
    return [...this.#metrics.values()].map(({ definition, series }) => ({ definition, series: [...series.values()] }));
  }

  /** How many series there are. */
  get size(): number {
    let size = 0;
    for (const { series } of this.#metrics.values()) size += series.size;
    return size;
  }

  #expire(): void {
    const before = this.#clock.now() - SERIES_TTL_MS;
    for (const { series } of this.#metrics.values()) {
      for (const [key, { at }] of series) if (at < before) series.delete(key);
    }
    this.#values.expire();
  }
}

export type Labels = Readonly<Record<string, string>>;

/** Values of one label; what comes after them is counted as `other`. */
export const MAX_LABEL_VALUES = 100;
const OTHER = 'other';
const MAX_LENGTH = 120;

/**
 * Keeps the values of each label few: a label with a value for each process, page or user makes a time series of each, so
 * monitoring itself would leak.
 */
class LabelValues {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  /** By label, each value with when it was last used. */
  readonly #values = new Map<string, Map<string, number>>();

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  bound(labels: Labels): Labels {
    return Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, this.#boundOne(label, value)]));
  }

  expire(): void {
    const before = this.#clock.now() - this.#ttlMs;
    for (const values of this.#values.values()) {
      for (const [value, at] of values) if (at < before) values.delete(value);
    }
  }

  #boundOne(label: string, raw: string): string {
    const value = foldIds(raw);
    let known = this.#values.get(label);
    if (!known) {
      known = new Map();
      this.#values.set(label, known);
    }
    if (!known.has(value) && known.size >= MAX_LABEL_VALUES) return OTHER;
    known.set(value, this.#clock.now());
    return value;
  }
}

/** The text with what differs from one thing of a kind to the next folded: `/users/4711` and `/users/4712` are one page. */
export function foldIds(text: string): string {
  return (
    text
      .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi, ':id')
      // A long word with several digits among its letters.
      .replaceAll(/(?<!\w)(?=(?:[a-z]*\d){4})(?=\d*[a-z])[\da-z]{16,}(?!\w)/gi, ':id')
      .replaceAll(/(?<=\/|\(pid |=|#)\d+(?![\w.])/g, ':id')
      .slice(0, MAX_LENGTH)
  );
}
