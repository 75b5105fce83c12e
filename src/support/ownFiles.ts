import { chmodSync, closeSync, lstatSync, mkdirSync, openSync } from 'node:fs';
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
