import { formatBytes, htmlText } from '../support/index.ts';
import type { CheckResult, CounterSample } from '../leaks/index.ts';
import { formatRate } from './wording.ts';

/** Drawn as SVG in the page itself, so that the file needs no script and nothing from elsewhere. */

const WIDTH = 320;
const HEIGHT = 130;
/** Room for the scale at the left, the caption's digits above and the iterations below. */
const PLOT = { left: 58, right: 312, top: 10, bottom: 106 } as const;
/** The most points of a line: more than the chart has pixels are of no use. */
const MAX_POINTS = 160;
/** Up to this many, each reading is a dot with a tooltip. */
const MAX_DOTS = 30;

/** One line chart for each counter that moved: those that rose first, the others folded away. */
export function renderCharts({ samples, growth, mode }: CheckResult): string {
  if (samples.length < 2) return '';
  const counters = Object.keys(samples[0]!).filter((name) => name !== 'iteration' && name !== 'atMs');
  const moved = counters.filter((name) => new Set(samples.map((sample) => sample[name])).size > 1);
  const rate = (name: string): number => growth[`${name}PerIteration`] ?? 0;
  const rose = moved.filter((name) => rate(name) > 0 || mode === 'duration');
  const others = moved.filter((name) => !rose.includes(name));
  const charts = (names: readonly string[]): string =>
    `<div class="charts">${names.map((name) => renderChart(name, samples)).join('')}</div>`;
  return (
    (rose.length > 0 ? `<h3>What rose</h3>${charts(rose)}` : '') +
    (others.length > 0
      ? `<details><summary>${others.length} other counters moved</summary>${charts(others)}</details>`
      : '')
  );
}

function renderChart(name: string, all: readonly CounterSample[]): string {
  const samples = thin(all);
  const values = samples.map((sample) => sample[name] ?? 0);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const show = (value: number): string => (/bytes$/i.test(name) ? formatBytes(value) : formatRate(value));
  const x = (index: number): string =>
    (PLOT.left + (index / (values.length - 1)) * (PLOT.right - PLOT.left)).toFixed(1);
  const y = (value: number): string =>
    (PLOT.bottom - ((value - low) / (high - low)) * (PLOT.bottom - PLOT.top)).toFixed(1);
  const points = values.map((value, index) => `${x(index)},${y(value)}`);
  const dots =
    values.length > MAX_DOTS
      ? ''
      : values
          .map((value, index) => {
            const label = htmlText(`iteration ${samples[index]!.iteration}: ${show(value)}`);
            return `<circle cx="${x(index)}" cy="${y(value)}" r="2.5"><title>${label}</title></circle>`;
          })
          .join('');
  const first = samples[0]!.iteration;
  const last = samples.at(-1)!.iteration;
  const change = values.at(-1)! - values[0]!;
  const summary = `${name}: ${show(values[0]!)} to ${show(values.at(-1)!)} over iterations ${first} to ${last}`;
  const text = (atX: number, atY: number, anchor: string, label: string): string =>
    `<text x="${atX}" y="${atY}" text-anchor="${anchor}">${htmlText(label)}</text>`;
  return (
    `<figure><figcaption><b>${htmlText(name)}</b> ${change >= 0 ? '+' : '−'}${htmlText(show(Math.abs(change)))}</figcaption>` +
    `<svg role="img" aria-label="${htmlText(summary)}" viewBox="0 0 ${WIDTH} ${HEIGHT}">` +
    `<path class="axis" d="M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}"/>` +
    `<polygon points="${PLOT.left},${PLOT.bottom} ${points.join(' ')} ${PLOT.right},${PLOT.bottom}"/>` +
    `<polyline points="${points.join(' ')}"/>${dots}` +
    text(PLOT.left - 5, PLOT.top + 4, 'end', show(high)) +
    text(PLOT.left - 5, PLOT.bottom, 'end', show(low)) +
    text(PLOT.left, HEIGHT - 6, 'start', String(first)) +
    text(PLOT.right, HEIGHT - 6, 'end', `iteration ${last}`) +
    `</svg></figure>`
  );
}

function thin(samples: readonly CounterSample[]): readonly CounterSample[] {
  if (samples.length <= MAX_POINTS) return samples;
  const step = (samples.length - 1) / (MAX_POINTS - 1);
  return Array.from({ length: MAX_POINTS }, (_, index) => samples[Math.round(index * step)]!);
}

/** How many survive of each iteration, as bars beside the numbers. */
export function renderSurvivors(survivors: readonly number[]): string {
  const numbers = survivors.map((value) => formatRate(value)).join(' ');
  const high = Math.max(...survivors, 1);
  const bars = survivors
    .map((value, index) => {
      const height = Math.max(1, (value / high) * 16);
      return `<rect x="${index * 7}" y="${(16 - height).toFixed(1)}" width="5" height="${height.toFixed(1)}"/>`;
    })
    .join('');
  return (
    `<svg class="bars" aria-hidden="true" viewBox="0 0 ${survivors.length * 7} 16" width="${survivors.length * 7}" height="16">${bars}</svg> ` +
    `${htmlText(numbers)} <span class="quiet">made in each iteration, still there</span>`
  );
}
