import type { ChartLayout, ChartMark, ChartValues } from '../chartModel.ts';
import { LinePanel, valueAt } from './linePanel.ts';
import { element, setText, onThemeChange } from './page.ts';
import { formatPlace, formatValue } from './units.ts';

/** Rows of the table for screen readers: enough to follow a line, few enough to read. */
const TABLE_ROWS = 12;
const MARK_ROWS = 20;

let stacks = 0;

/**
 * Small charts above each other with one horizontal axis. With the keyboard it is a slider over that axis: left and right,
 * Page Up and Down, Home, End, and Escape to leave the cursor. What it draws stands in a table for screen readers as well.
 */
export class ChartStack {
  readonly #root: HTMLElement;
  readonly #slider = element('div', 'charts');
  /** Where the cursor is and what happened there; without a cursor, from when to when. */
  readonly #where = element('div', 'where');
  readonly #table = element('table', 'visually-hidden');
  readonly #markList = element('ul', 'visually-hidden');
  readonly #syncKey: string;
  #layout: ChartLayout | undefined;
  #panels: LinePanel[] = [];
  #data: ChartValues = { x: [], series: {} };
  #marks: readonly ChartMark[] = [];
  /** Where the keyboard put the cursor, on the horizontal axis. */
  #place: number | undefined;

