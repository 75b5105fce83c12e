export { argumentsFor, textsOf } from './arguments.ts';
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
