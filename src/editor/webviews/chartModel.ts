/** What a chart of a webview shows: plain data, made by the editor's side (which knows the user's language). */

export type Unit = 'bytes' | 'count' | 'percent';

interface ChartSeries {
  /** Names its values in {@link ChartValues}. */
  readonly id: string;
  readonly label: string;
  /** Lines of one panel differ in more than colour. */
  readonly dashed?: boolean;
}

/** One of the small charts above each other, which share the horizontal axis. */
export interface ChartPanel {
  readonly id: string;
  readonly label: string;
  readonly unit: Unit;
  readonly series: readonly ChartSeries[];
}

/** Something that happened, drawn as a line with a sign through all panels. */
export interface ChartMark {
  /** On the horizontal axis. */
  readonly x: number;
  /** A letter or two. */
  readonly sign: string;
  readonly text: string;
}

/** Columns: `x` ascending, and as many values of each series; null where there is none. */
export interface ChartValues {
  /** Milliseconds since the epoch for `time`, else numbers of iterations. */
  readonly x: readonly number[];
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface ChartLayout {
  readonly axis: 'time' | 'iteration';
  readonly panels: readonly ChartPanel[];
  /** What screen readers call the chart. */
  readonly label: string;
  /** How the keyboard moves through it; a sentence. */
  readonly help: string;
  /** The heading of the horizontal axis in the table for screen readers. */
  readonly axisLabel: string;
}

/** Appends columns of the same series, and drops the oldest rows over `limit`. */
export function join(before: ChartValues, added: ChartValues, limit: number): ChartValues {
  const ids = new Set([...Object.keys(before.series), ...Object.keys(added.series)]);
  const none = (length: number): null[] => Array.from({ length }, () => null);
  const series: Record<string, readonly (number | null)[]> = {};
  for (const id of ids) {
    series[id] = [...(before.series[id] ?? none(before.x.length)), ...(added.series[id] ?? none(added.x.length))].slice(
      -limit,
    );
  }
  return { x: [...before.x, ...added.x].slice(-limit), series };
}
