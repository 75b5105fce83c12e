import type { HeapView } from './heapView.ts';
import type { Kept, SnapshotSummary } from './model.ts';
import { PathTree } from './pathTree.ts';
import { findSuspects } from './suspects/index.ts';

/** Of each list; the tools for agents give more, piece by piece. */
const MAX_LARGEST = 15;
const MAX_CLASSES = 30;
/**
 * An object that keeps this share of its bytes through a single other one only stands before it: the other one is what is
 * large. (Eclipse MAT calls the last of such a chain an accumulation point.)
 */
const SHARE_OF_ONE = 0.8;
/** Smaller objects are never among the largest. */
const MIN_LARGEST_BYTES = 10 * 1024;

/** What one snapshot says by itself. */
export function summarize(view: HeapView): SnapshotSummary {
  return {
    ...view.facts,
    largest: findLargest(view).slice(0, MAX_LARGEST),
    classes: countClasses(view).slice(0, MAX_CLASSES),
    suspects: findSuspects(view),
  };
}

/** Single objects that keep the most bytes. */
export function findLargest(view: HeapView): Kept[] {
  const { graph } = view;
  const largestBelow = new Float64Array(graph.nodeCount);
  const large: number[] = [];
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const bytes = graph.retainedSize(node);
    if (bytes < MIN_LARGEST_BYTES || node === graph.root || !view.isShown(node) || view.isTextOfCode(node)) continue;
    const above = view.visibleDominator(node);
    if (bytes > largestBelow[above]!) largestBelow[above] = bytes;
    large.push(node);
  }
  return large
    .filter((node) => largestBelow[node]! < graph.retainedSize(node) * SHARE_OF_ONE && isPrograms(view, node))
    .sort((a, b) => graph.retainedSize(b) - graph.retainedSize(a))
    .slice(0, 100)
    .map((node) => view.describe(node, 1, graph.retainedSize(node)));
}

/** Whether a name of the program leads to the node. The global object and its own classes are the engine's. */
function isPrograms(view: HeapView, node: number): boolean {
  const kind = view.kindOf(node);
  return kind !== undefined && !kind.isEngines && PathTree.describe(kind) !== '' && view.graph.type(node) !== 'closure';
}

/** Objects by class with the bytes that go with them; an object inside another of its class counts with that one. */
export function countClasses(view: HeapView): { name: string; count: number; retainedBytes: number }[] {
  const { graph } = view;
  const classes = new Map<string, { name: string; count: number; retainedBytes: number }>();
  const names = new Map<string, string>();
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (!view.isShown(node)) continue;
    const type = graph.type(node);
    // Shapes of plain objects are distinguished: there are too many of them to be one class.
    const key = type === 'string' ? 'string' : `${type} ${graph.nameIndex(node)}`;
    const isPlain = type === 'object' && graph.rawName(node) === 'Object';
    let name = isPlain ? undefined : names.get(key);
    if (name === undefined) names.set(key, (name = view.nameOf(node)));
    let entry = classes.get(name);
    if (!entry) classes.set(name, (entry = { name, count: 0, retainedBytes: 0 }));
    entry.count += 1;
    const above = view.visibleDominator(node);
    const isInside =
      graph.type(above) === type && (type === 'string' || graph.nameIndex(above) === graph.nameIndex(node));
    if (!isInside || isPlain) entry.retainedBytes += graph.retainedSize(node);
  }
  return [...classes.values()].sort((a, b) => b.retainedBytes - a.retainedBytes);
}
