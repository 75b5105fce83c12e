import type { HeapGraph } from './heapGraph.ts';
import { classOf } from './classOf.ts';
import type { SurvivorGroup } from './survivorGroup.ts';

interface Lookup {
  readonly graph: HeapGraph;
  readonly groupOf: (node: number) => SurvivorGroup | undefined;
  readonly samplesOf: (group: SurvivorGroup) => readonly number[];
}

/**
 * The groups whose members are the other half of an entry of a Map: the element that is a key, and what is noted of it. One entry is one
 * cause: the lighter half is part of the heavier one, a value of a key that weighs the same.
 */
export function findEntries(groups: readonly SurvivorGroup[], lookup: Lookup): Map<SurvivorGroup, SurvivorGroup> {
  const tables = new Map<number, Entries | undefined>();
  const owners = new Map<SurvivorGroup, SurvivorGroup>();
  for (const group of groups) {
    const holder = group.holder;
    if (!tables.has(holder)) tables.set(holder, entriesOf(lookup.graph, holder));
    const entries = tables.get(holder);
    if (!entries) continue;
    const samples = lookup.samplesOf(group);
    const votes = new Map<SurvivorGroup, number>();
    let asKey = 0;
    for (const sample of samples) {
      const half = entries.otherHalf(sample);
      const other = half && lookup.groupOf(half.node);
      if (!half || !other || other === group) continue;
      votes.set(other, (votes.get(other) ?? 0) + 1);
      if (half.isValue) asKey += 1;
    }
    const [best] = [...votes].sort((a, b) => b[1] - a[1]);
    if (!best || best[1] * 2 <= samples.length) continue;
    const [own, others] = [weightOf(group), weightOf(best[0])];
    if (own < others || (own === others && asKey * 2 < samples.length)) owners.set(group, best[0]);
  }
  return owners;
}

const weightOf = ({ bytes }: SurvivorGroup): number => bytes.reduce((sum, some) => sum + some, 0);

interface Entries {
  otherHalf(node: number): { readonly node: number; readonly isValue: boolean } | undefined;
}

/** The entries of a Map: key and value lie side by side in its table, and what follows them is a number (*seen in Chromium 156*). */
function entriesOf(graph: HeapGraph, map: number): Entries | undefined {
  if (classOf(graph, map) !== 'Map') return undefined;
  const table = graph.target(map, 'internal', 'table');
  if (table === undefined) return undefined;
  const at = new Map<number, number>();
  const placeOf = new Map<number, number>();
  graph.forEachEdge(table, (edge, to) => {
    const place = graph.edgeType(edge) === 'internal' ? Number(graph.edgeName(edge)) : Number.NaN;
    if (!Number.isInteger(place)) return;
    at.set(place, to);
    placeOf.set(to, place);
  });
  return {
    otherHalf(node) {
      const place = placeOf.get(node);
      if (place === undefined) return undefined;
      const value = at.get(place + 1);
      if (value !== undefined) return { node: value, isValue: true };
      const key = at.get(place - 1);
      return key === undefined ? undefined : { node: key, isValue: false };
    },
  };
}
