export { installPageHooks } from './installPageHooks.ts';
export { limitReports } from './parts/limitReports.ts';
export type { PageResource } from './pageResource.ts';
export type { BodyRead, PendingPlace } from './readPageHooks.ts';
export {
  knowPageHooks,
  markIteration,
  markKnownFrames,
  readPageCounters,
  readPageResources,
  readPendingWork,
  startIterations,
} from './readPageHooks.ts';
