import uPlot from 'uplot';
import type { ChartLayout, ChartMark, ChartPanel, ChartValues } from '../chartModel.ts';
import { element, setText, prefersReducedMotion, themeColour } from './page.ts';
import { formatPlace, formatValue, tickSteps } from './units.ts';

/** Colours of the lines of one panel; they differ in their dashes too. */
const COLOURS = ['charts-blue', 'charts-green', 'charts-purple', 'charts-red'] as const;
const DASH = [5, 4];
const PLOT_HEIGHT = 46;
const AXIS_HEIGHT = 20;
const LEFT = 52;
/** Narrower than this, in ms, noise of a few seconds would fill the panel. */
const MIN_TIME_SPAN = 60_000;
/** The least height of the value axis as a part of the largest value, for the same reason. */
const MIN_VALUE_SPAN = 0.25;

export interface LinePanelOptions {
  readonly panel: ChartPanel;
  readonly axis: ChartLayout['axis'];
  /** Whether the horizontal axis is written below it: only the last panel does. */
  readonly last: boolean;
  /** Panels with the same key show the same place under the pointer. */
  readonly syncKey: string;
  /** The pointer is at this value, or nowhere. */
  readonly onPlace: (index: number | undefined) => void;
}

/** One small chart with its heading. Its numbers are text beside it; the canvas is a picture only. */
export class LinePanel {
  readonly root = element('div', 'panel');
  readonly #options: LinePanelOptions;
  readonly #values: HTMLElement[] = [];
  readonly #plot: uPlot;
  #marks: readonly ChartMark[] = [];
  #data: ChartValues = { x: [], series: {} };

  constructor(options: LinePanelOptions, width: number) {
    this.#options = options;
    this.root.append(this.#heading());
    const target = element('div', 'plot');
    this.root.append(target);
    this.#plot = new uPlot(this.#plotOptions(width), this.#columns(), target);
  }

  get panel(): ChartPanel {
    return this.#options.panel;
  }

  update(data: ChartValues, marks: readonly ChartMark[]): void {
    this.#data = data;
    this.#marks = marks;
    this.#plot.setData(this.#columns());
  }

  resize(width: number): void {
    if (width !== this.#plot.width) this.#plot.setSize({ width, height: this.#height });
  }

  /** After a change of the theme. */
  redraw(): void {
    this.#plot.redraw(false, true);
  }

  /** Writes the values at a place; the newest without one. */
  write(index: number | undefined): void {
    for (const [place, { id }] of this.panel.series.entries()) {
      const value = valueAt(this.#data, id, index);
      setText(this.#values[place]!, value === undefined ? '–' : formatValue(value, this.panel.unit));
    }
  }

  /** Puts the cursor at a value; undefined takes it away. */
  point(index: number | undefined): void {
    const x = index === undefined ? undefined : this.#data.x[index];
    const left = x === undefined ? -10 : this.#plot.valToPos(x, 'x');
    this.#plot.setCursor({ left, top: x === undefined ? -10 : 1 }, false);
  }

  destroy(): void {
    this.#plot.destroy();
    this.root.remove();
  }

  get #height(): number {
    return PLOT_HEIGHT + (this.#options.last ? AXIS_HEIGHT : 6);
  }

  #heading(): HTMLElement {
    const heading = element('div', 'heading');
    const { label, series } = this.panel;
    heading.append(element('span', 'name', label));
    for (const [index, line] of series.entries()) {
      const entry = element('span', 'entry');
      entry.append(element('span', `key key-${index}${line.dashed ? ' dashed' : ''}`));
      if (series.length > 1) entry.append(element('span', 'label', line.label));
      const value = element('span', 'value');
      this.#values.push(value);
      entry.append(value);
      heading.append(entry);
    }
    return heading;
  }

  #columns(): uPlot.AlignedData {
    const { x, series } = this.#data;
    return [[...x], ...this.panel.series.map(({ id }) => [...(series[id] ?? x.map(() => null))])];
  }

  #plotOptions(width: number): uPlot.Options {
    const { axis, last, syncKey, onPlace } = this.#options;
    const { unit, series } = this.panel;
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const grid = { stroke: () => themeColour('panel-border'), width: 1 };
    return {
      width,
      height: this.#height,
      ms: 1,
      legend: { show: false },
      padding: [4, 8, 0, 0],
      // `lock` and dragging would hide what comes in meanwhile.
      cursor: { y: false, drag: { x: false, y: false, setScale: false }, sync: { key: syncKey }, points: { size: 7 } },
      scales: {
        x: { time: axis === 'time', range: (_plot, min, max) => (axis === 'time' ? timeRange(min, max) : [min, max]) },
        y: { range: (_plot, min, max) => valueRange(min, max) },
      },
      axes: [
        {
          show: last,
          font,
          // There is no iteration 1.5.
          ...(axis === 'iteration' ? { incrs: tickSteps('count') } : {}),
          size: AXIS_HEIGHT,
          space: 64,
          gap: 2,
          stroke: () => themeColour('descriptionForeground'),
          ticks: { show: false },
          grid: { ...grid, show: false },
          values: (_plot, splits, _axis, _space, step) =>
            splits.map((split) => formatPlace(split, axis, step >= 60_000)),
        },
        {
          font,
          size: LEFT,
          space: 20,
          gap: 4,
          stroke: () => themeColour('descriptionForeground'),
          ticks: { show: false },
          grid,
          incrs: tickSteps(unit),
          values: (_plot, splits) => splits.map((split) => formatValue(split, unit)),
        },
      ],
      series: [
        {},
        ...series.map(({ label, dashed }, index): uPlot.Series => ({
          label,
          stroke: () => themeColour(COLOURS[index % COLOURS.length]!),
          width: 1.5,
          spanGaps: true,
          points: { show: false },
          ...(dashed ? { dash: DASH } : {}),
        })),
      ],
      hooks: {
        draw: [(plot) => this.#drawMarks(plot)],
        setCursor: [(plot) => onPlace(plot.cursor.idx ?? undefined)],
      },
    };
  }

  #drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.strokeStyle = themeColour('descriptionForeground');
    ctx.fillStyle = themeColour('descriptionForeground');
    ctx.lineWidth = ratio;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    ctx.font = `${9 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
    ctx.textBaseline = 'top';
    let free = -Infinity;
    for (const { x, sign } of this.#marks) {
      const left = Math.round(plot.valToPos(x, 'x', true));
      if (left < bbox.left || left > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
      // Letters that would lie on each other are read as neither.
      if (left < free) continue;
      ctx.fillText(sign, left + 2 * ratio, bbox.top);
      free = left + ctx.measureText(sign).width + 4 * ratio;
    }
    ctx.restore();
  }
}

/** The value there, or the last known one before. */
export function valueAt(data: ChartValues, id: string, index: number | undefined): number | undefined {
  const values = data.series[id] ?? [];
  for (let place = index ?? values.length - 1; place >= 0; place -= 1) {
    const value = values[place];
    if (value !== null && value !== undefined) return value;
  }
  return undefined;
}

function timeRange(min: number, max: number): [number, number] {
  // Moving with every sample is motion too: in steps of a minute for those who want none.
  const end = prefersReducedMotion() ? Math.ceil(max / 60_000) * 60_000 : max;
  return [Math.min(min, end - MIN_TIME_SPAN), end];
}

function valueRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const span = Math.max(max - min, MIN_VALUE_SPAN * Math.abs(max), 1);
  const middle = (min + max) / 2;
  const low = Math.max(0, middle - span * 0.55);
  return [low, Math.max(low + span * 1.1, max)];
}
