import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError, formatBytes, stateFolder } from '../../support/index.ts';
import type { DoctorCheck } from '../model.ts';

/** A browser's fresh profile takes 10 to 30 MB, a heap snapshot of a large page some hundreds. */
const LITTLE_ROOM = 500 * 1024 * 1024;
const NO_ROOM = 50 * 1024 * 1024;

/** Where sessions are written down before their browser starts, so that none is ever lost. */
export const stateFolderCheck = folderCheck({
  id: 'state',
  title: 'State folder',
  path: stateFolder,
  remedy: 'Make it writable, or set LEAKWRIGHT_STATE_DIR to a folder that is.',
});

/** Where profiles, traces and heap snapshots live while they are needed. */
export const temporaryFolderCheck = folderCheck({
  id: 'temporary',
  title: 'Temporary folder',
  path: tmpdir,
  remedy: 'Make room there, or set TMPDIR to a folder that has some.',
});

function folderCheck({
  id,
  title,
  path,
  remedy,
}: Pick<DoctorCheck, 'id' | 'title'> & { readonly path: () => string; readonly remedy: string }): DoctorCheck {
  return {
    id,
    title,
    async look() {
      const folder = path();
      try {
        await tryToWrite(folder);
      } catch (error) {
        return { state: 'problem', fact: `${folder} cannot be written: ${describeError(error)}.`, advice: remedy };
      }
      const free = await freeBytes(folder);
      const fact = free === undefined ? folder : `${folder}, ${formatBytes(free)} free`;
      if (free === undefined || free >= LITTLE_ROOM) return { state: 'ok', fact };
      return { state: free < NO_ROOM ? 'problem' : 'note', fact, advice: remedy };
    },
  };
}

async function tryToWrite(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const probe = await mkdtemp(join(folder, '.doctor-'));
  try {
    await writeFile(join(probe, 'probe'), 'probe', { mode: 0o600 });
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // Some network and container file systems do not say.
    return undefined;
  }
}
