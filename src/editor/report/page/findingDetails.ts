import { element } from '../../webviews/page/page.ts';
import type { Fact, SourceLink } from '../protocol.ts';

type Open = (source: number) => void;

/** Names and values; a place is a link where it can be opened. */
export function factList(facts: readonly Fact[], open: Open): HTMLElement {
  const list = element('dl');
  for (const { label, value, source } of facts) {
    const detail = element('dd');
    if (source) detail.append(...sourceOf(source, open));
    if (value !== '') detail.append(element('span', source ? 'muted' : '', source ? ` ${value}` : value));
    list.append(element('dt', '', label), detail);
  }
  return list;
}

/** A button, since it goes nowhere in the page; it looks as a link does. */
export function sourceOf({ id, label, canOpen }: SourceLink, open: Open): HTMLElement[] {
  if (!canOpen) return [element('code', '', label)];
  const button = element('button', 'source', label);
  button.type = 'button';
  button.addEventListener('click', () => open(id));
  return [button];
}

/** The most bars: with more iterations neighbours are added up. */
const MAX_BARS = 120;
const FULL_HEIGHT_PX = 28;

/** How many survive of each iteration: a bar each, with the number beneath; to a screen reader it is a sentence. */
export function survivorBars(survivors: readonly number[], sentence: string): HTMLElement {
  const row = element('div', 'survivors');
  row.setAttribute('role', 'img');
  row.setAttribute('aria-label', sentence);
  const step = Math.ceil(survivors.length / MAX_BARS);
  const values = Array.from({ length: Math.ceil(survivors.length / step) }, (_, index) =>
    survivors.slice(index * step, (index + 1) * step).reduce((sum, value) => sum + value, 0),
  );
  const most = Math.max(1, ...values);
  for (const value of values) {
    const column = element('span', 'column');
    const bar = element('span', 'bar');
    // Set from script: the policy allows no style in the document.
    bar.style.height = `${Math.round((value / most) * FULL_HEIGHT_PX)}px`;
    column.append(bar);
    if (values.length <= 30) column.append(element('span', 'number', String(Math.round(value * 10) / 10)));
    row.append(column);
  }
  return row;
}
