import { count } from '../../../support/index.ts';
import type { HeapView } from '../heapView.ts';
import type { Suspect } from '../model.ts';
import { groupByPath, placeKey, suspect } from './grouped.ts';

const MIN_TIMERS = 5;

/** Timers of Node that have not fired, by the function that they call. */
export function findTimers(view: HeapView): Suspect[] {
  const { graph } = view;
  const callbacks: number[] = [];
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (graph.type(node) !== 'object' || graph.rawName(node) !== 'Timeout') continue;
    const callback = graph.target(node, 'property', '_onTimeout');
    if (callback !== undefined && graph.type(callback) === 'closure' && view.paths.isKept(node))
      callbacks.push(callback);
  }
  return groupByPath(view, callbacks, (callback) => placeKey(view, callback))
    .filter((group) => group.count >= MIN_TIMERS)
    .map((group) => suspect(view, 'timers', group, `${count(group.count, 'timer')} will call this function`));
}
