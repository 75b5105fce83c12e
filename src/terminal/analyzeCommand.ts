import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SnapshotAnalysis, findSnapshotFiles } from '../leaks/index.ts';
import { type SnapshotReport, renderSnapshotHtml, renderSnapshotText } from '../reports/index.ts';
import { defined, LeakwrightError, describeError, systemClock, toolVersion } from '../support/index.ts';
import type { TerminalIo } from './io.ts';

export const ANALYZE_FORMATS = ['text', 'json', 'html'] as const;
type Format = (typeof ANALYZE_FORMATS)[number];

export interface AnalyzeOptions {
  readonly reporter?: readonly string[];
  /** How much of what grew is given. Default: 50. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 50;

/**
 * `leakwright analyze`: reads snapshots and says what is in the last one, and with several what grew in every step.
 *
 * @returns 0; one snapshot or two prove no leak, so none is an exit code
 * @throws LeakwrightError `usage` for files that are no readable snapshots
 */
export async function runAnalyze(
  places: readonly string[],
  options: AnalyzeOptions,
  io: TerminalIo,
  signal: AbortSignal,
): Promise<number> {
  const outputs = (options.reporter ?? ['text']).map(parseFormat);
  const { files, note } = findSnapshotFiles(places);
  if (note !== undefined) io.err(`leakwright: ${note}\n`);
  const startedAt = new Date(systemClock.now()).toISOString();
  const began = systemClock.monotonic();
  const analysis = new SnapshotAnalysis({ workspaceFolder: process.cwd(), signal });
  try {
    const numbers: number[] = [];
    for (const { path, name } of files) {
      if (io.isTty) io.err(`Reading ${name} …\n`);
      numbers.push((await analysis.open(path, name)).snapshot);
    }
    const part = { offset: 0, limit: options.limit ?? DEFAULT_LIMIT };
    const compared = numbers.length > 1 ? await analysis.compare(numbers, part) : undefined;
    const report: SnapshotReport = {
      schema: 1,
      kind: 'snapshots',
      tool: { name: 'leakwright', version: toolVersion() },
      startedAt,
      durationMs: Math.round(systemClock.monotonic() - began),
      ...(compared ? { comparison: compared.comparison } : {}),
      summary: await analysis.summary(numbers.at(-1)!),
    };
    for (const output of outputs) write(output, report, io);
  } finally {
    await analysis.close();
  }
  return 0;
}

interface Output {
  readonly format: Format;
  /** Absent: standard output. */
  readonly file?: string;
}

function parseFormat(value: string): Output {
  const [, name = '', file] = /^([^=]*)(?:=(.*))?$/s.exec(value) ?? [];
  if (!(ANALYZE_FORMATS as readonly string[]).includes(name)) {
    throw new LeakwrightError('usage', `There is no reporter '${name}' for snapshots.`, {
      hint: `There are: ${ANALYZE_FORMATS.join(', ')}.`,
    });
  }
  if (file === '') throw new LeakwrightError('usage', `'--reporter ${value}' names no file.`);
  return { format: name as Format, ...defined({ file: file === undefined ? undefined : resolve(file) }) };
}

function write({ format, file }: Output, report: SnapshotReport, io: TerminalIo): void {
  const text = {
    text: () => renderSnapshotText(report, { colour: io.colour && file === undefined }),
    json: () => `${JSON.stringify(report, null, 2)}\n`,
    html: () => renderSnapshotHtml(report),
  }[format]();
  if (file === undefined) {
    io.out(text);
    return;
  }
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new LeakwrightError('reports.unwritable', `'${file}' cannot be written: ${describeError(error)}.`, {
      cause: error,
    });
  }
}
