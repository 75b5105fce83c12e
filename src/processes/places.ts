import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../support/index.ts';
import { foldersByLsof } from './listeners.ts';

/** Where a process runs. What the system does not tell is missing. */
export interface ProcessPlace {
  /** The file of the program, also of a process that has renamed itself. */
  readonly executable?: string;
  /** The working directory. */
  readonly folder?: string;
}

const NOWHERE: ProcessPlace = {};

/**
 * Where processes of this user run, by pid: two links a process on Linux, one run of `lsof` on macOS, nothing on Windows.
 *
 * @param pids of each the answer has an entry
 */
export async function readPlaces(
  pids: readonly number[],
  platform: NodeJS.Platform = process.platform,
  root = '/proc',
): Promise<ReadonlyMap<number, ProcessPlace>> {
  if (platform === 'linux') return new Map(await Promise.all(pids.map((pid) => onLinux(pid, root))));
  const none = new Map<number, string>();
  const folders = platform === 'darwin' && pids.length > 0 ? await foldersByLsof(pids).catch(() => none) : none;
  return new Map(pids.map((pid) => [pid, defined({ folder: folders.get(pid) })]));
}

async function onLinux(pid: number, root: string): Promise<readonly [number, ProcessPlace]> {
  const read = (name: string) => readlink(join(root, String(pid), name)).catch(() => undefined);
  const [executable, folder] = await Promise.all([read('exe'), read('cwd')]);
  if (executable === undefined && folder === undefined) return [pid, NOWHERE];
  // After an update of the program, the file that a process runs is gone.
  return [pid, defined({ executable: executable?.replace(/ \(deleted\)$/, ''), folder })];
}
