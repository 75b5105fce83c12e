import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What folders of ours in the temp folder are for; `src/browsers/leftovers/patterns.ts` knows their names. */
export type TempFolderUse = 'events' | 'scenario' | 'record';

/**
 * Makes a folder for this process's own files, only this user's. Its name has our pid: what a killed process left is known
 * by that and goes with the next clean-up.
 */
export function makeTempFolder(use: TempFolderUse): string {
  return mkdtempSync(join(tmpdir(), `leakwright-${use}-${process.pid}-`));
}
