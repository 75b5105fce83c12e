import { count, formatBytes } from '../../../support/index.ts';
import type { HeapView } from '../heapView.ts';
import type { Suspect } from '../model.ts';
import { PathTree } from '../pathTree.ts';
import { mostFrequent } from './grouped.ts';

const MIN_COPIES = 10;
const MIN_WASTED_BYTES = 4 * 1024;
/** V8 writes this much of a text: longer ones that begin alike cannot be told apart, unless their sizes differ. */
const MAX_WRITTEN = 1024;

export interface DuplicatedString {
  readonly text: string;
  readonly copies: number;
  /** Of all copies but one. */
  readonly wastedBytes: number;
  readonly nodes: readonly number[];
}

/** Texts that are in the heap several times, by what all copies but one take. */
export function findCopies(view: HeapView, minCopies = MIN_COPIES): DuplicatedString[] {
  const { graph, paths } = view;
  const sizeOf = (node: number): number => graph.selfSize(node);
  const texts: number[] = [];
  for (let node = 0; node < graph.nodeCount; node += 1)
    if (graph.type(node) === 'string' && paths.isKept(node) && !view.isTextOfCode(node)) texts.push(node);
  const found: DuplicatedString[] = [];
  for (const nodes of Map.groupBy(texts, (node) => graph.nameIndex(node)).values()) {
    if (nodes.length < minCopies) continue;
    const text = graph.rawName(nodes[0]!);
    for (const alike of text.length < MAX_WRITTEN ? [nodes] : Map.groupBy(nodes, sizeOf).values()) {
      if (alike.length < minCopies) continue;
      const bytes = alike.reduce((sum, node) => sum + sizeOf(node), 0);
      const wastedBytes = bytes - sizeOf(alike[0]!);
      found.push({ text, copies: alike.length, wastedBytes, nodes: alike });
    }
  }
  return found.sort((a, b) => b.wastedBytes - a.wastedBytes);
}

export function findDuplicatedStrings(view: HeapView): Suspect[] {
  return findCopies(view)
    .filter(({ wastedBytes }) => wastedBytes >= MIN_WASTED_BYTES)
    .slice(0, 20)
    .map((copies) => {
      const { sample, count: share } = mostFrequent(view, copies.nodes);
      const kind = view.kindOf(sample);
      return {
        kind: 'duplicated-strings' as const,
        ...view.describe(sample, copies.copies, copies.wastedBytes),
        name: JSON.stringify(copies.text.slice(0, 80)),
        because: `the same text ${count(copies.copies, 'time')}: ${formatBytes(copies.wastedBytes)} more than once would take${
          kind && share < copies.copies ? `; ${share} of them in ${PathTree.describe(kind) || 'one place'}` : ''
        }`,
      };
    });
}
