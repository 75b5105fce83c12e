import { isNativeId, isReactionName, isResolverName, isScopeName, nativeClassName } from '../platform/index.ts';
import { classOf, coarseType, isUserVisible } from './classOf.ts';
import type { HeapGraph } from './heapGraph.ts';
import type { SurvivorGroup } from './survivorGroup.ts';
import type { AnalysisRequest } from './messages.ts';
import { type Causes, findCauses } from './causes.ts';
import { aboveChain } from './chains.ts';
import { type NodesSince, OldNodes } from './domTree.ts';
import { countMaking, countMakingNearest } from './making.ts';
import { type Whole, findWholes } from './wholes.ts';
import type { RetainingPaths } from './retainingPaths.ts';

export interface Survivors {
  readonly groups: readonly SurvivorGroup[];
  readonly causes: Causes;
  readonly wholes: ReadonlyMap<SurvivorGroup, Whole>;
  /** Of each node, in the order of the graph; negative for what no iteration made. */
  readonly bucketOf: Int16Array;
}

const OLDER = -1;
const NEWER = -2;

/**
 * Which iteration made an object. Heap object ids of JavaScript objects are odd and rise with the time at which V8
 * first saw the object; `boundaries` are the last ids seen before the first bucket and after each.
 */
export class IterationBuckets {
  readonly #boundaries: readonly number[];
  readonly #iterations: readonly number[];
  readonly #bucketSince: number;
  readonly #newestNative: number;

  /**
   * @param newestNative the highest even id of the snapshot before. The browser's own objects have even ids, given when a
   *   snapshot first sees them; those that had a JavaScript object lose their odd id with it. What is newer was made at any
   *   time since that snapshot, so it counts in the first bucket after it.
   */
  constructor(
    request: Pick<AnalysisRequest, 'boundaries' | 'iterations' | 'bucketSince'>,
    newestNative: number | undefined,
  ) {
    this.#boundaries = request.boundaries;
    this.#iterations = request.iterations;
    this.#bucketSince = request.bucketSince ?? OLDER;
    this.#newestNative = newestNative ?? Number.POSITIVE_INFINITY;
  }

  iterationsIn = (bucket: number): number => this.#iterations[bucket] ?? 1;

  /** True where objects of several iterations are in one bucket. */
  isStretch(bucket: number): boolean {
    return this.iterationsIn(bucket) > 1;
  }

  get count(): number {
    return this.#boundaries.length - 1;
  }

  /** From 0; OLDER than the first bucket (or of unknown age), NEWER than the last. */
  bucketOf(id: number): number {
    const boundaries = this.#boundaries;
    if (isNativeId(id)) return id > this.#newestNative ? this.#bucketSince : OLDER;
    if (id <= boundaries[0]!) return OLDER;
    if (id > boundaries.at(-1)!) return NEWER;
    let low = 1;
    let high = boundaries.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (id <= boundaries[middle]!) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }
}

/** Groups kept; beyond it the smallest (by bytes) are dropped. */
const MAX_GROUPS = 500;

/**
 * Groups the live objects that iterations made by class and holder, naming of each structure only its top: the object
 * that no other object of the same iteration dominates. A leaked panel's own arrays, strings and closures belong to the
 * panel.
 */
