import { element } from '../../webviews/page/page.ts';
import type { PathStep } from '../protocol.ts';

/**
 * What holds a leaking object, from the root down to it, as a tree that the keyboard walks as the editor's trees: up and
 * down, right to open and go in, left to close and go out, Home and End.
 */
export function pathTree(steps: readonly PathStep[], label: string, holderText: string): HTMLElement {
  const tree = element('ul', 'path');
  tree.setAttribute('role', 'tree');
  tree.setAttribute('aria-label', label);
  // Flat, with levels said: nested, each item's name would be that of all beneath it as well.
  const items = steps.map(({ label: text, isHolder }, index) => {
    const item = element('li', isHolder ? 'holder' : '');
    item.setAttribute('role', 'treeitem');
    item.setAttribute('aria-level', String(index + 1));
    item.setAttribute('aria-setsize', '1');
    item.setAttribute('aria-posinset', '1');
    item.tabIndex = index === 0 ? 0 : -1;
    item.style.paddingInlineStart = `${Math.min(index, MAX_INDENT) * 16}px`;
    const isLast = index === steps.length - 1;
    item.append(sign('twistie', isLast ? '' : '⌄'), element('code', '', text));
    if (isHolder) item.append(sign('muted', ' ← '), element('span', 'muted', holderText));
    if (!isLast) item.setAttribute('aria-expanded', 'true');
    return item;
  });
  for (const [index, item] of items.entries()) {
    item.addEventListener('click', () => {
      const isOpen = item.getAttribute('aria-expanded');
      if (isOpen !== null) setOpen(items, index, isOpen !== 'true');
      moveTo(items, index);
    });
  }
  tree.append(...items);
  tree.addEventListener('keydown', (event) => onKey(event, items));
  return tree;
}

/** The deepest indentation in levels: beyond it the text would be pushed out of sight. */
const MAX_INDENT = 20;

function sign(className: string, text: string): HTMLElement {
  const made = element('span', className, text);
  made.setAttribute('aria-hidden', 'true');
  return made;
}

function onKey(event: KeyboardEvent, items: readonly HTMLElement[]): void {
  const now = items.indexOf(document.activeElement as HTMLElement);
  if (now < 0) return;
  const lastSeen = items.findLastIndex(({ hidden }) => !hidden);
  const isOpen = items[now]!.getAttribute('aria-expanded');
  switch (event.key) {
    case 'ArrowDown': {
      moveTo(items, Math.min(lastSeen, now + 1));
      break;
    }
    case 'ArrowUp': {
      moveTo(items, Math.max(0, now - 1));
      break;
    }
    case 'ArrowRight': {
      if (isOpen === 'false') setOpen(items, now, true);
      else moveTo(items, Math.min(lastSeen, now + 1));
      break;
    }
    case 'ArrowLeft': {
      if (isOpen === 'true') setOpen(items, now, false);
      else moveTo(items, Math.max(0, now - 1));
      break;
    }
    case 'Home': {
      moveTo(items, 0);
      break;
    }
    case 'End': {
      moveTo(items, lastSeen);
      break;
    }
    default:
      return;
  }
  event.preventDefault();
}

/** A path has one step on each level: what is beneath a step is all that comes after it, as far as it is open. */
function setOpen(items: readonly HTMLElement[], index: number, open: boolean): void {
  items[index]!.setAttribute('aria-expanded', String(open));
  let isSeen = open;
  for (const item of items.slice(index + 1)) {
    item.hidden = !isSeen;
    if (item.getAttribute('aria-expanded') === 'false') isSeen = false;
  }
}

/** One item is in the order of Tab at a time, as in any tree. */
function moveTo(items: readonly HTMLElement[], index: number): void {
  for (const [at, item] of items.entries()) item.tabIndex = at === index ? 0 : -1;
  items[index]?.focus();
}
