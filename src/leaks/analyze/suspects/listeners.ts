import { isListenerName } from '../../platform/index.ts';
import { count } from '../../../support/index.ts';
import type { HeapView } from '../heapView.ts';
import type { Suspect } from '../model.ts';
import { mostFrequent, placeKey, suspect } from './grouped.ts';

/** Node warns from 11 listeners of one event of one target on: more are rarely intended. */
const MIN_LISTENERS = 11;

/** Targets that have many listeners: Node's emitters by event, event targets and DOM nodes in all. */
export function findListeners(view: HeapView): Suspect[] {
  const { graph } = view;
  const found: Suspect[] = [];
  const records: number[] = [];
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const type = graph.type(node);
    if (type === 'native' && isListenerName(graph.rawName(node))) {
      records.push(node);
    } else if (type === 'object' && view.paths.isKept(node)) {
      if (graph.rawName(node) === 'Listener' && graph.target(node, 'property', 'callback') !== undefined)
        records.push(node);
      else found.push(...emitterListeners(view, node));
    }
  }
  for (const [target, listeners] of Map.groupBy(records, (record) => targetAbove(view, record))) {
    if (target < 0 || listeners.length < MIN_LISTENERS) continue;
    const name = view.nameOf(target);
    found.push(
      listenersOf(
        view,
        listeners.map((listener) => functionOf(view, listener)),
        `${name} has ${count(listeners.length, 'listener')}`,
      ),
    );
  }
  return found;
}

/** An EventEmitter keeps a function for an event with one listener, and an array for one with several. */
function emitterListeners(view: HeapView, emitter: number): Suspect[] {
  const { graph } = view;
  const events = graph.target(emitter, 'property', '_events');
  if (events === undefined || graph.type(events) !== 'object') return [];
  const found: Suspect[] = [];
  graph.forEachEdge(events, (edge, list) => {
    if (graph.edgeType(edge) !== 'property' || graph.type(list) !== 'object' || graph.rawName(list) !== 'Array') return;
    const functions: number[] = [];
    graph.forEachEdge(list, (entry, to) => {
      if (graph.edgeType(entry) === 'element' && graph.type(to) === 'closure') functions.push(to);
    });
    if (functions.length < MIN_LISTENERS) return;
    const because = `${view.nameOf(emitter)} has ${count(functions.length, 'listener')} of '${graph.edgeName(edge)}'`;
    found.push(listenersOf(view, functions, because));
  });
  return found;
}

/** The listeners of one target; the place is that of most of them. */
function listenersOf(view: HeapView, functions: readonly number[], because: string): Suspect {
  const { sample } = mostFrequent(view, functions, (listener) => placeKey(view, listener));
  const retainedBytes = functions.reduce((sum, listener) => sum + view.graph.retainedSize(listener), 0);
  return suspect(view, 'listeners', { sample, count: functions.length, retainedBytes }, because);
}

/** The function behind an event target's record of a listener; the record itself where there is none. */
function functionOf(view: HeapView, listener: number): number {
  const { graph } = view;
  return (
    graph.find(listener, (edge, to) => graph.type(to) === 'closure' && graph.edgeName(edge) !== '__proto__') ?? listener
  );
}

/** Records and lists between a listener and its target. */
const BETWEEN = /^(?:Listener|Map|Object|Array|SafeMap)$|^system \/|^blink::|EventListener|RegisteredEvent/;

function targetAbove(view: HeapView, listener: number): number {
  const { graph, paths } = view;
  let at = paths.parent(listener);
  for (let steps = 0; at >= 0 && steps < 10_000 && BETWEEN.test(graph.rawName(at)); steps += 1) at = paths.parent(at);
  return at >= 0 && view.isShown(at) ? at : -1;
}
