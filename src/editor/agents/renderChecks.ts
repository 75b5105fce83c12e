import type { CheckResult } from '../../leaks/index.ts';
import { createReport, renderText } from '../../reports/index.ts';

/** What a person would read at the end of these checks. */
export function renderChecks(results: readonly CheckResult[]): string {
  const durationMs = results.reduce((sum, result) => sum + result.durationMs, 0);
  return renderText(createReport(results, { startedAt: results[0]!.startedAt, durationMs }));
}
