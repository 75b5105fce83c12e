import { resolve } from 'node:path';
import { SnapshotAnalysis, findSnapshotFiles } from '../leaks/index.ts';
import type { SnapshotReport } from '../reports/index.ts';
import { refuseUnusable } from './givenParts.ts';
import { LeakwrightError, defined, nearest, refuseOldNode, systemClock, toolVersion } from '../support/index.ts';

export interface AnalyzeSnapshotsOptions {
  /** The most growing entries that the report lists. Default: 50. */
  readonly limit?: number;
  /** Source files are named relative to it. Default: the working directory. */
  readonly workspaceFolder?: string;
  readonly signal?: AbortSignal;
  /** Is called with the name of each file before it is read. */
  readonly onFile?: (name: string) => void;
  /** Is called where files were left out or put in another order, and says why. */
  readonly onNote?: (note: string) => void;
}

const OPTIONS: readonly string[] = [
  'limit',
  'workspaceFolder',
  'signal',
  'onFile',
  'onNote',
] satisfies readonly (keyof AnalyzeSnapshotsOptions)[];
const DEFAULT_LIMIT = 50;

/**
 * Reads heap snapshots of Chromium or Node, and says what is in the last one and, of two and more, what grew from each to the
 * next. It works in a worker thread, one snapshot at a time, with about four times a file's size of memory.
 *
 * @param places files, first to last, or folders with them
 * @example
 * const { comparison, summary } = await analyzeSnapshots(['before.heapsnapshot', 'after.heapsnapshot']);
 * for (const { name, heldBy, counts } of comparison?.grew ?? []) console.log(name, heldBy, counts);
 * @throws LeakwrightError `usage` for what is no readable snapshot; the signal's reason
 */
export async function analyzeSnapshots(
  places: string | readonly string[],
  options: AnalyzeSnapshotsOptions = {},
): Promise<SnapshotReport> {
  refuseOldNode();
  if (typeof options !== 'object' || options === null)
    throw new LeakwrightError('usage', 'The options of analyzeSnapshots() must be an object.');
  const wrong = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (wrong !== undefined) {
    const meant = nearest(wrong, OPTIONS);
    throw new LeakwrightError('usage', `analyzeSnapshots() has no '${wrong}'.`, {
      hint: meant === undefined ? `It has: ${OPTIONS.join(', ')}.` : `Did you mean '${meant}'?`,
    });
  }
  const { limit = DEFAULT_LIMIT, workspaceFolder, signal, onFile, onNote } = options;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new LeakwrightError('usage', "'limit' must be a whole number of 1 or more.");
  }
  refuseUnusable(defined({ signal }));
  signal?.throwIfAborted();
  // A program in JavaScript may give anything.
  const given = [places].flat();
  if (!given.every((place: unknown) => typeof place === 'string'))
    throw new LeakwrightError('usage', 'analyzeSnapshots() takes the path of a file or a folder, or a list of paths.');
  const { files, areByName, note } = findSnapshotFiles(given);
  if (files.length === 0) throw new LeakwrightError('usage', 'analyzeSnapshots() needs a file or a folder.');
  if (note !== undefined) onNote?.(note);
  const startedAt = new Date(systemClock.now()).toISOString();
  const began = systemClock.monotonic();
  const analysis = new SnapshotAnalysis({
    workspaceFolder: resolve(workspaceFolder ?? process.cwd()),
    ...defined({ signal }),
  });
  try {
    const opened: number[] = [];
    for (const { path, name } of files) {
      onFile?.(name);
      opened.push((await analysis.open(path, name)).snapshot);
    }
    let numbers: readonly number[] = opened;
    const compare = async () =>
      numbers.length > 1 ? await analysis.compare(numbers, { offset: 0, limit }) : undefined;
    let compared = await compare();
    if (areByName && compared?.taken.some((number, index) => number !== numbers[index])) {
      numbers = compared.taken;
      const order = numbers.map((number) => files[number]!.name).join(', ');
      onNote?.(`The snapshots are compared in the order in which they were taken: ${order}.`);
      compared = await compare();
    }
    return {
      schema: 1,
      kind: 'snapshots',
      tool: { name: 'leakwright', version: toolVersion() },
      startedAt,
      durationMs: Math.round(systemClock.monotonic() - began),
      ...(compared ? { comparison: compared.comparison } : {}),
      summary: await analysis.summary(numbers.at(-1)!),
    };
  } finally {
    await analysis.close();
  }
}
