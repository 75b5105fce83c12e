import type { HeapView } from '../heapView.ts';
import type { Suspect } from '../model.ts';
import { findLargeCollections } from './collections.ts';
import { findDetachedTrees } from './detachedTrees.ts';
import { findDuplicatedStrings } from './duplicatedStrings.ts';
import { findListeners } from './listeners.ts';
import { findPendingPromises } from './pendingPromises.ts';
import { findTimers } from './timers.ts';
import { findUnmountedComponents } from './unmountedComponents.ts';

/** Most of each kind that a summary has. */
const MAX_OF_A_KIND = 10;

/** What often is a leak, by kind; each with why it is shown. */
export function findSuspects(view: HeapView): Suspect[] {
  return [
    findDetachedTrees,
    findUnmountedComponents,
    findLargeCollections,
    findListeners,
    findTimers,
    findPendingPromises,
    findDuplicatedStrings,
  ].flatMap((find) =>
    find(view)
      .sort((a, b) => b.retainedBytes - a.retainedBytes)
      .slice(0, MAX_OF_A_KIND),
  );
}
