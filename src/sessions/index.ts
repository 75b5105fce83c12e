export { economyArguments } from './economyArguments.ts';
export { useTestIdAttribute } from './loadPlaywright.ts';
export type { Session } from './managedSession.ts';
export {
  type CaptureOptions,
  type CleanupStep,
  type CleanupStepName,
  type CleanupSummary,
  type CloseReason,
  type EndpointKind,
  type HousekeepingStatistics,
  type LaunchRequest,
  type MemoryAlert,
  type RecoveredSession,
  type ResourceCounts,
  type SessionEndpoints,
  type SessionEvent,
  type SessionInfo,
  type SessionLimits,
  type SessionSource,
  type SessionState,
  defaultLimits,
} from './model.ts';
export { type OpenSessionOptions, openSession } from './openSession.ts';
export { type RecoverOptions, recoverSessions } from './recoverSessions.ts';
export type { CapturedRequest } from './requestCapture.ts';
export { SESSION_VARIABLE } from './sessionProcesses.ts';
export type { RendererLabel, RendererPart } from './mapPages.ts';
export type { PageSample } from './pageProbe.ts';
export type { RequestFilter, RequestPage } from './cursors.ts';
export type { RouteAction } from './resources.ts';
export { SessionClient, type SessionClientOptions } from './sessionClient.ts';
