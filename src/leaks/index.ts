export type {
  BoundedGrowth,
  CheckResult,
  CounterSample,
  Finding,
  FindingKind,
  LeakEvent,
  Phase,
  Severity,
  SourceFrame,
  SourceSite,
  Verdict,
} from './model.ts';
export { type DurationOptions, checkDuration, durationProfiles, reloadScenario } from './duration.ts';
export { type CheckOptions, checkLeaks } from './check.ts';
export type { CheckContext } from './checkRun.ts';
export { SITE_ARGUMENTS, type LeakBrowser, type OpenLeakBrowser } from './drive/leakBrowser.ts';
export { adviceOf } from './explain/advice.ts';
export { libraryFrame, bareName, packageOf, siteIndex, stackRuns } from './explain/stackRuns.ts';
export { nothingLeft } from './explain/result.ts';
export { sessionOpener, withJsFlags } from './drive/sessionBrowser.ts';
export { installPageHooks } from './measure/pageHooks/index.ts';
export { type LoadedText, filesBehind } from './explain/sources/index.ts';
export { leaksOf } from './leaksOf.ts';
export { refusedCheck } from './explain/refusedCheck.ts';
export * from './analyze/index.ts';
export * from './node/index.ts';
export { worst } from './judge/severity.ts';
