import { type BigIntStats, constants } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdtemp,
  open,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeError, errnoOf, systemClock } from '../../support/index.ts';

/** Why a folder was not removed: nothing of it was touched, or it stays where `path` says. */
export interface RemovalProblem {
  readonly problem: 'refused' | 'failed';
  readonly reason: string;
}

export interface RemoveFolderOptions {
  /** Whose the folder must be; -1 where the system has no uids. */
  readonly ownUid: number;
  readonly platform?: NodeJS.Platform;
  /** Whether it may be a single file. */
  readonly mayBeFile?: boolean;
  /**
   * The last check, after the folder was opened and before it is moved: a reason to stop, or undefined. Tests swap the
   * folder here.
   */
  readonly lastLook?: () => Promise<string | undefined>;
}

/**
 * Removes exactly the folder that lies at `path` now, however it is swapped meanwhile. What is checked is an open file
 * descriptor, not a name: the folder is opened without following a link, its owner read from the descriptor, then moved
 * into a fresh folder that only we may enter, and there it must have the very inode that was opened. A link or another
 * folder put in its place is moved back untouched. On Linux all that lies within is then removed relative to open
 * descriptors (`/proc/self/fd/N/name`, which is openat and unlinkat), so nothing below can be led elsewhere either.
 *
 * @returns undefined when it is gone
 */
export async function removeFolder(path: string, options: RemoveFolderOptions): Promise<RemovalProblem | undefined> {
  const platform = options.platform ?? process.platform;
  let handle: FileHandle | undefined;
  try {
    handle = await openLeftover(path, platform, options.mayBeFile === true);
    const opened = handle ? await handle.stat({ bigint: true }) : await lstat(path, { bigint: true });
    const wrong = objection(opened, options);
    if (wrong !== undefined) return { problem: 'refused', reason: wrong };
    const mount = await mountedIn(path);
    if (mount !== undefined) return { problem: 'refused', reason: `'${mount}' is mounted in it` };
    const stop = await options.lastLook?.();
    if (stop !== undefined) return { problem: 'refused', reason: stop };
    return await moveAndRemove(path, opened, handle);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP' || code === 'ENOTDIR')
      return { problem: 'refused', reason: 'it is a link, and links are not followed' };
    return { problem: 'failed', reason: describeError(error) };
  } finally {
    await handle?.close();
  }
}

function objection(stats: BigIntStats, { ownUid, mayBeFile = false }: RemoveFolderOptions): string | undefined {
  if (stats.isSymbolicLink()) return 'it is a link, and links are not followed';
  if (!stats.isDirectory() && !(mayBeFile && stats.isFile())) return 'it is not a folder';
  if (stats.isFile() && stats.nlink > 1n) return 'it has a second name';
  if (ownUid !== -1 && stats.uid !== BigInt(ownUid)) return 'it belongs to another user';
  return undefined;
}

