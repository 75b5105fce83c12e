import { count, formatBytes } from '../../../support/index.ts';
import type { HeapView } from '../heapView.ts';
import type { Suspect } from '../model.ts';
import { suspect } from './grouped.ts';

/** Smaller collections are what programs are made of. */
const MIN_ENTRIES = 50;
const MIN_BYTES = 10 * 1024;

/** Lists, tables and chains that have many entries of one kind. */
export function findLargeCollections(view: HeapView): Suspect[] {
  const found: Suspect[] = [];
  for (const kind of view.tree.kinds) {
    const { parent } = kind;
    if (!parent?.parent || kind.isEngines || kind.count < MIN_ENTRIES || kind.treeBytes < MIN_BYTES) continue;
    const isEntry = kind.label === '[]' || kind.label === '{}';
    // Of entries of entries (rows of panels), the outer ones are what piles up.
    const lists = Math.max(1, parent.count);
    const entries = kind.count / lists;
    const isChain = !isEntry && lists === 1;
    // Listeners are suspects of their own.
    if (parent.parent.label === '_events') continue;
    if ((!isEntry && !isChain) || entries < MIN_ENTRIES || hasLargerBeside(kind)) continue;
    const because =
      lists === 1
        ? `${isEntry ? 'one collection' : 'one chain'} has ${count(kind.count, 'entry', 'entries')} of this kind, ${formatBytes(kind.treeBytes)} with all they hold`
        : `${count(lists, 'collection')} have ${Math.round(entries)} entries of this kind each, on average`;
    const group = { sample: kind.sample, count: kind.count, retainedBytes: kind.treeBytes };
    found.push(suspect(view, 'collection', group, because));
  }
  return found;
}

/** Keys of a Map or a table are shown with its values, not beside them. */
function hasLargerBeside(kind: HeapView['tree']['root']): boolean {
  if (kind.className !== 'string') return false;
  for (const other of kind.parent!.children.values())
    if (other !== kind && (other.label === '[]' || other.label === '{}') && other.count >= kind.count) return true;
  return false;
}
