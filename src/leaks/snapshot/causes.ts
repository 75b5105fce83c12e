import { isBookkeeping, isNativeId, isPlumbing, isWeakMapEdge } from '../platform/index.ts';
import type { HeapGraph } from './heapGraph.ts';
import { findEntries } from './mapEntries.ts';
import type { RetainingPaths } from './retainingPaths.ts';
import { isUserVisible } from './classOf.ts';
import type { SurvivorGroup } from './survivorGroup.ts';

/** How the groups of one snapshot hang together, by ordinal of the group. */
export interface Causes {
  /** The group whose members hold those of this one, on the very paths by which these are kept; or are the other half of a Map's entry. */
  readonly partOf: ReadonlyMap<SurvivorGroup, SurvivorGroup>;
  /**
   * Groups of one number reach common objects of the same iteration: parts of one thing, or of things made for each other. None has a group
   * of which no member's own iteration is known.
   */
  readonly clusters: ReadonlyMap<SurvivorGroup, number>;
}

/** Nodes visited from one survivor at most: an application that leaks as a whole is one cluster in any case. */
const MAX_REACHED = 20_000;

interface Lookup {
  readonly graph: HeapGraph;
  readonly paths: RetainingPaths;
  readonly bucketOf: Int16Array;
  readonly isStretch: (bucket: number) => boolean;
  /** The group a node was counted in; undefined for parts of others. */
  readonly groupOf: (node: number) => SurvivorGroup | undefined;
  /** Whether a node of the path is a copy of a collection that only grows: it holds what is older than itself. */
  readonly isCopy: (above: number, node: number) => boolean;
}

/** Which of the groups are parts of which, and which hang together. */
export function findCauses(groups: readonly SurvivorGroup[], lookup: Lookup): Causes {
  const entries = findEntries(groups, {
    graph: lookup.graph,
    groupOf: lookup.groupOf,
    samplesOf: (group) => tellingSamples(group, lookup),
  });
  return { partOf: new Map([...entries, ...findOwners(groups, lookup)]), clusters: findClusters(groups, lookup) };
}

/**
 * The owner of a survivor is the highest object of its own iteration on its path: the tween that holds the element, the effect
 * that holds the scope. Where most samples of a group have an owner in one other group, they are parts of that one.
 */
function findOwners(groups: readonly SurvivorGroup[], lookup: Lookup): Map<SurvivorGroup, SurvivorGroup> {
  const owners = new Map<SurvivorGroup, SurvivorGroup>();
  for (const group of groups) {
    const votes = new Map<SurvivorGroup, number>();
    const samples = tellingSamples(group, lookup);
    for (const sample of samples) {
      const owner = ownerOf(sample, lookup);
      if (owner && owner !== group) votes.set(owner, (votes.get(owner) ?? 0) + 1);
    }
    const [best] = [...votes].sort((a, b) => b[1] - a[1]);
    if (best && best[1] * 2 > samples.length) owners.set(group, best[0]);
  }
  return owners;
}

/** Samples of single iterations: in a stretch of many, what holds a survivor may be of another iteration than itself. */
function tellingSamples(group: SurvivorGroup, { graph, bucketOf, isStretch }: Lookup): readonly number[] {
  const single = group.samples.filter((node) => !isNativeId(graph.id(node)) && !isStretch(bucketOf[node]!));
  return single.length > 0 ? single : group.samples;
}

function ownerOf(node: number, { graph, paths, bucketOf, groupOf, isCopy }: Lookup): SurvivorGroup | undefined {
  const bucket = bucketOf[node]!;
  let owner: SurvivorGroup | undefined;
  for (let above = paths.parent(node); above >= 0 && bucketOf[above] !== -1; above = paths.parent(above)) {
    // Of the browser's own objects the iteration is not known.
    const isOfLike = bucketOf[above] === bucket || graph.id(node) % 2 === 0;
    if (!isOfLike || !isUserVisible(graph, above) || isCopy(above, node)) continue;
    const group = groupOf(above);
    if (group && !isBrowsersOwn(group)) owner = group;
  }
  return owner;
}

/** What the browser keeps for its own work is never told as a leak: what lies below it is. */
const isBrowsersOwn = ({ nodeType, className }: SurvivorGroup): boolean =>
  nodeType === 'native' && (isPlumbing(className) || isBookkeeping(className) || className.startsWith('blink::'));

/** Walks from one survivor of each group to what it refers to, within the iteration that made it. */
function findClusters(groups: readonly SurvivorGroup[], lookup: Lookup): Map<SurvivorGroup, number> {
  const { graph, bucketOf, isStretch } = lookup;
  const parent = groups.map((_, index) => index);
  const rootOf = (index: number): number => {
    let at = index;
    while (parent[at] !== at) at = parent[at]!;
    parent[index] = at;
    return at;
  };
  const seenBy = new Int32Array(graph.nodeCount).fill(-1);
  const walked = new Set<number>();
  for (const [index, group] of groups.entries()) {
    for (const start of group.samples) {
      const bucket = bucketOf[start]!;
      if (isStretch(bucket) || isNativeId(graph.id(start))) continue;
      walked.add(index);
      const queue = [start];
      for (let at = 0; at < queue.length && at < MAX_REACHED; at += 1) {
        const node = queue[at]!;
        const other = seenBy[node]!;
        if (other >= 0) {
          parent[rootOf(index)] = rootOf(other);
          continue;
        }
        seenBy[node] = index;
        graph.forEachEdge(node, (edge, to) => {
          const type = graph.edgeType(edge);
          if (bucketOf[to] !== bucket || type === 'weak' || type === 'shortcut') return;
          // What a WeakMap notes of an object is not the object's: the records of the page hooks are chained to each other.
          if (type === 'internal' && isWeakMapEdge(graph.edgeName(edge))) return;
          queue.push(to);
        });
      }
    }
  }
  return new Map(groups.flatMap((group, index) => (walked.has(index) ? [[group, rootOf(index)]] : [])));
}
