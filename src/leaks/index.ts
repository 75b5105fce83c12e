export type {
  BoundedGrowth,
  CheckResult,
  CleanupVerification,
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
export { type DurationOptions, checkDuration, durationProfiles, reloadScenario } from './duration/checkDuration.ts';
export { type CheckContext, type CheckOptions, checkLeaks } from './run/checkLeaks.ts';
export { SITE_ARGUMENTS, type LeakBrowser, type OpenLeakBrowser } from './run/leakBrowser.ts';
export { recommend } from './run/recommendations.ts';
export { nothingLeft } from './run/result.ts';
export { sessionOpener, withJsFlags } from './run/sessionBrowser.ts';
export { installPageHooks } from './pageHooks/index.ts';
export { refusedCheck } from './run/refusedCheck.ts';
export { linksScenario } from './scenario/linksScenario.ts';
export { loadScenarioFile } from './scenario/loadScenarioFile.ts';
export { type ScenarioPlace, absoluteUrl } from './scenario/scenarioParts.ts';
export { type UseOptions, readStorageState } from './scenario/contextOptions.ts';
export {
  type LaunchPreferences,
  type PlaywrightSetup,
  findPlaywrightConfig,
  loadPlaywrightConfig,
} from './scenario/playwrightConfig.ts';
export { type WebServerContext, type WebServerOptions, WebServers } from './webServer/webServers.ts';
export { recordedSteps } from './scenario/recording.ts';
export { type ScenarioTemplate, renderScenario, scenarioFileName } from './scenario/scenarioTemplate.ts';
export { clickScenario } from './scenario/clickScenario.ts';
export { type IgnoreRule, type Scenario, type Thresholds } from './scenario/scenario.ts';
