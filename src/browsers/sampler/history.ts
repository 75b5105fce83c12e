import { RingBuffer } from '../../support/index.ts';
import { type Trend, trendOf } from '../trend.ts';

/** What is kept of a tree for each measurement of its memory. */
export interface HistoryPoint {
  /** Wall-clock time in ms since the epoch. */
  readonly at: number;
  readonly pssBytes: number;
  readonly ussBytes: number;
  readonly anonBytes: number;
  readonly cpuPercent: number;
  readonly processes: number;
}

/** What is kept of a process for each measurement of its tree. */
export type ProcessPoint = Omit<HistoryPoint, 'processes'>;

/** A trend covers the last five minutes: older samples would hide what grows now. */
const TREND_WINDOW_MS = 5 * 60_000;

interface Series<P> {
  readonly points: RingBuffer<P>;
  /** By value name; emptied by every new point. */
  readonly trends: Map<string, Trend | undefined>;
}

/** Measurements over time of things that come and go (trees, processes, pages), bounded for each of them. */
export class HistoryByKey<P extends { readonly at: number }> {
  readonly #capacity: number;
  readonly #series = new Map<string, Series<P>>();

  /** @param capacity how many points are kept of each; the oldest go first */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(key: string, point: P): void {
    let series = this.#series.get(key);
    if (!series) {
      series = { points: new RingBuffer(this.#capacity), trends: new Map() };
      this.#series.set(key, series);
    }
    series.points.push(point);
    series.trends.clear();
  }

  /** Oldest first; empty for what is not known. */
  points(key: string): readonly P[] {
    return this.#series.get(key)?.points.toArray() ?? [];
  }

  /** The trend of a value over the last five minutes, or undefined for fewer than three samples. */
  trend(key: string, value: { [K in keyof P]: P[K] extends number ? K : never }[keyof P] & string): Trend | undefined {
    const series = this.#series.get(key);
    if (!series) return undefined;
    if (!series.trends.has(value)) {
      const end = series.points.last()?.at ?? 0;
      const recent: [number, number][] = [];
      for (const point of series.points)
        if (point.at > end - TREND_WINDOW_MS) recent.push([point.at, point[value] as number]);
      series.trends.set(value, trendOf(recent));
    }
    return series.trends.get(value);
  }

  /** Forgets all but these. The caller of `add` must call it, since nothing reports a process that ended. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#series.keys()) if (!keys.has(key)) this.#series.delete(key);
  }
}
