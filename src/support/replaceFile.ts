import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ownStateFolderOf } from './ownFiles.ts';

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
