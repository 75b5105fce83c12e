import type { CheckResult, CounterSample } from '../../leaks/index.ts';
import { t } from '../translate.ts';
import type { ChartLayout, ChartPanel, ChartValues } from '../webviews/chartModel.ts';

/** More points than a chart is wide; of a longer run every n-th is shown. */
const MAX_POINTS = 600;

/** The counters that people ask for, in that order; others are shown only when they rose. */
function counters(): readonly { id: string; label: string }[] {
  return [
    { id: 'jsHeapBytes', label: t('JS heap') },
    { id: 'nodes', label: t('DOM nodes') },
    { id: 'listeners', label: t('Listeners') },
    { id: 'treeBytes', label: t('Memory of the whole browser') },
  ];
}

/** How many more counters are shown, those that rose most. */
const MAX_OTHERS = 4;

/**
 * The counters of a check, iteration by iteration; with another run of it those of both, the other's dashed. Undefined
 * where nothing was counted.
 */
export function checkChart(
  check: CheckResult,
  base?: CheckResult,
): { readonly layout: ChartLayout; readonly values: ChartValues } | undefined {
  const samples = thinned(check.samples);
  const former = thinned(base?.samples ?? []);
  if (samples.length < 2) return undefined;
  const x = [...new Set([...samples, ...former].map(({ iteration }) => iteration))].sort((a, b) => a - b);
  const shown = [...counters(), ...othersThatRose(samples)];
  const column = (of: readonly CounterSample[], id: string) => {
    const byIteration = new Map(of.map((sample) => [sample.iteration, sample[id]]));
    return x.map((iteration) => byIteration.get(iteration) ?? null);
  };
  const series: Record<string, (number | null)[]> = {};
  const panels = shown.map(({ id, label }): ChartPanel => {
    series[id] = column(samples, id);
    if (former.length > 0) series[`${id} before`] = column(former, id);
    return {
      id,
      label,
      unit: id.endsWith('Bytes') ? 'bytes' : 'count',
      series:
        former.length > 0
          ? [
              { id, label: t('this run') },
              { id: `${id} before`, label: t('the other run'), dashed: true },
            ]
          : [{ id, label }],
    };
  });
  return {
    layout: {
      axis: 'iteration',
      label: t('Counters of {0}, iteration by iteration', check.name),
      help: t('Left and right arrow keys move through the iterations, Escape lets go.'),
      axisLabel: t('Iteration'),
      panels,
    },
    values: { x, series },
  };
}

function othersThatRose(samples: readonly CounterSample[]): { id: string; label: string }[] {
  const known = new Set(['iteration', 'atMs', ...counters().map(({ id }) => id)]);
  const [first, last] = [samples[0]!, samples.at(-1)!];
  return Object.keys(last)
    .filter((id) => !known.has(id))
    .map((id) => ({
      id,
      label: spacedName(id),
      rise: (last[id]! - (first[id] ?? 0)) / Math.max(1, Math.abs(first[id] ?? 0)),
    }))
    .filter(({ rise }) => rise > 0)
    .sort((a, b) => b.rise - a.rise)
    .slice(0, MAX_OTHERS);
}

/** `arrayBuffers` as `Array buffers`: the counters' own names, which the reports use as well. */
function spacedName(id: string): string {
  const words = id
    .replace(/Bytes$/, '')
    .replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function thinned(samples: readonly CounterSample[]): readonly CounterSample[] {
  const step = Math.ceil(samples.length / MAX_POINTS);
  return step <= 1 ? samples : samples.filter((_, index) => index % step === 0 || index === samples.length - 1);
}
