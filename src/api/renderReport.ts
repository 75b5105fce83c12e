import { type Report, renderHtml, renderJson, renderJunit, renderMarkdown, renderText } from '../reports/index.ts';
import { LeakwrightError } from '../support/index.ts';

const RENDERERS = {
  text: (report: Report) => renderText(report),
  json: renderJson,
  junit: renderJunit,
  markdown: renderMarkdown,
  html: renderHtml,
} as const;

export type ReportFormat = keyof typeof RENDERERS;

/**
 * A report as text in one of the formats of `--reporter`.
 *
 * @throws LeakwrightError `usage` for a format that there is not
 */
export function renderReport(report: Report, format: ReportFormat = 'text'): string {
  if (Object.hasOwn(RENDERERS, format)) return RENDERERS[format](report);
  throw new LeakwrightError('usage', `There is no report format '${format as string}'.`, {
    hint: `There are: ${Object.keys(RENDERERS).join(', ')}.`,
  });
}
