/**
 * What the editor uses of the other rooms: a bundle of its own, loaded with the first use, so that activation loads only
 * code that draws.
 */
export { HistoryByKey, findBrowserTrees, readDevToolsPort } from '../browsers/index.ts';
export { captureProgram, isInspector } from '../leaks/index.ts';
export { MachineWatch } from '../machine/index.ts';
export { cleanUp, planCleanUp, summarize, surveyLeftovers } from '../orphans/index.ts';
export { createProcessReader, findListeners } from '../processes/index.ts';
export { openHistory } from '../history/index.ts';
export { renderChecks } from './agents/renderChecks.ts';
export { parseReport, renderHtml, renderJson, renderMarkdown } from '../reports/index.ts';
export { answers, findDevServers } from './start/devServers.ts';
export { SessionClient } from '../sessions/index.ts';
