import { resolve } from 'node:path';
import { analyzeSnapshots, renderReport } from '../api/index.ts';
import { type SnapshotReport, renderSnapshotText } from '../reports/index.ts';
import { LeakwrightError, defined, plainText } from '../support/index.ts';
import type { TerminalIo } from './io.ts';
import { writeReport } from './reporters.ts';

export const ANALYZE_FORMATS = ['text', 'json', 'html'] as const;
type Format = (typeof ANALYZE_FORMATS)[number];

export interface AnalyzeOptions {
  readonly reporter?: readonly string[];
  /** The most growing entries that the report lists. Default: 50. */
  readonly limit?: number;
}

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
  const report = await analyzeSnapshots(places, {
    signal,
    ...defined({ limit: options.limit }),
    onFile: (name) => {
      if (io.isTty) io.err(`Reading ${plainText(name)} …\n`);
    },
    onNote: (note) => io.err(`leakwright: ${note}\n`),
  });
  for (const output of outputs) write(output, report, io);
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
  const text =
    format === 'text'
      ? renderSnapshotText(report, { colour: io.colour && file === undefined })
      : renderReport(report, format);
  if (file === undefined) io.out(text);
  else writeReport(file, text);
}
