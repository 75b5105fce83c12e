import type { LeakCandidate } from '../leakCandidate.ts';
import { foldFrames } from './foldFrames.ts';
import { foldOwners } from './foldOwners.ts';
import { foldParts } from './foldParts.ts';
import { foldTargets } from './foldTargets.ts';
import { foldThreads } from './foldThreads.ts';
import { joinResources } from './joinResources.ts';

/** One cause, one finding: what hangs together in the heap, with what the page hooks saw of it. */
export function fold(resources: readonly LeakCandidate[], heap: readonly LeakCandidate[]): LeakCandidate[] {
  return foldTargets(joinResources(resources, foldThreads(foldParts(foldOwners(foldFrames(heap))))));
}
