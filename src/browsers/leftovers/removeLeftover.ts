import { lstat } from 'node:fs/promises';
import type { ProcessReader } from '../../processes/index.ts';
import { defined, systemClock } from '../../support/index.ts';
import type { Leftover } from '../browserTree.ts';
import { type FindLeftoversOptions, findLeftover } from '../leftovers.ts';
import { processInside } from './inUse.ts';
import { removeFolder, isGone } from './remove.ts';

export interface RemoveLeftoverOptions extends Omit<FindLeftoversOptions, 'table' | 'now'> {
  readonly reader: ProcessReader;
  readonly platform?: NodeJS.Platform;
  /** For tests: runs right before the folder is taken away. */
  readonly beforeMove?: () => Promise<void>;
}

export type RemoveLeftoverResult =
  | { readonly outcome: 'removed'; readonly bytesFreed: number }
  /** It was removed by its browser or another program. */
  | { readonly outcome: 'gone' }
  /** A rule forbids it now; nothing was touched. */
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly reason: string };

const LOOKS = 5;
const LOOK_AGAIN_MS = 60;

/**
 * Removes a leftover, after asking every rule again with a fresh look at the processes and at the folder: the list it came
 * from may be minutes old.
 */
export async function removeLeftover(
  leftover: Pick<Leftover, 'path'>,
  options: RemoveLeftoverOptions,
): Promise<RemoveLeftoverResult> {
  const look = async () => await findLeftover(leftover.path, { ...options, table: await options.reader.readTable() });
  const now = await look();
  if (!now) return await whyNoLeftover(leftover.path);
  if (!now.removable) return { outcome: 'refused', reason: now.reason ?? 'it must stay' };
  const isFile = await lstat(leftover.path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  const problem = await removeFolder(leftover.path, {
    ownUid: options.ownUid ?? process.getuid?.() ?? -1,
    mayBeFile: isFile,
    ...defined({ platform: options.platform }),
    lastLook: async () => {
      const inside = await processThatStays(leftover.path, isFile);
      if (inside !== undefined) return `pid ${inside} has ${isFile ? 'it' : 'a file in it'} open`;
      await options.beforeMove?.();
      return undefined;
    },
  });
  // Another clean-up may have been quicker.
  if (problem)
    return (await isGone(leftover.path)) ? { outcome: 'gone' } : { outcome: problem.problem, reason: problem.reason };
  return { outcome: 'removed', bytesFreed: now.bytes };
}

/**
 * The process that has a file in it open, and still has after a moment: another clean-up or a dying browser closes it by
 * then.
 */
async function processThatStays(path: string, isFile: boolean): Promise<number | undefined> {
  for (let look = 1; ; look += 1) {
    const inside = await processInside([path], isFile);
    if (inside === undefined || look === LOOKS) return inside;
    await systemClock.sleep(LOOK_AGAIN_MS);
  }
}

async function whyNoLeftover(path: string): Promise<RemoveLeftoverResult> {
  try {
    await lstat(path);
    return { outcome: 'refused', reason: 'it is in use, or no known leftover of the temp folder' };
  } catch {
    return { outcome: 'gone' };
  }
}
