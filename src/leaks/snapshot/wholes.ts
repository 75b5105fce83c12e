import { classOf } from './classOf.ts';
import { type Ending, Endings } from './endings.ts';
import type { FunctionPosition, HeapGraph } from './heapGraph.ts';
import type { SurvivorGroup } from './survivorGroup.ts';
import { defined } from '../../support/index.ts';

/** An object that a program ends by a method of it, where survivors are what it is made of: the editor behind a listener. */
export interface Whole {
  readonly className: string;
  readonly perIteration: number;
  readonly ending: Ending;
  /** The functions that made it, innermost first. */
  readonly stack: readonly FunctionPosition[];
  /** Where its class is written. */
  readonly location?: { readonly scriptId: number; readonly line: number; readonly column: number };
  /** The next that it holds, made further in: what a view of the page made with a library. */
  readonly within?: Whole;
}

/**
 * How many of the functions that made an object are constructors of its base classes, innermost: V8 makes it there, inside the
 * constructor of its own class. From that on it is the caller's.
 */
export function baseConstructors(graph: HeapGraph, node: number, stack: readonly FunctionPosition[]): number {
  const own = stack.findIndex(({ functionName }) => functionName === graph.rawName(node));
  if (own <= 0) return 0;
  const bases = new Set<string>();
  let at = graph.target(node, 'property', '__proto__');
  for (let depth = 0; at !== undefined && depth < MAX_BASES; depth += 1) {
    const made = graph.target(at, 'property', 'constructor');
    if (made !== undefined) bases.add(graph.rawName(made));
    at = graph.target(at, 'property', '__proto__');
  }
  return stack.slice(0, own).every(({ functionName }) => bases.has(functionName)) ? own : 0;
}

/** The functions that made an object, from the constructor of its own class. */
function ownStack(graph: HeapGraph, node: number): readonly FunctionPosition[] {
  const stack = graph.allocationStack(node);
  return stack.slice(baseConstructors(graph, node, stack));
}

const MAX_BASES = 20;

export const isSameStack = (a: readonly FunctionPosition[], b: readonly FunctionPosition[]): boolean =>
  a.length === b.length &&
  a.every(({ scriptId, line, column }, index) => {
    const other = b[index]!;
    return scriptId === other.scriptId && line === other.line && column === other.column;
  });

interface Lookup {
  readonly graph: HeapGraph;
  readonly bucketOf: Int16Array;
  readonly buckets: { iterationsIn(bucket: number): number };
  readonly members: ReadonlyMap<number, SurvivorGroup>;
}

interface Candidate {
  readonly sample: number;
  readonly depth: number;
  readonly ending: Ending;
  /** How many there are in each bucket. */
  readonly counts: Map<number, number>;
}

/**
 * Which object the page's call made: survivors are named by what holds the others, and of a library's view that is often a
 * fragment (a listener's closure that refers to an observer that refers to the view). Of all that a group's survivors hold of
 * their own iteration, and that has a method to end it, it is the one that the fewest functions made: nearest to the caller.
 * None where the survivors themselves are as near, but for a function that was made beside it; an element is made by other code than
 * what a library makes for it.
 *
 * Needs the stacks of allocations, which are often recorded in the last stretch of iterations only.
 */
