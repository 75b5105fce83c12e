export { writeHeapSnapshot } from './heapSnapshot.ts';
export { useTestIdAttribute } from './loadPlaywright.ts';
export {
  type CleanupSummary,
  type CloseReason,
  type HousekeepingStatistics,
  type LaunchRequest,
  type MemoryAlert,
  type ResourceCounts,
  type SessionEvent,
  type SessionInfo,
  type SessionLimits,
  type SessionSource,
} from './model.ts';
export { openSession } from './openSession.ts';
export type { RendererLabel, RendererPart } from './mapPages.ts';
export type { PageSample } from './pageProbe.ts';
export type { RequestPage } from './cursors.ts';
export { SessionClient } from './sessionClient.ts';