  /** @param root where it goes; its width is the charts' */
  constructor(root: HTMLElement) {
    stacks += 1;
    this.#syncKey = `stack ${stacks}`;
    this.#root = root;
    this.#slider.tabIndex = 0;
    this.#slider.setAttribute('role', 'slider');
    this.#slider.addEventListener('keydown', (event) => this.#onKey(event));
    this.#slider.addEventListener('blur', () => this.#moveTo(undefined));
    this.#slider.append(this.#where);
    root.append(this.#slider, this.#table, this.#markList);
    onThemeChange(() => {
      for (const panel of this.#panels) panel.redraw();
    });
    new ResizeObserver(() => {
      for (const panel of this.#panels) panel.resize(this.#width);
    }).observe(root);
  }

  /** Shows this; panels without any value are left out. */
  show(layout: ChartLayout, data: ChartValues, marks: readonly ChartMark[]): void {
    this.#layout = layout;
    this.#data = data;
    this.#marks = marks;
    this.#slider.setAttribute('aria-label', layout.label);
    this.#slider.title = layout.help;
    this.#arrange(layout);
    for (const panel of this.#panels) panel.update(data, marks);
    this.#moveTo(this.#place === undefined ? undefined : nearest(data.x, this.#place));
    this.#writeTable(layout);
  }

  get #width(): number {
    return Math.max(120, Math.floor(this.#root.clientWidth));
  }

  /** Makes panels anew only when others are to be seen than before. */
  #arrange(layout: ChartLayout): void {
    const shown = layout.panels.filter(({ series }) =>
      series.some(({ id }) => this.#data.series[id]?.some((value) => value !== null)),
    );
    const look = (panels: readonly { readonly panel?: unknown }[]) => JSON.stringify(panels);
    if (look(shown.map((panel) => ({ panel }))) === look(this.#panels.map(({ panel }) => ({ panel })))) return;
    for (const panel of this.#panels) panel.destroy();
    this.#panels = shown.map((panel, index) => {
      const made = new LinePanel(
        {
          panel,
          axis: layout.axis,
          last: index === shown.length - 1,
          syncKey: this.#syncKey,
          onPlace: (place) => this.#write(place),
        },
        this.#width,
      );
      this.#slider.append(made.root);
      return made;
    });
  }

  #write(index: number | undefined): void {
    for (const panel of this.#panels) panel.write(index);
    const { x } = this.#data;
    const axis = this.#layout?.axis ?? 'time';
    const [first, last] = [x[0], x.at(-1)];
    const at = index === undefined ? undefined : x[index];
    if (at !== undefined) setText(this.#where, [formatPlace(at, axis), ...this.#marksAt(index!)].join(' · '));
    else if (first === undefined || last === undefined) setText(this.#where, '');
    else setText(this.#where, `${formatPlace(first, axis)} – ${formatPlace(last, axis)}`);
  }

  /** What happened since the value before. */
  #marksAt(index: number): string[] {
    const before = this.#data.x[index - 1] ?? -Infinity;
    const x = this.#data.x[index] ?? Infinity;
    return this.#marks.filter((mark) => mark.x > before && mark.x <= x).map(({ text }) => text);
  }

  #onKey(event: KeyboardEvent): void {
    const { x } = this.#data;
    const last = x.length - 1;
    if (last < 0) return;
    const now = this.#place === undefined ? last : (nearest(x, this.#place) ?? last);
    const steps: Record<string, number | undefined> = {
      ArrowLeft: now - 1,
      ArrowDown: now - 1,
      ArrowRight: now + 1,
      ArrowUp: now + 1,
      PageDown: now - 10,
      PageUp: now + 10,
      Home: 0,
      End: last,
    };
    if (event.key === 'Escape') this.#moveTo(undefined);
    else if (steps[event.key] === undefined) return;
    else this.#moveTo(Math.min(last, Math.max(0, steps[event.key]!)));
    event.preventDefault();
  }

  #moveTo(index: number | undefined): void {
    const { x } = this.#data;
    this.#place = index === undefined ? undefined : x[index];
    for (const panel of this.#panels) panel.point(index);
    this.#write(index);
    const at = index ?? x.length - 1;
    this.#slider.setAttribute('aria-valuemin', '0');
    this.#slider.setAttribute('aria-valuemax', String(Math.max(0, x.length - 1)));
    this.#slider.setAttribute('aria-valuenow', String(Math.max(0, at)));
    this.#slider.setAttribute('aria-valuetext', this.#sentence(at));
  }

  /** Everything at one place, as a slider's value is read. */
  #sentence(index: number): string {
    const x = this.#data.x[index];
    if (x === undefined || !this.#layout) return '';
    const values = this.#panels.flatMap(({ panel }) =>
      panel.series.flatMap(({ id, label }) => {
        const value = valueAt(this.#data, id, index);
        return value === undefined ? [] : [`${label} ${formatValue(value, panel.unit)}`];
      }),
    );
    return [formatPlace(x, this.#layout.axis), ...values, ...this.#marksAt(index)].join(', ');
  }

  #writeTable(layout: ChartLayout): void {
    const { x } = this.#data;
    const lines = this.#panels.flatMap(({ panel }) => panel.series.map((series) => ({ ...series, unit: panel.unit })));
    const step = Math.max(1, Math.ceil(x.length / TABLE_ROWS));
    const rows = x.map((_, index) => index).filter((index) => (x.length - 1 - index) % step === 0);
    const head = element('tr');
    head.append(...[layout.axisLabel, ...lines.map(({ label }) => label)].map((text) => heading(text, 'col')));
    const body = rows.map((index) => {
      const row = element('tr');
      row.append(heading(formatPlace(x[index]!, layout.axis), 'row'));
      for (const { id, unit } of lines) {
        const value = valueAt(this.#data, id, index);
        row.append(element('td', '', value === undefined ? '–' : formatValue(value, unit)));
      }
      return row;
    });
    const caption = element('caption', '', layout.label);
    const [thead, tbody] = [element('thead'), element('tbody')];
    thead.append(head);
    tbody.append(...body);
    this.#table.replaceChildren(caption, thead, tbody);
    this.#markList.replaceChildren(
      ...this.#marks
        .slice(-MARK_ROWS)
        .map((mark) => element('li', '', `${formatPlace(mark.x, layout.axis)}: ${mark.text}`)),
    );
    this.#markList.hidden = this.#marks.length === 0;
  }
}

function heading(text: string, scope: 'col' | 'row'): HTMLElement {
  const made = element('th');
  made.scope = scope;
  setText(made, text);
  return made;
}

/** The index of the value nearest to a place; undefined where there is none. */
function nearest(x: readonly number[], place: number): number | undefined {
  let best: number | undefined;
  for (const [index, value] of x.entries())
    if (best === undefined || Math.abs(value - place) < Math.abs(x[best]! - place)) best = index;
  return best;
}
