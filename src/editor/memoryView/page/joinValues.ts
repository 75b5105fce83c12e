import type { ChartValues } from '../../webviews/chartModel.ts';

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
