import { linearRegression, sampleCorrelation } from 'simple-statistics';

/** How a value went over time: a straight line through its samples, and how well the line fits. */
export interface Trend {
  /** Bytes a second for bytes. */
  readonly slopePerSecond: number;
  /** Pearson's r between time and value, -1 to 1; 0 for a value that never changed. */
  readonly correlation: number;
  readonly samples: number;
  readonly overMs: number;
}

/**
 * The trend of values over time, or undefined for fewer than three samples or no time between them.
 *
 * @param points pairs of time in ms and value
 */
export function trendOf(points: readonly (readonly [atMs: number, value: number])[]): Trend | undefined {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < 3 || last[0] <= first[0]) return undefined;
  // From the first time on: milliseconds since the epoch would cost the regression its precision.
  const seconds = points.map(([at]) => (at - first[0]) / 1000);
  const values = points.map(([, value]) => value);
  const { m } = linearRegression(seconds.map((second, index) => [second, values[index]!]));
  const correlation = sampleCorrelation(seconds, values);
  return {
    slopePerSecond: m,
    // Without variance the correlation is 0/0.
    correlation: Number.isFinite(correlation) ? correlation : 0,
    samples: points.length,
    overMs: last[0] - first[0],
  };
}
