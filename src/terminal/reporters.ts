import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { LeakwrightError, describeError } from '../support/index.ts';
import { EVENTS_ENV, encodeEvent } from '../checks/index.ts';
import type { LeakEvent } from '../leaks/index.ts';
import {
  type Report,
  type Shard,
  renderGithubAnnotations,
  renderHtml,
  renderJson,
  renderJunit,
  renderMarkdown,
  renderText,
} from '../reports/index.ts';
import type { TerminalIo } from './io.ts';

/** One place a run's outcome goes to. Sinks see the same stream and know nothing of each other. */
export interface Sink {
  onEvent?(event: LeakEvent): void;
  onReport?(report: Report): void;
}

const RENDERERS = {
  text: (report: Report, colour: boolean) => renderText(report, { colour }),
  json: renderJson,
  junit: renderJunit,
  markdown: renderMarkdown,
  html: renderHtml,
  blob: renderJson,
} as const;

const EXTENSIONS = {
  text: 'txt',
  json: 'json',
  ndjson: 'ndjson',
  junit: 'xml',
  markdown: 'md',
  html: 'html',
  blob: 'json',
} as const;

/** Where `blob` writes what `merge-reports` reads: a file a shard, as Playwright Test does it. */
export const BLOB_FOLDER = 'blob-report';

type ReporterName = keyof typeof EXTENSIONS;
const REPORTER_NAMES = Object.keys(EXTENSIONS) as ReporterName[];

export interface ReporterRequest {
  readonly name: ReporterName;
  /** Absent: standard output. */
  readonly file?: string;
}

/**
 * Reads `--reporter NAME[=FILE]` values. With `--output DIR`, relative files lie there, and every reporter but text
 * writes `report.EXT` there instead of to standard output. `blob` always writes a file, named after the shard.
 *
 * @throws LeakwrightError `usage`
 */
export function parseReporters(
  values: readonly string[],
  outputFolder: string | undefined,
  shard?: Shard,
): ReporterRequest[] {
  const requests = (values.length > 0 ? values : ['text']).map((value): ReporterRequest => {
    const equals = value.indexOf('=');
    const name = equals === -1 ? value : value.slice(0, equals);
    if (!isReporterName(name)) {
      throw new LeakwrightError('usage', `There is no reporter '${name}'.`, {
        hint: `There are: ${REPORTER_NAMES.join(', ')}.`,
      });
    }
    if (equals !== -1) {
      const file = value.slice(equals + 1);
      if (!file) throw new LeakwrightError('usage', `'--reporter ${value}' names no file.`);
      return { name, file: resolve(outputFolder ?? '.', file) };
    }
    if (name === 'blob') {
      const file = shard === undefined ? 'report.json' : `report-${shard.index}.json`;
      return { name, file: resolve(outputFolder ?? '.', BLOB_FOLDER, file) };
    }
    if (outputFolder !== undefined && name !== 'text') {
      return { name, file: resolve(outputFolder, `report.${EXTENSIONS[name]}`) };
    }
    return { name };
  });
  if (requests.filter((request) => request.file === undefined).length > 1) {
    throw new LeakwrightError('usage', 'Only one reporter can write to standard output.', {
      hint: 'Give the others a file: --reporter json=report.json',
    });
  }
  return requests;
}

function isReporterName(name: string): name is ReporterName {
  return Object.hasOwn(EXTENSIONS, name);
}

/**
 * The sinks that write what the reporters ask for. Files are opened at once, so that a run of minutes does not end in
 * "permission denied".
 *
 * @throws LeakwrightError `reports.unwritable`
 */
export function createReporterSinks(requests: readonly ReporterRequest[], io: TerminalIo): Sink[] {
  const sinks = requests.map(({ name, file }): Sink => {
    if (file !== undefined) writeReport(file, '');
    const write = file === undefined ? (text: string) => io.out(text) : (text: string) => writeReport(file, text);
    if (name === 'ndjson') {
      const append = file === undefined ? write : (text: string) => writeReport(file, text, 'a');
      return { onEvent: (event) => append(encodeEvent(event)) };
    }
    const render = RENDERERS[name];
    return { onReport: (report) => write(render(report, io.colour && file === undefined)) };
  });
  const events = process.env[EVENTS_ENV];
  if (events) {
    // It is for this run: a check that a web server or a scenario starts must not write there.
    delete process.env[EVENTS_ENV];
    sinks.push({ onEvent: (event) => writeReport(events, encodeEvent(event), 'a') });
  }
  if (process.env['GITHUB_ACTIONS'] === 'true') sinks.push({ onReport: (report) => tellActions(report, io) });
  return sinks;
}

/** Annotations at the lines, and the comment's text as the summary of the job. */
function tellActions(report: Report, io: TerminalIo): void {
  const { GITHUB_WORKSPACE: root, GITHUB_STEP_SUMMARY: summary } = process.env;
  const folder = root ? relative(root, process.cwd()).replaceAll('\\', '/') : '';
  // On standard error, which Actions reads as well: standard output may carry the JSON report.
  io.err(renderGithubAnnotations(report, folder.startsWith('..') ? '' : folder));
  if (!summary) return;
  try {
    appendFileSync(summary, renderMarkdown(report));
  } catch (error) {
    // The summary is an extra: its failure must not be the run's.
    io.err(`leakwright: the job summary cannot be written: ${describeError(error)}\n`);
  }
}

/** @throws LeakwrightError `reports.unwritable` */
export function writeReport(file: string, text: string, flag = 'w'): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag });
  } catch (error) {
    throw new LeakwrightError(
      'reports.unwritable',
      `The report '${file}' cannot be written: ${describeError(error)}.`,
      {
        cause: error,
      },
    );
  }
}
