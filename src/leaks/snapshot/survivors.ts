import type { FunctionPosition, HeapGraph, NodeType } from './heapGraph.ts';
import type { AnalysisRequest } from './messages.ts';
import type { RetainingPaths } from './retainingPaths.ts';

/** What survives of one class under one holder, by the iteration that made it. */
export interface SurvivorGroup {
  readonly className: string;
  readonly nodeType: 'object' | 'closure' | 'native' | 'string' | 'other';
  /** Ordinal of the holder in this snapshot. */
  readonly holder: number;
  /** Name of the browser's own object between holder and survivors (`V8EventListener`, `ScheduledAction`), if any. */
  readonly via: string | undefined;
  /** A count for each bucket, first to last. */
  readonly survivors: number[];
  /** How many more there are of which only the snapshot before which they did not exist is known. */
  ageless: number;
  /** Retained bytes for each bucket. */
  readonly bytes: number[];
  /** Ordinals of a few survivors, at most one a bucket, first bucket first. */
  readonly samples: number[];
  /** How often each allocation trace made one of them. */
  readonly traces: Map<number, { count: number; sample: number }>;
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

  /** True where objects of several iterations are in one bucket. */
  isStretch(bucket: number): boolean {
    return (this.#iterations[bucket] ?? 1) > 1;
  }

  get count(): number {
    return this.#boundaries.length - 1;
  }

  /** From 0; OLDER than the first bucket (or of unknown age), NEWER than the last. */
  bucketOf(id: number): number {
    const boundaries = this.#boundaries;
    if (id % 2 === 0) return id > this.#newestNative ? this.#bucketSince : OLDER;
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

/** Shapes of plain objects are told apart by this many property names. */
const SHAPE_NAMES = 4;
/** Groups kept; beyond it the smallest (by bytes) are dropped. */
const MAX_GROUPS = 500;

/**
 * Groups the live objects that iterations made by class and holder, naming of each structure only its top: the object
 * that no other object of the same iteration dominates. A leaked panel's own arrays, strings and closures belong to the
 * panel.
 */
export function groupSurvivors(graph: HeapGraph, paths: RetainingPaths, buckets: IterationBuckets): SurvivorGroup[] {
  const { nodeCount } = graph;
  const bucketOf = new Int16Array(nodeCount);
  for (let node = 0; node < nodeCount; node += 1) bucketOf[node] = buckets.bucketOf(graph.id(node));

  const holderOf = createHolderLookup(graph, paths, bucketOf);
  const copies = new CopiedCollections(graph, bucketOf);
  const groups = new Map<string, SurvivorGroup>();
  const seenInBucket = new Map<SurvivorGroup, Set<number>>();
  for (let node = 0; node < nodeCount; node += 1) {
    const bucket = bucketOf[node]!;
    if (bucket < 0 || !paths.isKept(node) || !isUserVisible(graph, node)) continue;
    if (isPart(graph, bucketOf, node, buckets.isStretch(bucket), copies)) continue;
    const { holder, via } = holderOf(node);
    const className = classOf(graph, node);
    const key = `${className}\n${holder}\n${via ?? ''}`;
    let group = groups.get(key);
    if (!group) {
      group = {
        className,
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
    if (graph.id(node) % 2 === 0) group.ageless += 1;
    else group.survivors[bucket]! += 1;
    group.bytes[bucket]! += graph.retainedSize(node);
    const seen = seenInBucket.get(group)!;
    if (!seen.has(bucket)) {
      seen.add(bucket);
      group.samples.push(node);
    }
    const trace = graph.traceId(node);
    if (trace !== 0) {
      const known = group.traces.get(trace);
      if (known) known.count += 1;
      else group.traces.set(trace, { count: 1, sample: node });
    }
  }
  for (const group of groups.values()) group.samples.sort((a, b) => bucketOf[a]! - bucketOf[b]!);
  const total = (group: SurvivorGroup): number => group.bytes.reduce((sum, bytes) => sum + bytes, 0);
  return [...groups.values()].sort((a, b) => total(b) - total(a)).slice(0, MAX_GROUPS);
}

const USER_TYPES: ReadonlySet<NodeType> = new Set([
  'object',
  'closure',
  'regexp',
  'native',
  'string',
  'concatenated string',
  'sliced string',
  'bigint',
  'symbol',
]);

/** V8's own objects and backing stores, which stand for the object that owns them, are never named. */
export function isUserVisible(graph: HeapGraph, node: number): boolean {
  return USER_TYPES.has(graph.type(node)) && !/^(?:system \/|blink::|cppgc::)/.test(graph.rawName(node));
}

/**
 * Collections that are replaced by a copy with one thing more (`list = [...list, item]`): younger than most of what they
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
 * entry of a list. Two things are no wholes either: a collection that was copied (it holds older things of the same
 * class too), and the first of many siblings, which holds all others and may look as new as they are, since it got a new
 * id with the loss of its JavaScript object.
 */
function isPart(
  graph: HeapGraph,
  bucketOf: Int16Array,
  node: number,
  inStretch: boolean,
  copies: CopiedCollections,
): boolean {
  const bucket = bucketOf[node]!;
  const name = graph.rawName(node);
  let isPart = false;
  let depth = 0;
  for (let above = graph.dominator(node); above !== graph.root; above = graph.dominator(above)) {
    // Backing stores and contexts are looked through, and the browser's own objects (whose age is not known) for all but
    // their like.
    if (isUserVisible(graph, above) && (graph.id(above) % 2 === 1 || graph.id(node) % 2 === 0)) {
      if (bucketOf[above] !== bucket) return isPart;
      if (!(inStretch && isSibling(graph, above, node)) && !copies.holdsLike(above, node)) {
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

interface Holding {
  readonly holder: number;
  readonly via: string | undefined;
}

/**
 * The first object up the retaining path that is older than the iterations and that a user would name, and the nearest
 * of the browser's own objects in between. Memoized along the paths, as a long list of new objects would otherwise be
 * walked once for each of its members.
 */
function createHolderLookup(graph: HeapGraph, paths: RetainingPaths, bucketOf: Int16Array): (node: number) => Holding {
  const known = new Map<number, Holding>();
  /** Held by nothing but the browser: a frame, a worker's port. */
  const none: Holding = { holder: graph.root, via: undefined };
  const isBrowsers = (node: number): boolean => graph.type(node) === 'native' && graph.id(node) % 2 === 0;
  return (node) => {
    const walked: number[] = [];
    let result: Holding | undefined;
    for (let at = node; !result;) {
      result = known.get(at);
      if (result) break;
      walked.push(at);
      const above = paths.parent(at);
      if (above < 0) result = none;
      else if (bucketOf[above] === OLDER && isHolder(graph, above) && !isSibling(graph, above, at))
        result = { holder: above, via: undefined };
      else at = above;
    }
    for (const at of walked.reverse()) {
      const above = paths.parent(at);
      if (above >= 0 && above !== result.holder && isBrowsers(above))
        result = { holder: result.holder, via: nativeName(graph.rawName(above)) };
      known.set(at, result);
    }
    return result;
  };
}

/**
 * Nodes in a list lead to each other, and the edges do not say which is a sibling's: an old element of the same tag is
 * taken for one, and what holds that is the holder of both.
 */
function isSibling(graph: HeapGraph, above: number, below: number): boolean {
  if (graph.type(above) !== 'native' || graph.type(below) !== 'native') return false;
  const name = graph.rawName(above);
  return /^(?:Detached )?</.test(name) && nativeClass(name) === nativeClass(graph.rawName(below));
}

/** An object that holds others in a user's sense: also a scope, which holds variables. */
function isHolder(graph: HeapGraph, node: number): boolean {
  if (graph.type(node) === 'object' && graph.rawName(node).startsWith('system / Context')) return true;
  if (graph.type(node) === 'native' && graph.id(node) % 2 === 0) return false;
  return isUserVisible(graph, node);
}

function nativeName(name: string): string {
  return name.replace(/^blink::/, '').replace(/<.*$/, '');
}

function coarseType(graph: HeapGraph, node: number): SurvivorGroup['nodeType'] {
  const type = graph.type(node);
  if (type === 'object' || type === 'closure' || type === 'native') return type;
  return type.includes('string') ? 'string' : 'other';
}

/** The class as a user would name it: `Panel`, `{id, total}`, `<li> (detached)`, `function onResize`, `string`. */
export function classOf(graph: HeapGraph, node: number): string {
  const name = graph.rawName(node);
  const type = graph.type(node);
  if (type === 'closure') return name === '' ? 'anonymous function' : `function ${name}`;
  if (type === 'native') return nativeClass(name);
  if (type === 'object') return name === 'Object' ? shapeOf(graph, node) : name.replace(/ \/ \S*$/, '');
  return coarseType(graph, node) === 'string' ? 'string' : type;
}

/**
 * Elements of authors have a hyphen in their names. One that ends in a number, or in hexadecimal digits, was named by a program:
 * `<item-7f3a>` and `<item-04c1>` are of one kind, and of another name in each run.
 *
 * Fooled by: names that a program made up of other letters, which are a kind each.
 */
function tagClass(tag: string): string {
  const named = /^([^-]+-.*?)(?:[\da-f]{3,}(?:-[\da-f]{3,})*|(?<=-)\d+)$/.exec(tag)?.[1];
  return named !== undefined && /\d/.test(tag.slice(named.length)) ? `<${named}…>` : `<${tag}>`;
}

function nativeClass(name: string): string {
  const detached = name.startsWith('Detached ');
  const plain = (detached ? name.slice('Detached '.length) : name).replace(/ \/ \S*$/, '');
  const tag = /^<([^\s>]+)/.exec(plain)?.[1];
  const base = tag === undefined ? plain : tagClass(tag);
  return detached ? `${base} (detached)` : base;
}

/** Names of more properties than this are the data of a table, and so are numbers: they are others in each run. */
const MAX_SHAPE = 100;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]\d+)?$/;

/** Plain objects have no class: their property names tell them apart, and stay the same from run to run. */
function shapeOf(graph: HeapGraph, node: number): string {
  const names: string[] = [];
  let more = 0;
  graph.forEachEdge(node, (edge) => {
    if (graph.edgeType(edge) !== 'property') return;
    const name = graph.edgeName(edge);
    if (name === '__proto__') return;
    if (names.length < SHAPE_NAMES) names.push(name);
    else more += 1;
  });
  if (more > MAX_SHAPE || names.some((name) => NUMBER.test(name))) return 'Object';
  return names.length === 0 ? 'Object' : `{${names.join(', ')}${more > 0 ? ', …' : ''}}`;
}

/** The stack that made most of a group's survivors, innermost first; empty where no trace is known or none prevails. */
export function prevailingStack(graph: HeapGraph, group: SurvivorGroup): FunctionPosition[] {
  let total = 0;
  let best: { count: number; sample: number } | undefined;
  for (const trace of group.traces.values()) {
    total += trace.count;
    if (!best || trace.count > best.count) best = trace;
  }
  if (!best || best.count * 2 <= total) return [];
  return graph.allocationStack(best.sample);
}
