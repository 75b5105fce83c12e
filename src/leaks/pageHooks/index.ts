export { installPageHooks } from './installPageHooks.ts';
export type { CdpSender, PageResource } from './pageResource.ts';
export { knowPageHooks, markIteration, readPageCounters, readPageResources, startIterations } from './readPageHooks.ts';
