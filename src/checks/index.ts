export { adoptPage, hookPage, inContext } from './adoptPage.ts';
export { argumentsFor, textsOf } from './arguments.ts';
export {
  type LeakwrightConfig,
  type LoadedProject,
  findConfig,
  isLeakwrightConfig,
  loadConfig,
  selectProjects,
} from './config.ts';
export { EVENTS_ENV, type EventFollower, encodeEvent, followEvents } from './events.ts';
export {
  type CheckOption,
  type CheckOptionName,
  type CheckSettings,
  type WrittenSettings,
  allCheckOptions,
  checkOptions,
  flagOf,
  isNodeCheck,
} from './options.ts';
export {
  type CheckCommand,
  type CheckSink,
  checkCommandOf,
  checkInProcess,
  following,
  runCheckProcess,
} from './runCheck.ts';
export { nodePlace, nodeScenarios, nodeTarget } from './nodeChecks.ts';
export { runScenario } from './runScenario.ts';
export {
  SPEC_RUNNER_ENV,
  SPEC_RUN_ENV,
  type SpecRecord,
  type SpecRun,
  parseSpecRun,
  specRunText,
} from './specRecords.ts';
export { sessionSource } from './source.ts';
export { durationOptions, localPage, parseDuration, parseFailOn, parseIgnoreRules, parsePageUrl } from './values.ts';
export { settingsShape } from './settingsSchema.ts';
