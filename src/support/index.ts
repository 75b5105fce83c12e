export { abortable, withTimeout } from './abort.ts';
export { type Clock, systemClock } from './clock.ts';
export { type ErrorCode, LeakwrightError, describeError, errnoOf, isAbort } from './errors.ts';
export { count, formatBytes, formatDuration, plainText } from './format.ts';
export { type Log, silentLog } from './log.ts';
export { packageFolder, programFile, stateFolder } from './paths.ts';
export { RingBuffer } from './ringBuffer.ts';
export { type ChannelExit, runOverChannel } from './runOverChannel.ts';
export { toolVersion } from './version.ts';
