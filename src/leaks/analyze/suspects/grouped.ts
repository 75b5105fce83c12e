import type { HeapView } from '../heapView.ts';
import type { Suspect, SuspectKind } from '../model.ts';

/** Objects that are kept in the same way, and belong together for a person. */
export interface Grouped {
  readonly sample: number;
  count: number;
  retainedBytes: number;
}

/** Groups nodes by the kind of path that keeps them, or by what `keyOf` says. */
export function groupByPath(
  view: HeapView,
  nodes: Iterable<number>,
  keyOf: (node: number) => string | number = (node) => view.tree.kindOf[node]!,
): Grouped[] {
  const groups = new Map<string | number, Grouped>();
  for (const node of nodes) {
    const key = keyOf(node);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { sample: node, count: 0, retainedBytes: 0 }));
    group.count += 1;
    group.retainedBytes += view.graph.retainedSize(node);
  }
  return [...groups.values()];
}

export function suspect(view: HeapView, kind: SuspectKind, group: Grouped, because: string): Suspect {
  return { kind, ...view.describe(group.sample, group.count, group.retainedBytes), because };
}

/** The node at the end of a property; undefined where there is none of that name. */
export function propertyOf(view: HeapView, node: number, name: string): number | undefined {
  const { graph } = view;
  let target: number | undefined;
  graph.forEachEdge(node, (edge, to) => {
    if (target === undefined && graph.edgeType(edge) === 'property' && graph.edgeName(edge) === name) target = to;
  });
  return target;
}
