export type {
  Automation,
  BrowserFamily,
  BrowserProcess,
  BrowserProfile,
  BrowserTree,
  DebuggingTransport,
  Evidence,
  Leftover,
  ProcessRole,
} from './browserTree.ts';
export { type DevToolsPort, readActivePort, readDevToolsPort } from './devToolsPort.ts';
export { findBrowserTrees } from './findBrowserTrees.ts';
export {
  type BrowserChannel,
  type FindBrowserOptions,
  type FoundBrowser,
  findBrowser,
  needsNoSandbox,
} from './findBrowser.ts';
export { type EndedProfile, type FindLeftoversOptions, findLeftovers } from './leftovers.ts';
export { changedAtMs } from './leftovers/measure.ts';
export { isInTemporaryPlace, isMadeWith, isNamedByChance } from './leftovers/temporary.ts';
export { type RemoveLeftoverOptions, type RemoveLeftoverResult, removeLeftover } from './leftoversRemoval.ts';
export { type ObtainBrowserOptions, installCommand, obtainBrowser } from './obtainBrowser.ts';
export {
  type MeasureTreeOptions,
  type MeasuredProcess,
  type TreeMemory,
  measureTree,
  sumMemory,
} from './measureTree.ts';
export { HistoryByKey, type HistoryPoint, type ProcessPoint } from './sampler/history.ts';
export {
  type Appearance,
  type ProcessSample,
  type SampleChanges,
  type SamplerSnapshot,
  type TreeSample,
  visibleGrowth,
} from './sampler/sample.ts';
export { TreeSampler, type TreeSamplerOptions } from './sampler/treeSampler.ts';
export { type Trend, trendOf } from './trend.ts';
export type { CdpSession } from './pages/cdpSession.ts';
export {
  type MapPagesOptions,
  type MappedFrame,
  type MappedPage,
  type PageMap,
  mapPagesToProcesses,
} from './pages/mapPagesToProcesses.ts';
export { type PageMetrics, readPageMetrics } from './pages/pageMetrics.ts';
export { type RendererContent, rendererContents } from './pages/rendererContents.ts';
export { type ProfileContext } from './profiles.ts';
export { recogniseProgram } from './programs.ts';
export { type PlaywrightPackage, findPlaywright } from './playwrightPackage.ts';
