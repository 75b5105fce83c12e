export type {
  Automation,
  BrowserFamily,
  BrowserProcess,
  BrowserTree,
  Evidence,
  Leftover,
  ProcessRole,
} from './browserTree.ts';
export { readActivePort, readDevToolsPort } from './devToolsPort.ts';
export { findBrowserTrees } from './findBrowserTrees.ts';
export { type BrowserChannel, findBrowser, needsNoSandbox } from './findBrowser.ts';
export { type EndedProfile, type FindLeftoversOptions, findLeftovers } from './leftovers.ts';
export { changedAtMs } from './leftovers/measure.ts';
export { isInTemporaryPlace, isMadeWith, isNamedByChance } from './leftovers/temporary.ts';
export { type RemoveLeftoverResult, removeLeftover } from './leftovers/removeLeftover.ts';
export { installCommand, obtainBrowser } from './obtainBrowser.ts';
export { type TreeMemory, measureTree } from './measureTree.ts';
export { HistoryByKey, type HistoryPoint, type ProcessPoint } from './sampler/history.ts';
export { type ProcessSample, type SamplerSnapshot, type TreeSample, visibleGrowth } from './sampler/sample.ts';
export { TreeSampler } from './sampler/treeSampler.ts';
export { type Trend, trendOf } from './trend.ts';
export { type CdpSession, type PageMetrics, readPageMetrics } from './pages/pageMetrics.ts';
export { mapPagesToProcesses } from './pages/mapPagesToProcesses.ts';
export { type RendererContent, rendererContents } from './pages/rendererContents.ts';
export { ELECTRON_APP, recogniseProgram } from './programs.ts';
export { ONE_JOB } from './automation.ts';
export { findPlaywright } from './playwrightPackage.ts';
