import { classOf } from './classOf.ts';
import { type Ending, Endings } from './endings.ts';
import type { FunctionPosition, HeapGraph } from './heapGraph.ts';
import type { SurvivorGroup } from './survivorGroup.ts';

/** An object that a program ends by a method of it, where survivors are what it is made of: the editor behind a listener. */
export interface Whole {
  readonly className: string;
  readonly perIteration: number;
  readonly ending: Ending;
  /** The functions that made it, innermost first. */
  readonly stack: readonly FunctionPosition[];
  /** Where its class is written. */
  readonly location?: { readonly scriptId: number; readonly line: number; readonly column: number };
}

interface Lookup {
  readonly graph: HeapGraph;
  readonly bucketOf: Int16Array;
  readonly isStretch: (bucket: number) => boolean;
  readonly members: ReadonlyMap<number, SurvivorGroup>;
}

interface Candidate {
  readonly sample: number;
  readonly depth: number;
  readonly ending: Ending;
  readonly buckets: Set<number>;
  count: number;
}

/**
 * Which object the page's call made: survivors are named by what holds the others, and of a library's view that is often a
 * fragment (a listener's closure that refers to an observer that refers to the view). Of all that a group's survivors hold of
 * their own iteration, and that has a method to end it, it is the one that the fewest functions made: nearest to the caller.
 * None where the survivors themselves are as near.
 *
 * Needs the stacks of allocations.
 */
export function findWholes({ graph, bucketOf, isStretch, members }: Lookup): Map<SurvivorGroup, Whole> {
  const endings = new Endings(graph);
  const depths = new Map<number, number>();
  const depthOf = (node: number): number => {
    const trace = graph.traceId(node);
    const known = depths.get(trace);
    if (known !== undefined) return known;
    const depth = graph.allocationStack(node).length || Number.POSITIVE_INFINITY;
    depths.set(trace, depth);
    return depth;
  };
  const found = new Map<SurvivorGroup, Map<string, Candidate>>();
  if (!graph.hasStacks) return new Map();
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const bucket = bucketOf[node]!;
    if (bucket < 0 || isStretch(bucket) || graph.traceId(node) === 0 || graph.type(node) !== 'object') continue;
    const group = groupAbove(graph, members, node);
    const ending = group && endings.of(node);
    if (!group || !ending) continue;
    const candidates = found.get(group) ?? new Map<string, Candidate>();
    found.set(group, candidates);
    const key = `${classOf(graph, node)} ${graph.traceId(node)}`;
    const known = candidates.get(key);
    if (known) {
      known.count += 1;
      known.buckets.add(bucket);
    } else candidates.set(key, { sample: node, depth: depthOf(node), ending, buckets: new Set([bucket]), count: 1 });
  }
  const wholes = new Map<SurvivorGroup, Whole>();
  for (const [group, candidates] of found) {
    const own = Math.min(...group.samples.map(depthOf));
    const inMost = [...candidates.values()].filter(
      ({ buckets, depth }) => buckets.size * 2 > singleBuckets(group, isStretch) && depth < own,
    );
    const [nearest] = inMost.sort(
      (a, b) => a.depth - b.depth || graph.retainedSize(b.sample) - graph.retainedSize(a.sample),
    );
    if (nearest) wholes.set(group, describe(graph, nearest));
  }
  return wholes;
}

/** The group of the nearest survivor that dominates a node, or of the node itself. */
function groupAbove(
  graph: HeapGraph,
  members: ReadonlyMap<number, SurvivorGroup>,
  node: number,
): SurvivorGroup | undefined {
  for (let at = node; at !== graph.root; at = graph.dominator(at)) {
    const group = members.get(at);
    if (group) return group;
    if (graph.dominator(at) === at) break;
  }
  return undefined;
}

const singleBuckets = (group: SurvivorGroup, isStretch: (bucket: number) => boolean): number =>
  group.survivors.filter((count, bucket) => count > 0 && !isStretch(bucket)).length;

function describe(graph: HeapGraph, { sample, ending, buckets, count }: Candidate): Whole {
  const location = graph.location(sample);
  return {
    className: classOf(graph, sample),
    perIteration: count / buckets.size,
    ending,
    stack: graph.allocationStack(sample),
    ...(location ? { location } : {}),
  };
}
