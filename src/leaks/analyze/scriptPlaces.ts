import { isScopeName } from '../platform/index.ts';
import type { HeapGraph } from '../snapshot/heapGraph.ts';
import type { Place, PlaceMeaning, ScriptPlace } from './model.ts';

/** Steps up from an object to the scope whose functions give a place. */
const MAX_STEPS_TO_SCOPE = 60;

/** Finds out where things are written, from a snapshot alone: functions know their script, and scripts their URL. */
export class ScriptPlaces {
  readonly #graph: HeapGraph;
  #urls: Map<number, string> | undefined;

  constructor(graph: HeapGraph) {
    this.#graph = graph;
  }

  /** The URL or path of a script; undefined where the snapshot does not have it. */
  urlOf(scriptId: number): string | undefined {
    this.#urls ??= findScriptUrls(this.#graph);
    return this.#urls.get(scriptId);
  }

  /** What is known of where an object comes from, the most telling first. */
  placesOf(node: number, parentOf: (node: number) => number): Place[] {
    const graph = this.#graph;
    const places: Place[] = [];
    const frame = graph.allocationStack(node).find(({ url }) => isProgram(url));
    if (frame) {
      const { url, line, column, functionName } = frame;
      places.push({ meaning: 'allocated', script: { url, line, column, function: functionName } });
    }
    const isFunction = graph.type(node) === 'closure';
    const own = this.#place(node, isFunction ? 'function' : 'class');
    if (own && isProgram(own.script.url)) places.push(own);
    if (isFunction) {
      // A bound or wrapped function is written where the one that it calls is.
      const inner = this.#wrapped(node);
      if (places.length === 0 && inner) places.push(inner);
    }
    const scope = this.#scopeAbove(node, parentOf);
    if (scope) places.push(scope);
    return places;
  }

  /** Where a function is written, if the snapshot says so. */
  functionPlace(closure: number): ScriptPlace | undefined {
    return this.#place(closure, 'function')?.script ?? this.#wrapped(closure)?.script;
  }

  #place(node: number, meaning: PlaceMeaning): Place | undefined {
    const graph = this.#graph;
    const location = graph.location(node);
    const url = location && this.urlOf(location.scriptId);
    if (!url) return undefined;
    const name = graph.rawName(node);
    const script = { url, line: location.line, column: location.column, function: name };
    return { meaning, script };
  }

  #wrapped(closure: number): Place | undefined {
    let found: Place | undefined;
    this.#graph.forEachEdge(closure, (edge, to) => {
      if (found || this.#graph.type(to) !== 'closure') return;
      const name = this.#graph.edgeName(edge);
      if (name === 'listener' || name === 'bound_function') found = this.#place(to, 'function');
    });
    return found && isProgram(found.script.url) ? found : undefined;
  }

  /** A function that sees the variable by which the path to a node begins. */
  #scopeAbove(node: number, parentOf: (node: number) => number): Place | undefined {
    const graph = this.#graph;
    for (let at = node, steps = 0; at >= 0 && steps < MAX_STEPS_TO_SCOPE; at = parentOf(at), steps += 1) {
      if (!isScopeName(graph.rawName(at))) continue;
      let best: Place | undefined;
      graph.forEachRetainer(at, (edge, from) => {
        if (best || graph.type(from) !== 'closure' || graph.edgeName(edge) !== 'context') return;
        const place = this.#place(from, 'scope');
        if (place && isProgram(place.script.url)) best = place;
      });
      if (best) return best;
    }
    return undefined;
  }
}

/** False for what Node, the browser or an extension brings along. */
export const isProgram = (url: string): boolean => url !== '' && !/^(?:node:|internal\/|chrome|devtools:)/.test(url);

function findScriptUrls(graph: HeapGraph): Map<number, string> {
  const urls = new Map<number, string>();
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (graph.type(node) !== 'closure') continue;
    const location = graph.location(node);
    if (!location || urls.has(location.scriptId)) continue;
    const shared = graph.target(node, 'internal', 'shared');
    const script = shared === undefined ? undefined : graph.target(shared, 'internal', 'script');
    // One without a URL (an inline script of a blank page) has the engine's name for scripts.
    const url = script === undefined ? '' : graph.rawName(script).replace(/^system \/ Script \/ /, '');
    if (url !== '') urls.set(location.scriptId, url);
  }
  return urls;
}
