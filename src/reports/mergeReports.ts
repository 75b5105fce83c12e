import { toolVersion } from '../support/index.ts';
import type { ExitCode, Report } from './report.ts';

/**
 * The reports of a run's shards as the one that an undivided run would have made. What one shard could not run, the whole
 * run could not.
 */
export function mergeReports(reports: readonly Report[]): Report {
  const started = reports.map(({ startedAt }) => startedAt).sort();
  const startMs = Date.parse(started[0] ?? new Date(0).toISOString());
  const endMs = Math.max(startMs, ...reports.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs));
  const codes = new Set(reports.map(({ exitCode }) => exitCode));
  const exitCode = ([3, 1, 2] as const).find((code) => codes.has(code)) ?? (0 satisfies ExitCode);
  return {
    schema: 1,
    tool: { name: 'leakwright', version: toolVersion() },
    startedAt: new Date(startMs).toISOString(),
    durationMs: endMs - startMs,
    exitCode,
    checks: reports
      .flatMap(({ checks }) => checks)
      .sort((a, b) => compare(a.file ?? '', b.file ?? '') || compare(a.name, b.name)),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
