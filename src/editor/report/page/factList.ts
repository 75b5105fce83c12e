import { element } from '../../webviews/page/elements.ts';
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
