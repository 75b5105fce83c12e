import {
  type HistoryPoint,
  type ProcessPoint,
  type ProcessSample,
  type Trend,
  visibleGrowth,
} from '../../browsers/index.ts';
import { formatBytes, plainText } from '../../support/index.ts';
import type { ShownTree } from '../processTree/row.ts';
import { t } from '../translate.ts';
import type { ChartLayout, ChartMark, ChartValues } from '../webviews/chartModel.ts';
import type { Mark } from './marks.ts';
import type { MemorySubject } from './protocol.ts';

/** What a page's renderer counted at one moment. */
export interface PagePoint {
  readonly at: number;
  readonly jsHeapBytes: number;
  readonly nodes: number;
  readonly listeners: number;
}

/** What the view is about: a browser, or one of its processes with what lives in it. */
export type Subject =
  | { readonly kind: 'tree'; readonly shown: ShownTree }
  | { readonly kind: 'process'; readonly shown: ShownTree; readonly sample: ProcessSample };

/** Where the past of a subject is kept. */
export interface Past {
  history(treeKey: string): readonly HistoryPoint[];
  processHistory(processKey: string): readonly ProcessPoint[];
  /** Of one renderer, or of all renderers of the tree together. */
  pageHistory(treeKey: string, pid: number | undefined): readonly PagePoint[];
  marks(treeKey: string, pid: number | undefined): readonly Mark[];
}

export function keyOfSubject(subject: Subject): string {
  return subject.kind === 'tree' ? `tree ${subject.shown.sample.key}` : `process ${subject.sample.key}`;
}

/** The panels, in the order of the questions: how much, is it the page's heap, is it the DOM, does it work. */
export function layoutOf(title: string): ChartLayout {
  return {
    axis: 'time',
    label: t('Memory of {0} over time', title),
    help: t('Left and right arrow keys move through time, Escape lets go.'),
    axisLabel: t('Time'),
    panels: [
      {
        id: 'memory',
        label: t('Memory'),
        unit: 'bytes',
        series: [
          { id: 'pss', label: t('share of all') },
          { id: 'private', label: t('private'), dashed: true },
        ],
      },
      { id: 'heap', label: t('JS heap'), unit: 'bytes', series: [{ id: 'heap', label: t('JS heap') }] },
      { id: 'nodes', label: t('DOM nodes'), unit: 'count', series: [{ id: 'nodes', label: t('DOM nodes') }] },
      { id: 'listeners', label: t('Listeners'), unit: 'count', series: [{ id: 'listeners', label: t('Listeners') }] },
      { id: 'cpu', label: t('Processor'), unit: 'percent', series: [{ id: 'cpu', label: t('Processor') }] },
    ],
  };
}

/** What was measured after `since` (ms since the epoch), as columns over time. */
export function valuesOf(subject: Subject, past: Past, since = -Infinity): ChartValues {
  const { key } = subject.shown.sample;
  const memory = subject.kind === 'tree' ? past.history(key) : past.processHistory(subject.sample.key);
  const pages = past.pageHistory(key, pidOf(subject));
  const rows = new Map<number, { memory?: ProcessPoint; page?: PagePoint }>();
  const at = (time: number) => {
    let row = rows.get(time);
    if (!row) rows.set(time, (row = {}));
    return row;
  };
  for (const point of memory) if (point.at > since) at(point.at).memory = point;
  for (const point of pages) if (point.at > since) at(point.at).page = point;
  const sorted = [...rows].sort(([a], [b]) => a - b).map(([time, row]) => ({ time, ...row }));
  return {
    x: sorted.map(({ time }) => time),
    series: {
      pss: sorted.map((row) => row.memory?.pssBytes ?? null),
      private: sorted.map((row) => row.memory?.ussBytes ?? null),
      heap: sorted.map((row) => row.page?.jsHeapBytes ?? null),
      nodes: sorted.map((row) => row.page?.nodes ?? null),
      listeners: sorted.map((row) => row.page?.listeners ?? null),
      cpu: sorted.map((row) => row.memory?.cpuPercent ?? null),
    },
  };
}

export function marksOf(subject: Subject, past: Past): ChartMark[] {
  return past
    .marks(subject.shown.sample.key, pidOf(subject))
    .map(({ at, kind, text }) => ({ x: at, sign: SIGNS[kind], text: plainText(text) }));
}

const SIGNS: Record<Mark['kind'], string> = { navigation: '→', gc: 'GC', check: '✓' };

/** @param name what the row says it is, @param where what it is in, for a process */
export function describeSubject(subject: Subject, name: string, where: string): MemorySubject {
  const { memory, trend } = subject.kind === 'tree' ? subject.shown.sample : subject.sample;
  const processes = subject.shown.sample.tree.processes.length;
  const growth = visibleGrowth(trend);
  return {
    key: keyOfSubject(subject),
    title: plainText(name),
    detail: plainText(subject.kind === 'tree' ? t('{0} processes', processes) : t('in {0}', where)),
    summary: memory
      ? [
          memory.exact
            ? t('{0}, of which {1} private', formatBytes(memory.pssBytes), formatBytes(memory.ussBytes))
            : t('about {0}', formatBytes(memory.pssBytes)),
          tendency(growth, trend),
        ]
          .filter(Boolean)
          .join(' · ')
      : t('Not measured yet.'),
    news:
      growth === undefined
        ? t('Showing {0}.', plainText(name, 60))
        : t('{0} has been growing for minutes.', plainText(name, 60)),
  };
}

function tendency(growth: number | undefined, trend: Trend | undefined): string {
  if (!trend) return '';
  return growth === undefined ? t('steady') : t('▲ {0} MB/min (r = {1})', growth, trend.correlation.toFixed(2));
}

function pidOf(subject: Subject): number | undefined {
  return subject.kind === 'tree' ? undefined : subject.sample.process.info.pid;
}
