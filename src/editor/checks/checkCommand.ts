import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { WorkspaceFolder } from 'vscode';
import { type CheckCommand, checkCommandOf } from '../../checks/index.ts';
import { setting } from '../settings.ts';
import { type CheckProperties, checkArguments } from './checkArguments.ts';

export interface CheckPlaces {
  /** The bundled command line program. */
  readonly cli: string;
  /** A folder of this window's own, made when needed. */
  readonly storage: string;
}

/**
 * How to run one check as a process of its own: for a task, for the Test Explorer and for the debugger. The person's
 * report goes to standard output, the events to a file in the window's storage.
 *
 * @param run what tells this run from others that may go on at the same time
 * @throws LeakwrightError `usage` for properties that cannot mean anything
 */
export function checkCommand(
  places: CheckPlaces,
  properties: CheckProperties,
  folder: WorkspaceFolder | undefined,
  run: unknown,
): CheckCommand {
  const id = createHash('sha256')
    .update(JSON.stringify([folder?.uri.toString() ?? null, run]))
    .digest('hex')
    .slice(0, 24);
  const args = checkArguments(properties, {
    browser: setting('browser', folder),
    executablePath: setting('executablePath'),
    timeout: setting('checkTimeout', folder),
    ignore: setting('ignore', folder),
  });
  return checkCommandOf(
    // The report stays on the terminal, whatever other reports a task names.
    ['--reporter', 'text', ...args],
    {
      events: join(places.storage, 'events', `${id}.ndjson`),
      // In a virtual workspace nothing is on a disk.
      cwd: folder?.uri.scheme === 'file' ? folder.uri.fsPath : undefined,
      cli: places.cli,
    },
  );
}
