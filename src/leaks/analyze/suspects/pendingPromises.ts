import { isReactionName } from '../../platform/index.ts';
import { count } from '../../../support/index.ts';
import type { HeapView } from '../heapView.ts';
import type { Suspect } from '../model.ts';
import { groupByPath, suspect } from './grouped.ts';

const MIN_PROMISES = 10;

/** Promises that something still waits for. One that nothing waits for looks like a settled one in a snapshot. */
export function findPendingPromises(view: HeapView): Suspect[] {
  const { graph } = view;
  const pending: number[] = [];
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (graph.type(node) !== 'object' || graph.rawName(node) !== 'Promise' || !view.paths.isKept(node)) continue;
    const reactions = graph.target(node, 'internal', 'reactions_or_result');
    if (reactions !== undefined && isReactionName(graph.rawName(reactions))) pending.push(node);
  }
  return groupByPath(view, pending)
    .filter((group) => group.count >= MIN_PROMISES)
    .map((group) =>
      suspect(
        view,
        'pending-promises',
        group,
        `${count(group.count, 'promise')} that something waits for have not settled`,
      ),
    );
}
