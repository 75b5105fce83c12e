import {
  BOILERPLATE_EDGES,
  PLAIN_INTERNAL_EDGES,
  SCOPE_EDGES,
  UNTELLING_EDGES,
  WRAPPED_EDGE,
  isAutomationName,
  isBookkeeping,
  isInspectorHandle,
  isNativeStack,
  isScopeName,
  isWeakMapEdge,
  isWrapperEdge,
  leadsToTimers,
  nativeClassName,
} from '../platform/index.ts';
import { DomTree } from './domTree.ts';
import type { EdgeType, HeapGraph } from './heapGraph.ts';

/** One step of a retaining path: `from` holds `to` by the edge. */
export interface PathStep {
  readonly from: number;
  readonly edge: number;
  readonly to: number;
}

/**
 * For every node the path from the GC roots by which a person would say that it is kept, or none where only the
 * inspector, our own page hooks or weak references keep it.
 *
 * "Shortest" alone gives paths through V8's internals (a map's descriptors, a code cache). So edges have a cost, low
 * for what users write (properties, variables, elements), high for internals, highest for the roots that stand for
 * handles of the engine; the path is the cheapest one. Dial's algorithm: costs are small integers, so buckets take the
 * place of a heap, and the whole is linear in nodes and edges.
 */
export class RetainingPaths {
  readonly #graph: HeapGraph;
  readonly #parent: Int32Array;
  readonly #parentEdge: Int32Array;
  /** The trees of DOM nodes: a child is kept by its parent, not by its siblings. */
  readonly dom: DomTree;

  private constructor(graph: HeapGraph, parent: Int32Array, parentEdge: Int32Array, dom: DomTree) {
    this.#graph = graph;
    this.#parent = parent;
    this.#parentEdge = parentEdge;
    this.dom = dom;
  }

  /**
   * @param oldest windows with ids up to this one are roots; a newer one is not, whatever V8 says: it may be what leaks
   */
  static compute(graph: HeapGraph, oldest: number): RetainingPaths {
    const { nodeCount, root } = graph;
    const parent = new Int32Array(nodeCount).fill(-1);
    const parentEdge = new Int32Array(nodeCount).fill(-1);
    const distance = new Int32Array(nodeCount).fill(-1);
    const settled = new Uint8Array(nodeCount);
    const dom = new DomTree(graph);
    const costOf = edgeCosts(graph, dom, oldest);

    const buckets: (number[] | undefined)[] = [[root]];
    distance[root] = 0;
    /** The first half of each WeakMap pair that was reached, until the other half is too. */
    const halfPairs = new Map<string, { from: number; edge: number }>();
    const offer = (from: number, edge: number, to: number, reach: number): void => {
      if (distance[to] !== -1 && reach >= distance[to]!) return;
      distance[to] = reach;
      parent[to] = from;
      parentEdge[to] = edge;
      (buckets[reach] ??= []).push(to);
    };
    for (let at = 0; at < buckets.length; at += 1) {
      // The bucket may grow while it is read: an edge can cost nothing.
      for (let index = 0; index < (buckets[at]?.length ?? 0); index += 1) {
        const from = buckets[at]![index]!;
        if (settled[from]) continue;
        settled[from] = 1;
        dom.forEachChild(from, (edge, child) => offer(from, edge, child, at + CHILD_COST));
        graph.forEachEdge(from, (edge, to) => {
          if (settled[to]) return;
          const cost = costOf(edge, from, to);
          if (cost === NOT_KEPT) return;
          const pair = graph.weakMapPair(edge);
          if (pair === undefined) {
            offer(from, edge, to, at + cost);
            return;
          }
          // A value lives only while both its key and the table do: the path goes by the key, once both are reached.
          const half = halfPairs.get(pair.name);
          if (!half) {
            halfPairs.set(pair.name, { from, edge });
          } else if (half.from !== from) {
            const key = graph.id(from) === pair.tableId ? half : { from, edge };
            offer(key.from, key.edge, to, at + cost);
          }
        });
      }
      buckets[at] = undefined;
    }
    return new RetainingPaths(graph, parent, parentEdge, dom);
  }

  /** True when something other than the inspector, our hooks or a weak reference keeps the node. */
  isKept(node: number): boolean {
    return node === this.#graph.root || this.#parent[node]! >= 0;
  }

  /** The node before this one on its path, -1 for the root and for what is not kept. */
  parent(node: number): number {
    return this.#parent[node]!;
  }

  /** The edge that leads to this node on its path, -1 for the root and for what is not kept. */
  parentEdge(node: number): number {
    return this.#parentEdge[node]!;
  }

