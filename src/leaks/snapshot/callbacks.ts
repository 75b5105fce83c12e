import { BOUND_FUNCTION_EDGE } from '../platform/index.ts';
import { classOf } from './classOf.ts';
import type { HeapGraph } from './heapGraph.ts';
import type { SurvivorGroup } from './survivorGroup.ts';

/** A function in a record that a library keeps: `handler` of `{type, data, handler}`. */
export interface KeptCallback {
  /** As {@link classOf} says it. */
  readonly className: string;
  /** Where it is written. */
  readonly location: { readonly scriptId: number; readonly line: number; readonly column: number };
}

interface Lookup {
  readonly graph: HeapGraph;
  readonly bucketOf: Int16Array;
}

/** Of each record; more are a table of functions, of which none stands for the others. */
const MAX_CALLBACKS = 8;

/**
 * The functions that a plain object or an array of a group has as properties or entries, made in the same iteration: a record of a
 * subscription has no name that says anything, and the function that subscribed has a place in the user's code.
 */
export function keptCallbacks(group: SurvivorGroup, { graph, bucketOf }: Lookup): readonly KeptCallback[] {
  if (group.nodeType !== 'object' || !isNameless(group.className)) return [];
  const record = group.samples.at(-1)!;
  const found: KeptCallback[] = [];
  // An array has its entries by an edge of its own and in its storage.
  const seen = new Set<number>();
  graph.forEachEdge(record, (edge, to) => {
    const type = graph.edgeType(edge);
    if ((type !== 'property' && type !== 'element' && type !== 'internal') || bucketOf[to] !== bucketOf[record]) return;
    if (graph.type(to) === 'closure') add(to);
    else if (type === 'internal' && graph.type(to) === 'array')
      graph.forEachEdge(to, (_, entry) => {
        if (graph.type(entry) === 'closure' && bucketOf[entry] === bucketOf[record]) add(entry);
      });
  });
  return found.length > MAX_CALLBACKS ? [] : found;

  function add(closure: number): void {
    if (seen.has(closure)) return;
    seen.add(closure);
    const location = graph.location(closure);
    if (location) found.push({ className: classOf(graph, closure), location });
    else
      graph.forEachEdge(closure, (edge, to) => {
        if (graph.edgeName(edge) === BOUND_FUNCTION_EDGE && bucketOf[to] === bucketOf[record]) add(to);
      });
  }
}

/** Plain objects and arrays, which say what they have and not what they are. */
const isNameless = (className: string): boolean => /^(?:\{.*|Object|Array|Set|Map)$/.test(className);
