import { isDetachedName } from '../../platform/index.ts';
import { count, formatBytes } from '../../../support/index.ts';
import type { HeapView } from '../heapView.ts';
import type { Suspect } from '../model.ts';
import { groupByPath, suspect } from './grouped.ts';

/** Elements that are in no document any more, by what keeps the topmost of each tree. */
export function findDetachedTrees(view: HeapView): Suspect[] {
  const { graph, paths } = view;
  const isDetached = (node: number): boolean =>
    graph.type(node) === 'native' && (graph.isDetached(node) || isDetachedName(graph.rawName(node)));
  const tops: number[] = [];
  let elements = 0;
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (!isDetached(node) || !paths.isKept(node)) continue;
    elements += 1;
    // Nodes of a tree keep each other: the one that something else keeps stands for all.
    let above = paths.parent(node);
    while (
      above >= 0 &&
      graph.type(above) === 'native' &&
      !isDetached(above) &&
      !/^<|^Window/.test(graph.rawName(above))
    )
      above = paths.parent(above);
    if (above < 0 || !isDetached(above)) tops.push(node);
  }
  return groupByPath(view, tops).map((group) =>
    suspect(
      view,
      'detached-tree',
      group,
      `${count(group.count, 'tree')} in no document, ${formatBytes(group.retainedBytes)}; the heap has ${count(elements, 'detached node')} in all`,
    ),
  );
}
