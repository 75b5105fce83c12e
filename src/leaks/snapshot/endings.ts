import { isUncompiledName } from '../platform/index.ts';
import type { HeapGraph } from './heapGraph.ts';

/** The method that ends an object, and whether it has run on this page: V8 compiles a function when it is first called. */
export interface Ending {
  readonly method: string;
  readonly ran: boolean;
}

/** Names that libraries give to the method that ends an object, those that say it most plainly first. */
const NAMES = [
  'destroy',
  'dispose',
  'unmount',
  'unMount',
  'unsubscribe',
  'disconnect',
  'deactivate',
  'teardown',
  'unset',
  'kill',
  'terminate',
  'unload',
  'detach',
  'remove',
  'close',
  'stop',
  'cancel',
  'revert',
];
const MAX_PROTOTYPES = 20;

/**
 * Finds the methods that end objects, by the names that the page's scripts gave them: on the object itself or on its
 * prototypes. Those of the browser (`remove` of an element) are none: they say nothing about the object's life.
 */
export class Endings {
  readonly #graph: HeapGraph;
  readonly #ofPrototype = new Map<number, ReadonlyMap<string, number>>();

  constructor(graph: HeapGraph) {
    this.#graph = graph;
  }

  of(node: number): Ending | undefined {
    if (this.#graph.type(node) !== 'object') return undefined;
    const { methods, prototype } = this.#ownMethods(node);
    const all =
      prototype === undefined ? methods : new Map([...this.#inherited(prototype, MAX_PROTOTYPES), ...methods]);
    const method = NAMES.find((name) => all.has(name));
    return method === undefined ? undefined : { method, ran: this.#hasRun(all.get(method)!) };
  }

  #inherited(prototype: number, depth: number): ReadonlyMap<string, number> {
    const known = this.#ofPrototype.get(prototype);
    if (known) return known;
    const { methods, prototype: next } = this.#ownMethods(prototype);
    const all =
      next === undefined || depth === 0 ? methods : new Map([...this.#inherited(next, depth - 1), ...methods]);
    this.#ofPrototype.set(prototype, all);
    return all;
  }

  #ownMethods(node: number): { readonly methods: ReadonlyMap<string, number>; readonly prototype: number | undefined } {
    const graph = this.#graph;
    const methods = new Map<string, number>();
    let prototype: number | undefined;
    graph.forEachEdge(node, (edge, to) => {
      if (graph.edgeType(edge) !== 'property') return;
      const name = graph.edgeName(edge);
      if (name === '__proto__') prototype = to;
      else if (NAMES.includes(name) && graph.type(to) === 'closure' && graph.location(to)) methods.set(name, to);
    });
    return { methods, prototype };
  }

  /** A function of which it is not known whether it ran counts as run, so that no advice asks for a call that is already there. */
  #hasRun(closure: number): boolean {
    const graph = this.#graph;
    const isData = (edge: number): boolean =>
      graph.edgeType(edge) === 'internal' && graph.edgeName(edge).endsWith('function_data');
    const shared = graph.target(closure, 'internal', 'shared');
    const data = shared === undefined ? undefined : graph.find(shared, isData);
    return data === undefined || !isUncompiledName(graph.rawName(data));
  }
}
