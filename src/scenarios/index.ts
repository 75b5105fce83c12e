export { clickScenario } from './clickScenario.ts';
export { type UseOptions, isRecord, readStorageState } from './contextOptions.ts';
export { type SourceFrame, errorPlace, shorten } from './errorPlace.ts';
export { type FoundSteps, findSteps } from './findPairs.ts';
export { matchIgnoreRule } from './ignore.ts';
export { linksScenario } from './linksScenario.ts';
export { loadUserModule, loadingFailure } from './loadingFailure.ts';
export { loadScenarioFile } from './loadScenarioFile.ts';
export {
  type LaunchPreferences,
  type PlaywrightSetup,
  findPlaywrightConfig,
  loadPlaywrightConfig,
} from './playwrightConfig.ts';
export { readScenario } from './readScenario.ts';
export { recordedSteps } from './recording.ts';
export {
  DEFAULT_ITERATIONS,
  DEFAULT_WARMUP,
  type IgnoreRule,
  type Scenario,
  type Thresholds,
  defaultThresholds,
} from './scenario.ts';
export { absoluteUrl } from './scenarioParts.ts';
export {
  FINDING_KINDS,
  MIN_ITERATIONS,
  RULE_CONDITIONS,
  isEmptyFunction,
  leakOptionsSchema,
  problemOf,
  rulesSchema,
  strict,
  thresholdsSchema,
} from './schema.ts';
export { type ScenarioTemplate, playwrightTypes, renderScenario, scenarioFileName } from './scenarioTemplate.ts';
export { WebServers } from './webServer/webServers.ts';
