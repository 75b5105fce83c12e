/**
 * What the editor needs of the other rooms once something is done: a bundle of its own, loaded then. Activation, which
 * everybody pays, loads only what draws.
 */
export { HistoryByKey, findBrowserTrees, readDevToolsPort } from '../browsers/index.ts';
export { MachineWatch } from '../machine/index.ts';
export { cleanUp, planCleanUp, summarize, surveyLeftovers } from '../orphans/index.ts';
export { createProcessReader } from '../processes/index.ts';
export { openHistory } from '../history/index.ts';
export { renderChecks } from './agents/renderChecks.ts';
export { parseReport, renderHtml, renderJson, renderMarkdown } from '../reports/index.ts';
export { answers, findDevServers } from './start/devServers.ts';
export { SessionClient } from '../sessions/index.ts';
