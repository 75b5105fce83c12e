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

/** Where a function is written, as a key; its name where that is not known. */
export function placeKey(view: HeapView, closure: number): string {
  const place = view.places.functionPlace(closure);
  return place ? `${place.url}:${place.line}:${place.column}` : view.graph.rawName(closure);
}

/** The largest of the groups that {@link groupByPath} makes of them. */
export function mostFrequent(...given: Parameters<typeof groupByPath>): Grouped {
  return groupByPath(...given).reduce((best, group) => (group.count > best.count ? group : best));
}