export function groupSurvivors(
  graph: HeapGraph,
  paths: RetainingPaths,
  buckets: IterationBuckets,
  since?: NodesSince,
): Survivors {
  const { nodeCount } = graph;
  const bucketOf = new Int16Array(nodeCount);
  for (let node = 0; node < nodeCount; node += 1) bucketOf[node] = buckets.bucketOf(graph.id(node));

  const copies = new CopiedCollections(graph, bucketOf);
  const isOld = (node: number): boolean => bucketOf[node] === OLDER && !isNativeId(graph.id(node));
  const oldNodes = new OldNodes(graph, paths.dom, since, isOld);
  const holds = (node: number): boolean => bucketOf[node] === OLDER && isHolder(graph, node);
  const holderOf = createHolderLookup(graph, paths, holds);
  // An element without a JavaScript object has no lasting id, and can be compared by its name only, as what has no age itself is.
  const holderOfAgeless = createHolderLookup(
    graph,
    paths,
    (node) => holds(node) || (paths.dom.childCount(node) > 0 && oldNodes.has(node)),
  );
  const groups = new Map<string, SurvivorGroup>();
  const seenInBucket = new Map<SurvivorGroup, Set<number>>();
  const memberships = new Map<number, SurvivorGroup>();
  for (let node = 0; node < nodeCount; node += 1) {
    const bucket = bucketOf[node]!;
    if (bucket < 0 || !paths.isKept(node) || !isUserVisible(graph, node)) continue;
    if (isPart(graph, paths, oldNodes, bucketOf, node, buckets.isStretch(bucket), copies)) continue;
    const { holder, via } = (isNativeId(graph.id(node)) ? holderOfAgeless : holderOf)(node);
    const className = classOf(graph, node);
    const writtenAt = placeWritten(graph, node);
    const key = [className, writtenAt, holder, via].join('\n');
    let group = groups.get(key);
    if (!group) {
      group = {
        className,
        writtenAt,
        nodeType: coarseType(graph, node),
        holder,
        via,
        survivors: Array.from({ length: buckets.count }, () => 0),
        ageless: 0,
        bytes: Array.from({ length: buckets.count }, () => 0),
        samples: [],
        traces: new Map(),
      };
      groups.set(key, group);
      seenInBucket.set(group, new Set());
    }
    memberships.set(node, group);
    if (isNativeId(graph.id(node))) group.ageless += 1;
    else group.survivors[bucket]! += 1;
    const seen = seenInBucket.get(group)!;
    if (!seen.has(bucket)) {
      seen.add(bucket);
      group.samples.push(node);
    }
    const trace = graph.traceId(node);
    if (trace !== 0) countMaking(group, trace, node);
  }
  for (const [node, group] of memberships) group.bytes[bucketOf[node]!]! += graph.retainedSize(node);
  for (const [node, above] of nestedIn(graph, memberships))
    memberships.get(above)!.bytes[bucketOf[above]!]! -= graph.retainedSize(node);
  for (const group of groups.values()) group.samples.sort((a, b) => bucketOf[a]! - bucketOf[b]!);
  countMakingNearest(graph, paths, memberships);
  const total = (group: SurvivorGroup): number => group.bytes.reduce((sum, bytes) => sum + bytes, 0);
  const largest = [...groups.values()].sort((a, b) => total(b) - total(a)).slice(0, MAX_GROUPS);
  const isStretch = (bucket: number): boolean => buckets.isStretch(bucket);
  const causes = findCauses(largest, {
    graph,
    paths,
    bucketOf,
    isStretch,
    groupOf: (node) => memberships.get(node),
    isCopy: (above, node) => copies.holdsLike(above, node),
  });
  return {
    groups: largest,
    causes,
    wholes: findWholes({ graph, bucketOf, buckets, members: memberships }),
    bucketOf,
  };
}

/**
 * Where an object's class is written, or a function: minifiers give many classes one name, and many functions have none. A function of a
 * script that each iteration loads anew is the same function in all of them.
 */
function placeWritten(graph: HeapGraph, node: number): string {
  const type = graph.type(node);
  const location = type === 'object' || type === 'closure' ? graph.location(node) : undefined;
  if (!location) return '';
  return `${type === 'object' ? `${location.scriptId}:` : ''}${location.line}:${location.column}`;
}

/**
 * Survivors that another survivor dominates, with the nearest that does: the members of a list hold each other, and what the
 * first retains is all of them. Bytes are counted once.
 */
function nestedIn(graph: HeapGraph, members: ReadonlyMap<number, unknown>): Map<number, number> {
  const nearest = new Map<number, number>();
  const found = new Map<number, number>();
  for (const member of members.keys()) {
    const walked: number[] = [];
    let at = graph.dominator(member);
    while (!members.has(at) && !found.has(at) && at !== graph.root && graph.dominator(at) !== at) {
      walked.push(at);
      at = graph.dominator(at);
    }
    const above = members.has(at) ? at : (found.get(at) ?? -1);
    for (const node of walked) found.set(node, above);
    if (above >= 0 && above !== member) nearest.set(member, above);
  }
  return nearest;
}

/**
 * Collections that are replaced by a copy with one thing more (`list = [...list, item]`): younger than most things that they
 * hold. What an iteration made is then no part of the copy that the same iteration made.
 */
class CopiedCollections {
  readonly #graph: HeapGraph;
  readonly #held = new Set<string>();

  constructor(graph: HeapGraph, bucketOf: Int16Array) {
    this.#graph = graph;
    for (let node = 0; node < graph.nodeCount; node += 1) {
      const bucket = bucketOf[node]!;
      if (bucket < 0 || !isUserVisible(graph, node)) continue;
      let above = graph.dominator(node);
      while (above !== graph.root && !isUserVisible(graph, above) && graph.dominator(above) !== above)
        above = graph.dominator(above);
      if (bucketOf[above]! > bucket) this.#held.add(this.#key(above, node));
    }
  }

  /** Whether the collection holds what is older than itself, of the class of the node. */
  holdsLike(collection: number, node: number): boolean {
    return this.#held.has(this.#key(collection, node));
  }

  #key(above: number, node: number): string {
    const type = this.#graph.type(node);
    return `${above} ${type} ${type === 'object' ? this.#graph.rawName(node) : ''}`;
  }
}

/** Deeper nesting of things of one class is no list that grew, but a tree that was made at once. */
const MAX_CHAIN = 8;

/**
 * True when an object made in the same iteration dominates this one: then that one is the leak, and this a part. In a
 * stretch of several iterations one cannot know: there an object that hangs on another of its own class is the next
 * entry of a list. A collection that was copied is no whole either: it holds older things of the same class too.
 *
 * A DOM node is a part of its parent, whichever sibling dominates it.
 */
