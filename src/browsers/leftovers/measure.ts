import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface FolderMeasure {
  /** Bytes on disk, hard links counted once. */
  readonly bytes: number;
  /** The latest change of anything in it, in ms since the epoch. */
  readonly changedAtMs: number;
  readonly entries: number;
}

/** A profile has some hundred entries, a much used one some ten thousand. Beyond this the rest is not counted. */
const MOST_ENTRIES = 100_000;

/** Sizes a folder without following links. What vanishes or may not be read meanwhile counts nothing. */
export async function measureFolder(folder: string): Promise<FolderMeasure> {
  let bytes = 0;
  let changedAtMs = 0;
  let entries = 0;
  const counted = new Set<string>();
  const queue = [folder];
  for (let path = queue.pop(); path !== undefined && entries < MOST_ENTRIES; path = queue.pop()) {
    entries += 1;
    try {
      const stats = await lstat(path);
      changedAtMs = Math.max(changedAtMs, stats.mtimeMs);
      const key = `${stats.dev}:${stats.ino}`;
      // Windows has no block count.
      if (stats.nlink < 2 || stats.isDirectory() || !counted.has(key)) bytes += (stats.blocks ?? 0) * 512 || stats.size;
      if (stats.nlink > 1 && !stats.isDirectory()) counted.add(key);
      if (stats.isDirectory()) for (const name of await readdir(path)) queue.push(join(path, name));
    } catch {
      // Gone, or closed to us.
    }
  }
  return { bytes, changedAtMs, entries };
}

/** When anything in a folder was last changed, in ms since the epoch; undefined where it is not there. */
export async function changedAtMs(folder: string): Promise<number | undefined> {
  const { changedAtMs: at } = await measureFolder(folder);
  return at === 0 ? undefined : at;
}
