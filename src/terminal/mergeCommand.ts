import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Report, mergeReports, parseReport } from '../reports/index.ts';
import { LeakwrightError, describeError } from '../support/index.ts';
import type { TerminalIo } from './io.ts';
import { createReporterSinks, parseReporters } from './reporters.ts';
import { RunHistory, historyPlace } from './runHistory.ts';

export interface MergeOptions {
  readonly reporter?: readonly string[];
  readonly output?: string;
  readonly history?: string;
}

/**
 * `leakwright merge-reports`: makes one report of those that the shards of a run wrote as JSON.
 *
 * @param places files, or folders whose `.json` files are taken, those in folders below included
 * @returns the exit code that the undivided run would have had
 * @throws LeakwrightError `usage` when there is none, or one that is no report
 */
export async function runMerge(places: readonly string[], options: MergeOptions, io: TerminalIo): Promise<number> {
  const requests = parseReporters(options.reporter ?? [], options.output);
  if (requests.some(({ name }) => name === 'ndjson')) {
    throw new LeakwrightError('usage', 'The events of shards cannot be merged, only their reports.', {
      hint: 'Use another reporter than ndjson.',
    });
  }
  const files = [...new Set(places.flatMap((place) => reportFiles(place)))];
  if (files.length === 0) {
    throw new LeakwrightError('usage', `There is no report in ${places.join(', ')}.`, {
      hint: 'Let each shard write one: leakwright check --shard 1/3 --reporter json=reports/1.json',
    });
  }
  const report = mergeReports(files.map((file) => readReport(file)));
  const history = options.history === undefined ? undefined : await openHistory(options.history, io);
  try {
    for (const sink of createReporterSinks(requests, io)) sink.onReport?.(report);
    const isRecorded = (await history?.record(report)) ?? true;
    return isRecorded || report.exitCode !== 0 ? report.exitCode : 2;
  } finally {
    await history?.close();
  }
}

function openHistory(place: string, io: TerminalIo): Promise<RunHistory> {
  return RunHistory.open(historyPlace(place), { failOnRegression: false }, io);
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
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
  return parseReport(text, file);
}

function unreadable(place: string, error: unknown): LeakwrightError {
  return new LeakwrightError('usage', `'${place}' cannot be read: ${describeError(error)}.`, { cause: error });
}
