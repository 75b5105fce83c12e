import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckResult } from '../leaks/index.ts';
import { type MergedReport, type Report, createReport, mergeReports, parseReport } from '../reports/index.ts';
import { LeakwrightError, describeError } from '../support/index.ts';
import type { TerminalIo } from './io.ts';
import { BLOB_FOLDER, createReporterSinks, parseReporters } from './reporters.ts';
import { RunHistory } from './runHistory.ts';

const BLOB_HINT = 'Let each shard write one: leakwright check --shard 1/3 --reporter blob';

export interface MergeOptions {
  readonly reporter?: readonly string[];
  readonly output?: string;
  readonly history?: string;
  /** Only what is worse than the history's measure fails. */
  readonly failOnRegression?: boolean;
}

/**
 * `leakwright merge-reports`: makes one report of those that the shards of a run wrote.
 *
 * @param places files, or folders whose `.json` files are taken, those in folders below included; default: `blob-report`
 * @returns the exit code that the undivided run would have had; 3 when a shard did not report
 * @throws LeakwrightError `usage` when there is none, one that is no report, or when they are not of one run
 */
export async function runMerge(places: readonly string[], options: MergeOptions, io: TerminalIo): Promise<number> {
  const requests = parseReporters(options.reporter ?? [], options.output);
  if (requests.some(({ name }) => name === 'ndjson')) {
    throw new LeakwrightError('usage', 'The events of shards cannot be merged, only their reports.', {
      hint: 'Use another reporter than ndjson.',
    });
  }
  const from = places.length > 0 ? places : [BLOB_FOLDER];
  const files = [...new Set(from.flatMap((place) => reportFiles(place)))];
  if (files.length === 0) {
    throw new LeakwrightError('usage', `There is no report in ${from.join(', ')}.`, {
      hint: BLOB_HINT,
    });
  }
  const merged = mergeReports(files.map((file) => ({ file, report: readReport(file) })));
  for (const file of merged.superseded) {
    io.err(`leakwright: '${file}' is left out: its shard ran again and reported anew.\n`);
  }
  if (merged.missing.length > 0) {
    const which = `${merged.missing.length === 1 ? 'Shard' : 'Shards'} ${merged.missing.join(', ')}`;
    io.err(`leakwright: ${which} did not report: what this run found is not complete.\n`);
  }
  const history = await RunHistory.open(options, io);
  try {
    const report = history === undefined ? merged.report : await judged(merged, history);
    for (const sink of createReporterSinks(requests, io)) sink.onReport?.(report);
    const isRecorded = (await history?.record(report)) ?? true;
    return isRecorded || report.exitCode !== 0 ? report.exitCode : 2;
  } finally {
    await history?.close();
  }
}

/** The report with the history's word on each check: shards that had no history could not have it. */
async function judged({ report, missing }: MergedReport, history: RunHistory): Promise<Report> {
  const checks: CheckResult[] = [];
  for (const check of report.checks) checks.push(await history.judge(check));
  const again = createReport(checks, report);
  return missing.length > 0 ? { ...again, exitCode: 3 } : again;
}

function reportFiles(place: string): string[] {
  try {
    if (!statSync(place).isDirectory()) return [place];
    return readdirSync(place, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => join(place, name));
  } catch (error) {
    throw unreadable(place, error);
  }
}

function readReport(file: string): Report {
  let text: string;
  try {
    // Reading a pipe would block for ever.
    if (!statSync(file).isFile()) throw new Error('it is no file');
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
  return parseReport(text, file);
}

function unreadable(place: string, error: unknown): LeakwrightError {
  return new LeakwrightError('usage', `'${place}' cannot be read: ${describeError(error)}.`, {
    hint: BLOB_HINT,
    cause: error,
  });
}
