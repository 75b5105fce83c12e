import { INNER_EDGES, STORAGE_EDGES, isBufferClass, isNativeId, isScopeName } from '../platform/index.ts';
import { isUserVisible } from './classOf.ts';
import type { HeapGraph } from './heapGraph.ts';
import type { RetainingPaths } from './retainingPaths.ts';

/** Smaller contents are not remembered. */
export const MIN_CONTENT_BYTES = 256;
/** Steps between an old holder and what it holds, at most. */
const MAX_STEPS = 10;

/**
 * A step that script cannot do, as the protocol does it: into the entries of a map, the variables of a suspended function or of a
 * closure, the arguments of a bound function, the result of a promise.
 */
export const INNER = '[[inner]]';

/** A text, a buffer or a collection, with the old thing that holds it and how to get from one to the other. */
export interface Content {
  /** An object, a function or a scope that is older than the iterations. */
  readonly holder: number;
  /** From the holder: names of properties and variables, indexes, and {@link INNER}. */
  readonly steps: readonly string[];
  readonly target: number;
  readonly bytes: number;
}

/**
 * Calls `visit` for whatever has a size of its own that grows (texts, buffers, storages of collections), in each place where something
 * older than `oldest` holds it: directly, or by way of objects that are made anew (`state = { ...state, log: state.log + line }`).
 */
export function forEachContent(
  graph: HeapGraph,
  paths: RetainingPaths,
  oldest: number,
  visit: (content: Content) => void,
): void {
  for (let target = 0; target < graph.nodeCount; target += 1) {
    const bytes = contentBytes(graph, target, oldest);
    if (bytes < MIN_CONTENT_BYTES || !paths.isKept(target)) continue;
    graph.forEachRetainer(target, (edge, from) => {
      const way = wayTo(graph, paths, oldest, edge, from);
      if (way) visit({ ...way, target, bytes });
    });
  }
}

/** What is replaced by a larger one and has no parts of its own. */
export const TEXT_TYPES: ReadonlySet<string> = new Set(['string', 'concatenated string', 'sliced string', 'bigint']);

/** What a text or buffer retains, or what a new collection takes with its storage; 0 for all else. */
function contentBytes(graph: HeapGraph, node: number, oldest: number): number {
  const type = graph.type(node);
  if (TEXT_TYPES.has(type)) return graph.retainedSize(node);
  if (type !== 'object' || !isUserVisible(graph, node)) return 0;
  if (isBufferClass(graph.rawName(node))) return graph.retainedSize(node);
  // An old collection is compared by its own storage, wherever it is held.
  return graph.id(node) > oldest ? storageSize(graph, node) : 0;
}

/** From what is held up to the first old holder; undefined where a step has no name that leads there in the live page. */
function wayTo(
  graph: HeapGraph,
  paths: RetainingPaths,
  oldest: number,
  edge: number,
  from: number,
): Pick<Content, 'holder' | 'steps'> | undefined {
  const steps: string[] = [];
  for (let at = from, by = edge, walked = 0; at >= 0 && walked < MAX_STEPS; walked += 1) {
    const isScope = isScopeName(graph.rawName(at));
    if (!paths.isKept(at) || isNativeId(graph.id(at)) || graph.type(at) === 'code') return undefined;
    const isOld = graph.id(at) <= oldest;
    const isStorage = !isScope && !isUserVisible(graph, at);
    if (isStorage && graph.type(at) !== 'array') return undefined;
    if (!isStorage && !(isScope && !isOld)) {
      const step = stepOf(graph, by, isScope);
      if (step === undefined) return undefined;
      steps.push(step);
      if (isOld) return { holder: at, steps: steps.reverse() };
    }
    by = paths.parentEdge(at);
    at = paths.parent(at);
  }
  return undefined;
}

function stepOf(graph: HeapGraph, edge: number, isScope: boolean): string | undefined {
  const type = graph.edgeType(edge);
  const name = graph.edgeName(edge);
  if (isScope) return type === 'context' ? name : undefined;
  if (type === 'element') return name;
  if (type === 'property') return name === '__proto__' ? undefined : name;
  return type === 'internal' && INNER_EDGES.has(name) ? INNER : undefined;
}

export function forEachStorage(graph: HeapGraph, node: number, visit: (storage: number) => void): void {
  graph.forEachEdge(node, (edge, to) => {
    if (graph.edgeType(edge) !== 'internal' || !STORAGE_EDGES.has(graph.edgeName(edge))) return;
    if (!isUserVisible(graph, to)) visit(to);
  });
}

/** Bytes of the object with its elements, table and properties, and nothing that these refer to. */
export function storageSize(graph: HeapGraph, node: number): number {
  let bytes = graph.selfSize(node);
  forEachStorage(graph, node, (storage) => {
    bytes += graph.selfSize(storage);
  });
  return bytes;
}
