import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, mkdtempSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, basename, dirname } from 'node:path';
import { isInside } from './insideFolder.ts';
import { stateFolder } from './paths.ts';

/** Only this user may read or replace these files, whatever the umask, and also where another user made the folder first. */
const OTHERS = 0o077;

/**
 * Makes a folder of ours, with those above it, or takes the rights of others off the one that is there.
 *
 * @returns whether it is ours alone: a real folder of this user. Always true on Windows, where a profile is its user's own
 * @throws Error of the file system where it cannot be made
 */
export function makeOwnFolder(folder: string): boolean {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.getuid === undefined) return true;
  const stats = lstatSync(folder);
  if (!stats.isDirectory() || stats.uid !== process.getuid()) return false;
  if ((stats.mode & OTHERS) !== 0) chmodSync(folder, 0o700);
  return true;
}

/** Where a path lies in the state folder, makes that folder ours alone first. */
export function ownStateFolderOf(path: string): void {
  const folder = stateFolder();
  if (path === folder || isInside(path, folder)) makeOwnFolder(folder);
}

/** Makes an empty file that only this user may read, or takes the rights of others off the one in our state folder. */
export function makeOwnFile(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  if (process.getuid === undefined || !isInside(file, stateFolder())) return;
  const stats = lstatSync(file);
  if (stats.isFile() && stats.uid === process.getuid() && (stats.mode & OTHERS) !== 0) chmodSync(file, 0o600);
}

/** What folders of ours in the temp folder are for; `src/browsers/leftovers/patterns.ts` knows their names. */
type TempFolderUse = 'events' | 'scenario' | 'record';

/**
 * Makes a folder for this process's own files, only this user's. Its name has our pid, so the next clean-up recognises and
 * removes the folder of a killed process.
 */
export function makeTempFolder(use: TempFolderUse): string {
  return mkdtempSync(join(tmpdir(), `leakwright-${use}-${process.pid}-`));
}

/** Only this user may read the file and the folders made for it. */
const FOLDER = { recursive: true, mode: 0o700 } as const;
const FILE = { flag: 'wx', mode: 0o600 } as const;

/**
 * Writes a file so that others see all of it or what was there before, and nothing is left where it fails. Makes the folder.
 * A writer that is killed leaves a file beside it whose name begins with a dot and ends in `.tmp`.
 *
 * @throws what the file system says
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryOf(path);
  ownStateFolderOf(path);
  await mkdir(dirname(path), FOLDER);
  try {
    await writeFile(temporary, content, FILE);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** In the same folder, so that the rename is atomic. */
function temporaryOf(path: string): string {
  return join(dirname(path), `.${basename(path)}-${randomBytes(4).toString('hex')}.tmp`);
}
