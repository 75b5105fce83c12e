import { count, formatBytes } from '../../../support/index.ts';
import type { HeapView } from '../heapView.ts';
import type { Suspect } from '../model.ts';
import { PathTree } from '../pathTree.ts';

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
  const byText = new Map<number, number[]>();
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (graph.type(node) !== 'string' || !paths.isKept(node) || view.isTextOfCode(node)) continue;
    const name = graph.nameIndex(node);
    const nodes = byText.get(name);
    if (nodes) nodes.push(node);
    else byText.set(name, [node]);
  }
  const found: DuplicatedString[] = [];
  for (const nodes of byText.values()) {
    if (nodes.length < minCopies) continue;
    const text = graph.rawName(nodes[0]!);
    for (const alike of text.length < MAX_WRITTEN ? [nodes] : bySize(view, nodes)) {
      if (alike.length < minCopies) continue;
      const bytes = alike.reduce((sum, node) => sum + graph.selfSize(node), 0);
      const wastedBytes = bytes - graph.selfSize(alike[0]!);
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
      const { sample, share } = mostFrequentHolder(view, copies.nodes);
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

function mostFrequentHolder(view: HeapView, nodes: readonly number[]): { sample: number; share: number } {
  const shares = new Map<number, { sample: number; share: number }>();
  for (const node of nodes) {
    const kind = view.tree.kindOf[node]!;
    const known = shares.get(kind);
    if (known) known.share += 1;
    else shares.set(kind, { sample: node, share: 1 });
  }
  return [...shares.values()].reduce((best, entry) => (entry.share > best.share ? entry : best));
}

function bySize(view: HeapView, nodes: readonly number[]): number[][] {
  const sizes = new Map<number, number[]>();
  for (const node of nodes) {
    const size = view.graph.selfSize(node);
    const same = sizes.get(size);
    if (same) same.push(node);
    else sizes.set(size, [node]);
  }
  return [...sizes.values()];
}
