/**
 * What the editor uses of the other rooms: a bundle of its own, loaded with the first use, so that activation loads only
 * code that draws.
 */
import type { CheckResult } from '../leaks/index.ts';
import { createReport, renderText } from '../reports/index.ts';

export { HistoryByKey, findBrowserTrees, readDevToolsPort } from '../browsers/index.ts';
export { captureProgram, isInspector } from '../leaks/index.ts';
export { MachineWatch } from '../machine/index.ts';
export { cleanUp, planCleanUp, summarize, surveyLeftovers } from '../orphans/index.ts';
export { createProcessReader, findListeners } from '../processes/index.ts';
export { openHistory } from '../history/index.ts';
export { parseReport, renderHtml, renderJson, renderMarkdown } from '../reports/index.ts';
export { answers, findDevServers } from './start/devServers.ts';
export { SessionClient } from '../sessions/index.ts';

/** What a person would read at the end of these checks. */
export function renderChecks(results: readonly CheckResult[]): string {
  const durationMs = results.reduce((sum, result) => sum + result.durationMs, 0);
  return renderText(createReport(results, { startedAt: results[0]!.startedAt, durationMs }));
}
