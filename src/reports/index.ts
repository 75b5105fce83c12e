export { type Baseline, applyBaseline, hasGrown, parseBaseline } from './baseline.ts';
export { type IdentifiedCheck, checkIdentity, isComparable } from './checkIdentity.ts';
export { renderGithubAnnotations } from './github.ts';
export { renderHtml } from './html.ts';
export { renderJson } from './json.ts';
export { renderJunit } from './junit.ts';
export { renderMarkdown } from './markdown.ts';
export { type MergedReport, type ReportFile, mergeReports } from './mergeReports.ts';
export { parseReport } from './parseReport.ts';
export {
  type ExitCode,
  type FailOn,
  type Report,
  type ReportOptions,
  type Shard,
  createReport,
  exitCodeFor,
  fails,
} from './report.ts';
export { reportSchema } from './reportSchema.ts';
export { renderText } from './text.ts';
export { type FindingParts, findingParts, formatPlace, summarizeCheck, summarizeFinding } from './wording.ts';
export * from './snapshots/index.ts';
export { type FindingFact, describeFunction, describeParts, findingFacts } from './findingText.ts';