export function findWholes({ graph, bucketOf, buckets, members }: Lookup): Map<SurvivorGroup, Whole> {
  const endings = new Endings(graph);
  const stacks = new Map<string, readonly FunctionPosition[]>();
  const stackOf = (node: number): readonly FunctionPosition[] => {
    const key = `${graph.rawName(node)} ${graph.traceId(node)}`;
    const known = stacks.get(key) ?? ownStack(graph, node);
    stacks.set(key, known);
    return known;
  };
  const depthOf = (node: number): number => stackOf(node).length || Number.POSITIVE_INFINITY;
  const found = new Map<SurvivorGroup, Map<string, Candidate>>();
  if (!graph.hasStacks) return new Map();
  const traced = countTraced(graph, bucketOf, members);
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const bucket = bucketOf[node]!;
    if (bucket < 0 || graph.traceId(node) === 0 || graph.type(node) !== 'object') continue;
    const group = groupAbove(graph, members, node);
    const ending = group && endings.of(node);
    if (!group || !ending) continue;
    const candidates = found.get(group) ?? new Map<string, Candidate>();
    found.set(group, candidates);
    const key = `${classOf(graph, node)} ${graph.traceId(node)}`;
    const known = candidates.get(key);
    if (known) known.counts.set(bucket, (known.counts.get(bucket) ?? 0) + 1);
    else candidates.set(key, { sample: node, depth: depthOf(node), ending, counts: new Map([[bucket, 1]]) });
  }
  const wholes = new Map<SurvivorGroup, Whole>();
  for (const [group, candidates] of found) {
    const own = group.nodeType === 'native' ? Number.POSITIVE_INFINITY : Math.min(...group.samples.map(depthOf));
    const beside =
      group.nodeType === 'closure' ? group.samples.filter((node) => graph.traceId(node) !== 0).map(stackOf) : [];
    const inMost = [...candidates.values()].filter(
      ({ sample, counts, depth }) =>
        (depth < own || beside.some((stack) => isSameStack(stack, stackOf(sample)))) &&
        isForMost(counts, traced.get(group)!, buckets),
    );
    const [nearest, ...further] = inMost.sort(
      (a, b) => a.depth - b.depth || graph.retainedSize(b.sample) - graph.retainedSize(a.sample),
    );
    if (!nearest) continue;
    const next = further.find(({ depth }) => depth > nearest.depth);
    const within = next && describe(graph, next, buckets);
    wholes.set(group, { ...describe(graph, nearest, buckets), ...defined({ within }) });
  }
  return wholes;
}

/** How many survivors of each group have the stack that made them, by bucket. */
function countTraced(
  graph: HeapGraph,
  bucketOf: Int16Array,
  members: ReadonlyMap<number, SurvivorGroup>,
): Map<SurvivorGroup, Map<number, number>> {
  const counts = new Map<SurvivorGroup, Map<number, number>>();
  for (const [node, group] of members) {
    const ofGroup = counts.get(group) ?? new Map<number, number>();
    counts.set(group, ofGroup);
    const bucket = bucketOf[node]!;
    if (graph.traceId(node) !== 0) ofGroup.set(bucket, (ofGroup.get(bucket) ?? 0) + 1);
  }
  return counts;
}

/** Whether most iterations that left survivors have one. */
function isForMost(
  counts: ReadonlyMap<number, number>,
  traced: ReadonlyMap<number, number>,
  buckets: Lookup['buckets'],
): boolean {
  const singles = [...traced.keys()].filter((bucket) => buckets.iterationsIn(bucket) === 1);
  if (singles.length > 0) return singles.filter((bucket) => counts.has(bucket)).length * 2 > singles.length;
  const all = sumOf(traced.values());
  // An element has a stack only where script was the first to ask for it.
  if (all === 0) return counts.size > 0;
  // Of what each iteration left several of, one whole may have made them all.
  const iterations = sumOf([...traced.keys()].map((bucket) => buckets.iterationsIn(bucket)));
  return sumOf(counts.values()) * 2 > Math.min(all, iterations);
}

const sumOf = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + count, 0);

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

function describe(graph: HeapGraph, { sample, ending, counts }: Candidate, buckets: Lookup['buckets']): Whole {
  const location = graph.location(sample);
  return {
    className: classOf(graph, sample),
    perIteration: rateOf(counts, buckets),
    ending,
    stack: ownStack(graph, sample),
    ...(location ? { location } : {}),
  };
}

/** A variable of the page may still hold the last one, which then hangs on that. */
function rateOf(counts: ReadonlyMap<number, number>, buckets: Lookup['buckets']): number {
  const count = sumOf(counts.values());
  const iterations = sumOf([...counts.keys()].map((bucket) => buckets.iterationsIn(bucket)));
  return count + 1 === iterations ? 1 : count / iterations;
}