  /** From the root to the node. */
  path(node: number, limit = 10_000): PathStep[] {
    const steps: PathStep[] = [];
    for (let to = node; this.#parent[to]! >= 0 && steps.length < limit; to = this.#parent[to]!) {
      steps.push({ from: this.#parent[to]!, edge: this.#parentEdge[to]!, to });
    }
    return steps.reverse();
  }
}

const NOT_KEPT = -1;

/** From a DOM node to its child: dearer than a variable of the page, which tells more where both keep a node. */
const CHILD_COST = 2;
/**
 * From any other of the browser's own objects to a node that has a parent: from its child, from an observer, from a table of
 * ids. It is the last resort, for a detached tree of which only an inner node is held.
 */
const ASIDE_COST = 100;

/**
 * To Node's lists of timers, which are few steps from `globalThis`, by `setTimeout`: what a module's variable holds, too, is better
 * told by that (a variable of a module is reached at about 30).
 */
const TIMER_COST = 60;

const COSTS: Readonly<Record<EdgeType, number>> = {
  property: 1,
  element: 1,
  context: 1,
  internal: 4,
  hidden: 5,
  shortcut: NOT_KEPT,
  weak: NOT_KEPT,
  invisible: NOT_KEPT,
};

/** The property by which our page hooks hang on their Proxy handlers (pageHooks/installPageHooks.ts). */
const HOOKS_PROPERTY = 'leakwright';

function edgeCosts(graph: HeapGraph, dom: DomTree, oldest: number): (edge: number, from: number, to: number) => number {
  const hookScripts = findHookScripts(graph);
  const hookScopes = findHookScopes(graph, hookScripts);
  const gcRoots = new Set<number>();
  graph.forEachEdge(graph.root, (_, to) => gcRoots.add(to));

  return (edge, from, to) => {
    const type = graph.edgeType(edge);
    if (from === graph.root) {
      if (type !== 'shortcut') return 20;
      return graph.id(to) <= oldest ? 0 : NOT_KEPT;
    }
    const cost = COSTS[type];
    if (cost === NOT_KEPT) return NOT_KEPT;
    if (gcRoots.has(from) || graph.type(from) === 'synthetic') {
      if (isNativeStack(graph.rawName(from))) return NOT_KEPT;
      return isInspectorHandle(graph.edgeName(edge)) ? NOT_KEPT : 20;
    }
    if (graph.type(to) === 'object' && isAutomationName(graph.rawName(to))) return NOT_KEPT;
    if (hookScripts.size > 0 && graph.type(to) === 'closure') {
      const location = graph.location(to);
      if (location && hookScripts.has(location.scriptId)) return NOT_KEPT;
    }
    if (hookScopes.has(to)) return NOT_KEPT;
    if (type !== 'property' && dom.hasParent(to) && graph.type(from) === 'native')
      return isBookkeeping(nativeClassName(graph.rawName(from))) ? NOT_KEPT : ASIDE_COST;
    if (type === 'element' || type === 'hidden') return cost;
    const name = graph.edgeName(edge);
    if (leadsToTimers(name)) return TIMER_COST;
    if (type === 'context') return cost;
    if (isForeignWrapper(graph, edge, from, to, name)) return NOT_KEPT;
    if (name === HOOKS_PROPERTY && type === 'property') return NOT_KEPT;
    if (type === 'internal' && BOILERPLATE_EDGES.has(name)) return NOT_KEPT;
    if (UNTELLING_EDGES.has(name)) return 8;
    if (type === 'property') return cost;
    return PLAIN_INTERNAL_EDGES.has(name) || isWeakMapEdge(name) ? 1 : cost;
  };
}

/**
 * A node's JavaScript object in another world than the page's: automation, ours and extensions' look at nodes from worlds
 * of their own, and each makes an object for what it looks at. The page's own object is one with the node in a snapshot.
 */
function isForeignWrapper(graph: HeapGraph, edge: number, from: number, to: number, name: string): boolean {
  if (graph.edgeType(edge) !== 'internal' || !isWrapperEdge(name)) return false;
  if (graph.type(from) !== 'native' || graph.type(to) !== 'object') return false;
  return graph.find(to, (back, target) => target === from && graph.edgeName(back) === WRAPPED_EDGE) !== undefined;
}

/**
 * The scopes of the page hooks' functions. While one of them runs, the engine's own handles lead to its scope and not by way of
 * the function (*seen on a busy machine: records of timers told as a leak*).
 */
function findHookScopes(graph: HeapGraph, hookScripts: ReadonlySet<number>): ReadonlySet<number> {
  const ours = new Set<number>();
  const others = new Set<number>();
  if (hookScripts.size === 0) return ours;
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (graph.type(node) !== 'closure') continue;
    const location = graph.location(node);
    const scopes = location && hookScripts.has(location.scriptId) ? ours : others;
    graph.forEachEdge(node, (edge, to) => {
      if (graph.edgeName(edge) === SCOPE_EDGES.closure && isScopeName(graph.rawName(to))) scopes.add(to);
    });
  }
  for (const scope of others) ours.delete(scope);
  return ours;
}

/**
 * The scripts our page hooks were compiled from, one a frame. The hooks keep records of objects that the page made; what only
 * these records keep is not the page's.
 */
function findHookScripts(graph: HeapGraph): Set<number> {
  const scripts = new Set<number>();
  const handlersOf = graph.edgesNamed(HOOKS_PROPERTY);
  for (const { to: state } of handlersOf) {
    graph.forEachEdge(state, (edge, method) => {
      if (graph.edgeType(edge) !== 'property' || graph.type(method) !== 'closure') return;
      const location = graph.location(method);
      if (location) scripts.add(location.scriptId);
    });
  }
  return scripts;
}
