export { abortable, withTimeout } from './abort.ts';
export { parseBoundedJson } from './boundedJson.ts';
export { type Clock, LONGEST_TIMER_MS, poll, systemClock } from './clock.ts';
export { compiledCodeVariables, forgetOldCode, keepCompiledCode } from './compiledCode.ts';
export { defined } from './defined.ts';
export { type ErrorCode, LeakwrightError, describeError, errnoOf, isAbort } from './errors.ts';
export { count, endSentence, formatBytes, formatDuration } from './format.ts';
export { isInside, liesWithin } from './insideFolder.ts';
export { type Log, silentLog } from './log.ts';
export { LEAST_NODE, isNodeRecentEnough, refuseOldNode, toolVersion } from './versions.ts';
export { nearest } from './nearest.ts';
export { makeOwnFile, makeOwnFolder, ownStateFolderOf, makeTempFolder, replaceFile } from './ownFiles.ts';
export { type Paint, painter } from './paint.ts';
export { loadBundle, packageFolder, programFile, pictureFolder, stateFolder } from './paths.ts';
export { readRegularFile } from './readRegularFile.ts';
export { RingBuffer } from './ringBuffer.ts';
export { type ChannelExit, FOLLOWED_ENV, runOverChannel } from './runOverChannel.ts';
export {
  eachText,
  htmlText,
  jsonText,
  markdownCode,
  markdownText,
  plainLines,
  plainText,
  xmlText,
} from './safeText.ts';
export { isSecretName, maskHeaders, maskCommandLine, maskText, maskUrl, secretsOfUrl } from './secrets.ts';
