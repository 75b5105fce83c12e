import { lstat, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { LeakwrightError, describeError, errnoOf, systemClock } from '../support/index.ts';

/** Short, because the browser's sockets lie within and macOS allows their paths 104 bytes. */
const PREFIX = 'leakwright-';
const NAME = /^leakwright-[A-Za-z0-9]{6}$/;
/** Says whose folder it is: a folder is only removed where this agrees with the journal. */
const MARKER = 'session.json';

/** What os.tmpdir() reads, on any platform. */
const VARIABLES = ['TMPDIR', 'TEMP', 'TMP'] as const;

/**
 * Makes a session's folder, readable by this user only, directly inside the OS temp folder.
 *
 * @throws LeakwrightError `browsers.launchFailed` where the temp folder takes nothing more
 */
export async function createSessionFolder(id: string): Promise<string> {
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), PREFIX));
    await writeFile(join(folder, MARKER), JSON.stringify({ id }), { mode: 0o600 });
    return folder;
  } catch (error) {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => {});
    throw new LeakwrightError(
      'browsers.launchFailed',
      `No folder for a session can be made in '${tmpdir()}': ${describeError(error)}.`,
      { hint: 'Make room there, or set TMPDIR to a folder that has some.', cause: error },
    );
  }
}

/** The variables that make this process, or a child, put its temporary files into the session's folder. */
export function temporaryFolderVariables(folder: string): Record<string, string> {
  return Object.fromEntries(VARIABLES.map((name) => [name, folder]));
}

/** What Chromium appends to the temp folder for its singleton socket: `/org.chromium.Chromium.abcdef/SingletonSocket`. */
const SOCKET_ROOM = 46;

/** Whether sockets inside the folder stay below the 104 bytes that macOS allows (Linux: 108). */
export function hasRoomForSockets(folder: string): boolean {
  return Buffer.byteLength(folder) + SOCKET_ROOM < 104;
}

/** How long a folder may refuse to go: a dying browser still writes its last files into it. */
const REMOVE_PATIENCE_MS = 3000;

/**
 * Removes a session's folder with all that is in it. Nothing is removed unless the folder is a real one of this user,
 * has the name of a session's folder, and its marker names the session: the path comes from a file on disk.
 *
 * @returns a phrase that says why it is still there, or undefined when it is gone
 */
export async function removeSessionFolder(folder: string, id: string): Promise<string | undefined> {
  const refusal = await reasonToKeep(folder, id);
  if (refusal !== undefined) return refusal === 'gone' ? undefined : refusal;
  // The marker goes last: should we die half-way, the next attempt must still know the folder.
  const deadline = performance.now() + REMOVE_PATIENCE_MS;
  for (;;) {
    try {
      const names = (await readdir(folder)).filter((name) => name !== MARKER);
      await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
      await rm(folder, { recursive: true, force: true });
      return undefined;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      if (performance.now() > deadline) return `it cannot be removed: ${describeError(error)}`;
      await systemClock.sleep(5);
    }
  }
}

async function reasonToKeep(folder: string, id: string): Promise<string | undefined> {
  if (!NAME.test(basename(folder))) return 'it does not have the name of a session folder';
  try {
    const stats = await lstat(folder);
    if (!stats.isDirectory()) return 'it is not a real folder';
    if (process.getuid && stats.uid !== process.getuid()) return 'it belongs to another user';
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? 'gone' : describeError(error);
  }
  try {
    const marker = JSON.parse(await readFile(join(folder, MARKER), 'utf8')) as { id?: unknown };
    return marker.id === id ? undefined : 'it belongs to another session';
  } catch {
    return 'nothing in it says that it is a session folder';
  }
}
