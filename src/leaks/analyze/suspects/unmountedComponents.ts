import { count } from '../../../support/index.ts';
import type { HeapView } from '../heapView.ts';
import type { Suspect } from '../model.ts';
import { groupByPath, suspect } from './grouped.ts';

/** Longest way up from a React fiber to its root. */
const MAX_DEPTH = 5000;

/** Components of React and Vue that are no longer on the page and are kept all the same. */
export function findUnmountedComponents(view: HeapView): Suspect[] {
  const { graph } = view;
  const unmounted: number[] = [];
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (graph.type(node) !== 'object' || !view.paths.isKept(node)) continue;
    if (graph.rawName(node) === 'FiberNode' ? isCutOff(view, node) : isVueUnmounted(view, node)) unmounted.push(node);
  }
  return groupByPath(view, unmounted).map((group) =>
    suspect(view, 'unmounted-components', group, `${count(group.count, 'component')} no longer on the page`),
  );
}

/** A fiber of a mounted component leads to its root, whose state is the FiberRootNode. */
function isCutOff(view: HeapView, fiber: number): boolean {
  const { graph } = view;
  for (let at = fiber, depth = 0; depth < MAX_DEPTH; depth += 1) {
    const above = graph.target(at, 'property', 'return');
    if (above === undefined || graph.rawName(above) !== 'FiberNode') {
      const state = graph.target(at, 'property', 'stateNode');
      return state === undefined || graph.rawName(state) !== 'FiberRootNode';
    }
    at = above;
  }
  return false;
}

function isVueUnmounted(view: HeapView, node: number): boolean {
  const { graph } = view;
  if (graph.edgeCount(node) < 20) return false;
  const flag = graph.target(node, 'property', 'isUnmounted');
  return flag !== undefined && /^(?:system \/ )?true$/i.test(graph.rawName(flag));
}