async function openFolder(path: string | Buffer, platform: NodeJS.Platform): Promise<FileHandle | undefined> {
  // Windows opens no folders; there the inode is compared without holding it.
  if (platform === 'win32') return undefined;
  return await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

async function openLeftover(
  path: string,
  platform: NodeJS.Platform,
  mayBeFile: boolean,
): Promise<FileHandle | undefined> {
  try {
    return await openFolder(path, platform);
  } catch (error) {
    if (!mayBeFile || errnoOf(error) !== 'ENOTDIR') throw error;
    // Nothing waits for the other end of a pipe that lies in its place.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  }
}

async function moveAndRemove(
  path: string,
  opened: BigIntStats,
  handle: FileHandle | undefined,
): Promise<RemovalProblem | undefined> {
  const closet = await mkdtemp(join(dirname(path), 'leakwright-removing-'));
  const moved = join(closet, basename(path));
  try {
    await rename(path, moved);
    const now = await lstat(moved, { bigint: true });
    if (now.ino !== opened.ino || now.dev !== opened.dev) return await moveBack(moved, path);
    try {
      await (opened.isFile() ? unlink(moved) : removeMoved(moved, handle));
      return undefined;
    } catch (error) {
      if (await isGone(moved)) return undefined;
      return { problem: 'failed', reason: `${describeError(error)}; the rest of it is in ${moved}` };
    }
  } finally {
    // Only ever an empty folder: what could not be removed stays in it, to be found at the next clean-up.
    await rmdir(closet).catch(() => {});
  }
}

/** How often a folder is emptied again that a dying browser still writes into. */
const EMPTYING_ROUNDS = 20;

async function removeMoved(moved: string, handle: FileHandle | undefined): Promise<void> {
  if (!handle || !(await canAnchor(handle))) {
    await rm(moved, { recursive: true, force: true, maxRetries: 5 });
    return;
  }
  const mount = await mountOf(handle);
  for (let round = 1; ; round += 1) {
    await emptyFolder(handle, mount);
    try {
      await rmdir(moved).catch(unlessGone);
      return;
    } catch (error) {
      if (errnoOf(error) !== 'ENOTEMPTY' || round === EMPTYING_ROUNDS) throw error;
    }
    await systemClock.sleep(10);
  }
}

/** Whether nothing lies at a path, not even a link. */
export async function isGone(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => false,
    (error: unknown) => errnoOf(error) === 'ENOENT',
  );
}

/** The first mount point within a folder, from `/proc/self/mountinfo`; a bind mount can have the same device as its surroundings, so devices do not tell. */
async function mountedIn(path: string): Promise<string | undefined> {
  try {
    const [text, real] = await Promise.all([readFile('/proc/self/mountinfo', 'utf8'), realpath(path)]);
    // id parent major:minor root mount-point …, where a space is written \040.
    const points = text.split('\n').map((line) => (line.split(' ')[4] ?? '').replaceAll('\\040', ' '));
    return points.find((point) => point === real || point.startsWith(`${real}/`));
  } catch {
    // Not Linux, or gone.
    return undefined;
  }
}

/** Which mount an open folder is on; undefined where the kernel does not tell. */
async function mountOf(folder: FileHandle): Promise<string | undefined> {
  const text = await readFile(`/proc/self/fdinfo/${folder.fd}`, 'utf8').catch(() => '');
  return /^mnt_id:\s*(\d+)/m.exec(text)?.[1];
}

/** Another folder was put in the place of the one that was checked: moves it back. */
async function moveBack(moved: string, path: string): Promise<RemovalProblem> {
  const reason = 'something else was put in its place during the check';
  // The next clean-up removes everything in our own folder, so what is not ours must be moved out of it.
  for (const place of [path, `${path}.2`, `${path}.3`]) {
    if (!(await isGone(place))) continue;
    await rename(moved, place);
    return { problem: 'refused', reason: place === path ? reason : `${reason}; that is in ${place} now` };
  }
  return { problem: 'refused', reason: `${reason}; that is in ${moved} now` };
}

async function canAnchor(handle: FileHandle): Promise<boolean> {
  try {
    await readdir(anchorOf(handle));
    return true;
  } catch {
    return false;
  }
}

/** Names the folder behind the descriptor, wherever it is and whatever its name points to by now (Linux). */
function anchorOf(folder: FileHandle): string {
  return `/proc/self/fd/${folder.fd}`;
}

/** Removes all that lies in the folder, and never leaves its mount: what is mounted below is not a leftover. */
async function emptyFolder(folder: FileHandle, mount: string | undefined): Promise<void> {
  // Names as bytes: a download may have any.
  for (const name of await readdir(anchorOf(folder), { encoding: 'buffer' })) {
    const child = Buffer.concat([Buffer.from(`${anchorOf(folder)}/`), name]);
    try {
      await unlink(child);
      continue;
    } catch (error) {
      // Linux says EISDIR for a folder, POSIX EPERM.
      const code = errnoOf(error);
      if (code === 'ENOENT') continue;
      if (code !== 'EISDIR' && code !== 'EPERM') throw error;
    }
    const inner = await openUnlessGone(child);
    if (!inner) continue;
    try {
      if ((await mountOf(inner)) !== mount) throw new Error('another file system is mounted in it');
      await emptyFolder(inner, mount);
    } finally {
      await inner.close();
    }
    await rmdir(child).catch(unlessGone);
  }
}

/** Another program may be removing the same folder. */
async function openUnlessGone(child: Buffer): Promise<FileHandle | undefined> {
  try {
    return await openFolder(child, process.platform);
  } catch (error) {
    return unlessGone(error);
  }
}

function unlessGone(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
}
