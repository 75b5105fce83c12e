import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path lies beneath a folder, by its name alone. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The same with links followed: a link may lead out of its folder. False for a path that does not exist. */
export async function liesWithin(path: string, folder: string): Promise<boolean> {
  try {
    return isInside(await realpath(path), await realpath(folder));
  } catch {
    return false;
  }
}