function isPart(
  graph: HeapGraph,
  paths: RetainingPaths,
  oldNodes: OldNodes,
  bucketOf: Int16Array,
  node: number,
  inStretch: boolean,
  copies: CopiedCollections,
): boolean {
  if (paths.dom.hasParent(node)) return isPartOfNode(graph, paths, oldNodes, bucketOf, node);
  const bucket = bucketOf[node]!;
  const name = graph.rawName(node);
  let isPart = false;
  let depth = 0;
  for (let above = graph.dominator(node); above !== graph.root; above = graph.dominator(above)) {
    // Backing stores and contexts are looked through, and the browser's own objects (whose age is not known) for all but
    // their like.
    if (isUserVisible(graph, above) && (!isNativeId(graph.id(above)) || isNativeId(graph.id(node)))) {
      if (bucketOf[above] !== bucket) return isPart;
      if (!copies.holdsLike(above, node)) {
        isPart = true;
        depth += 1;
        if (!inStretch || depth > MAX_CHAIN || graph.type(node) === 'native') return true;
        if (graph.rawName(above) === name && graph.type(above) === graph.type(node)) return false;
      }
    }
    if (graph.dominator(above) === above) break;
  }
  return isPart;
}

/**
 * Whether the nearest DOM ancestor of known age was made in the same iteration, or in any where the node's own is not known. A
 * node by which its parent is kept is no part of it: a variable holds the node, and the detached tree around it hangs on that.
 */
function isPartOfNode(
  graph: HeapGraph,
  paths: RetainingPaths,
  oldNodes: OldNodes,
  bucketOf: Int16Array,
  node: number,
): boolean {
  const isAgeless = isNativeId(graph.id(node));
  let below = node;
  for (let above = paths.dom.parentOf(node); above !== undefined; above = paths.dom.parentOf(above)) {
    if (paths.parent(above) === below) return false;
    if (!isNativeId(graph.id(above))) return isAgeless ? bucketOf[above]! >= 0 : bucketOf[above] === bucketOf[node];
    if (oldNodes.has(above)) return false;
    if (isAgeless) return true;
    below = above;
  }
  return false;
}

interface Holding {
  readonly holder: number;
  readonly via: string | undefined;
}

/**
 * The first object up the retaining path that is older than the iterations and that a user would name, and the nearest
 * of the browser's own objects in between. Memoized along the paths, as a long list of new objects would otherwise be
 * walked once for each of its members.
 */
function createHolderLookup(
  graph: HeapGraph,
  paths: RetainingPaths,
  holds: (node: number) => boolean,
): (node: number) => Holding {
  const known = new Map<number, Holding>();
  /** Held by nothing but the browser: a frame, a worker's port. */
  const none: Holding = { holder: graph.root, via: undefined };
  const isBrowsers = (node: number): boolean => graph.type(node) === 'native' && isNativeId(graph.id(node));
  /** What holds the first member of a chain. */
  const holderAbove = (top: number): number | undefined => {
    for (let above = paths.parent(top); above >= 0; above = paths.parent(above))
      if (isHolder(graph, above)) return above;
    return undefined;
  };
  return (node) => {
    const walked: number[] = [];
    let result: Holding | undefined;
    for (let at = node; !result;) {
      result = known.get(at);
      if (result) break;
      walked.push(at);
      const above = paths.parent(at);
      if (above < 0) result = none;
      else if (holds(above)) {
        const entry = [...walked].reverse().find((below) => isUserVisible(graph, below));
        const top = entry === undefined ? undefined : aboveChain(graph, paths, entry);
        result = { holder: (top === undefined ? undefined : holderAbove(top)) ?? above, via: undefined };
      } else at = above;
    }
    for (const at of walked.reverse()) {
      const above = paths.parent(at);
      if (above >= 0 && above !== result.holder && isBrowsers(above))
        result = { holder: result.holder, via: nativeClassName(graph.rawName(above)) };
      // What waits for an answer is the page's; an answer that was given is the browser's alone.
      if (result.via !== undefined && isResolverName(result.via) && isAwaited(graph, at))
        result = { holder: result.holder, via: WAITING };
      known.set(at, result);
    }
    return result;
  };
}

/** `via` of a promise of the browser that is not settled, and of what waits for it. */
const WAITING = 'PromiseReaction';

function isAwaited(graph: HeapGraph, node: number): boolean {
  if (isReactionName(graph.rawName(node))) return true;
  if (graph.rawName(node) !== 'Promise') return false;
  const reactions = graph.target(node, 'internal', 'reactions_or_result');
  return reactions !== undefined && isReactionName(graph.rawName(reactions));
}

/** An object that holds others in a user's sense: also a scope, which holds variables. */
function isHolder(graph: HeapGraph, node: number): boolean {
  if (graph.type(node) === 'object' && isScopeName(graph.rawName(node))) return true;
  if (graph.type(node) === 'native' && isNativeId(graph.id(node))) return false;
  return isUserVisible(graph, node);
}
