export { adoptPage, hookPage, inContext } from './adoptPage.ts';
export { argumentsFor, textsOf } from './arguments.ts';
export {
  type LeakwrightConfig,
  type LoadedConfig,
  type LoadedProject,
  type ProjectConfig,
  configSchema,
  findConfig,
  isLeakwrightConfig,
  loadConfig,
  selectProjects,
} from './config.ts';
export { EVENTS_ENV, EventDecoder, type EventFollower, EventTail, encodeEvent, followEvents } from './events.ts';
export { type Json, settingParts, taskProperties } from './manifest.ts';
export {
  BROWSERS,
  type CheckOption,
  type CheckOptionName,
  type CheckSettings,
  type WrittenSettings,
  allCheckOptions,
  checkOptions,
  flagOf,
} from './options.ts';
export {
  type CheckCommand,
  type CheckSink,
  checkCommandOf,
  checkInProcess,
  following,
  runCheckProcess,
} from './runCheck.ts';
export { runScenario } from './engine.ts';
export { sessionSource } from './source.ts';
export { durationOptions, parseDuration, parseFailOn, parseIgnoreRules, parsePageUrl } from './values.ts';
export { settingsShape } from './settingsSchema.ts';
