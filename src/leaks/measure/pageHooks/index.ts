export { installPageHooks } from './installPageHooks.ts';
export type { CdpSender, PageResource } from './pageResource.ts';
export {
  knowPageHooks,
  markIteration,
  markKnownFrames,
  readPageCounters,
  readPageResources,
  startIterations,
} from './readPageHooks.ts';
