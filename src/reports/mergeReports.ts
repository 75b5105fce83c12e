import { LeakwrightError, defined } from '../support/index.ts';
import type { CheckResult } from '../leaks/index.ts';
import { type ExitCode, type Report, createReport } from './report.ts';

/** A report and the file it was read from. */
export interface ReportFile {
  readonly file: string;
  readonly report: Report;
}

export interface MergedReport {
  readonly report: Report;
  /** Shards of the run without a report. */
  readonly missing: readonly number[];
  /** Files that were left out: a shard that ran again wrote a newer one. */
  readonly superseded: readonly string[];
}

/**
 * The reports of a run's shards as the one that an undivided run would have made. What one shard could not run, the whole
 * run could not; a shard whose report is missing is one of those.
 *
 * @throws LeakwrightError `usage` when they are of runs that were divided differently
 */
export function mergeReports(given: readonly ReportFile[]): MergedReport {
  refuseDifferentDivisions(given);
  const { kept, superseded } = newestOfEach(given);
  const reports = kept.map(({ report }) => report);
  const missing = missingShards(reports);
  const started = reports.map(({ startedAt }) => startedAt).sort();
  const startMs = Date.parse(started[0] ?? new Date(0).toISOString());
  const endMs = Math.max(startMs, ...reports.map(({ startedAt, durationMs }) => Date.parse(startedAt) + durationMs));
  const codes = new Set(reports.map(({ exitCode }) => exitCode));
  const exitCode = ([3, 1, 2] as const).find((code) => codes.has(code)) ?? (0 satisfies ExitCode);
  const [failOn, ...otherwise] = new Set(reports.map((report) => report.failOn));
  const checks = reports
    .flatMap((report) => report.checks)
    .sort((a, b) => compare(a.file ?? '', b.file ?? '') || compare(a.name, b.name));
  return {
    report: {
      ...createReport(checks, {
        startedAt: new Date(startMs).toISOString(),
        durationMs: endMs - startMs,
        ...(otherwise.length > 0 ? {} : defined({ failOn })),
      }),
      exitCode: missing.length > 0 ? 3 : exitCode,
    },
    missing,
    superseded,
  };
}

/** A folder that still has the reports of an earlier run would make one report of two. */
function refuseDifferentDivisions(given: readonly ReportFile[]): void {
  const divided = given.flatMap(({ file, report: { shard } }) => (shard ? [{ file, total: shard.total }] : []));
  const [first] = divided;
  const other = divided.find(({ total }) => total !== first!.total);
  if (!first || !other) return;
  throw new LeakwrightError(
    'usage',
    `These are not of one run: '${first.file}' is of ${first.total} shards, '${other.file}' of ${other.total}.`,
    { hint: 'Take away what an earlier run left in the folder.' },
  );
}

/**
 * A job that runs again writes another report; the newest counts. Reports of one shard that checked other things (in another
 * browser) are all kept.
 */
function newestOfEach(given: readonly ReportFile[]): {
  readonly kept: readonly ReportFile[];
  readonly superseded: readonly string[];
} {
  const newest = new Map<string, ReportFile>();
  const superseded: string[] = [];
  for (const each of given) {
    const key = contentKey(each);
    const other = newest.get(key);
    const [newer, older] = other && other.report.startedAt > each.report.startedAt ? [other, each] : [each, other];
    newest.set(key, newer);
    if (older) superseded.push(older.file);
  }
  return { kept: [...newest.values()], superseded };
}

function contentKey({ file, report }: ReportFile): string {
  // Without a shard nothing says that two reports are of the same part of a run.
  if (!report.shard) return `file ${file}`;
  const checks = report.checks.map((check) => checkKey(check)).sort();
  return JSON.stringify([report.shard.index, ...checks]);
}

function checkKey({ file, name, url, mode, browser }: CheckResult): string {
  return JSON.stringify([file ?? url, name, mode, browser.name]);
}

function missingShards(reports: readonly Report[]): number[] {
  const shards = reports.flatMap(({ shard }) => (shard ? [shard] : []));
  const reported = new Set(shards.map(({ index }) => index));
  return Array.from({ length: shards[0]?.total ?? 0 }, (_, place) => place + 1).filter((index) => !reported.has(index));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
