import {
  type Report,
  type SnapshotReport,
  renderHtml,
  renderJson,
  renderJunit,
  renderMarkdown,
  renderSnapshotHtml,
  renderSnapshotText,
  renderText,
} from '../reports/index.ts';
import { LeakwrightError } from '../support/index.ts';

const RENDERERS = {
  text: (report: Report) => renderText(report),
  json: renderJson,
  junit: renderJunit,
  markdown: renderMarkdown,
  html: renderHtml,
} as const;

const SNAPSHOT_RENDERERS = {
  text: (report: SnapshotReport) => renderSnapshotText(report),
  json: (report: SnapshotReport) => `${JSON.stringify(report, null, 2)}\n`,
  html: renderSnapshotHtml,
} as const;

export type ReportFormat = keyof typeof RENDERERS;
export type SnapshotReportFormat = keyof typeof SNAPSHOT_RENDERERS;

/**
 * A report as text: that of a check in one of the formats of `leakwright check --reporter`, that of snapshots in one of
 * `leakwright analyze --reporter`.
 *
 * @throws LeakwrightError `usage` for a format that there is not, and for what is no report
 */
export function renderReport(report: Report, format?: ReportFormat): string;
export function renderReport(report: SnapshotReport, format?: SnapshotReportFormat): string;
export function renderReport(report: Report | SnapshotReport, format: ReportFormat = 'text'): string {
  // A program in JavaScript may give anything: what was not awaited, or one check of a report.
  const { kind, checks } = Object(report) as Partial<Record<'kind' | 'checks', unknown>>;
  if (kind !== 'snapshots' && !Array.isArray(checks))
    throw new LeakwrightError('usage', 'renderReport() takes a report of checkLeaks() or analyzeSnapshots().', {
      hint: 'Await it first: renderReport(await checkLeaks(…)).',
    });
  if ('kind' in report) {
    if (Object.hasOwn(SNAPSHOT_RENDERERS, format)) return SNAPSHOT_RENDERERS[format as SnapshotReportFormat](report);
    throw noFormat(format, SNAPSHOT_RENDERERS);
  }
  if (Object.hasOwn(RENDERERS, format)) return RENDERERS[format](report);
  throw noFormat(format, RENDERERS);
}

function noFormat(format: string, renderers: object): LeakwrightError {
  return new LeakwrightError('usage', `There is no report format '${format}'.`, {
    hint: `There are: ${Object.keys(renderers).join(', ')}.`,
  });
}
