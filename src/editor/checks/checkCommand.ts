import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { WorkspaceFolder } from 'vscode';
import { setting } from '../settings.ts';
import { type CheckProperties, checkArguments } from './checkArguments.ts';

/** How to run one check as a process of its own: for a task, for the Test Explorer and for the debugger alike. */
export interface CheckCommand {
  readonly program: string;
  /** The bundled command line program. */
  readonly cli: string;
  /** What follows it. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Undefined in a virtual workspace: nothing of it is on a disk. */
  readonly cwd: string | undefined;
  /** The file its events are written to, one a line. */
  readonly events: string;
}

export interface CheckPlaces {
  readonly cli: string;
  /** A folder of this window's own, made when needed. */
  readonly storage: string;
}

/**
 * The person's report goes to standard output, the events to a file beside it.
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
  const events = join(places.storage, 'events', `${id}.ndjson`);
  const args = checkArguments(properties, {
    browser: setting('browser', folder),
    executablePath: setting('executablePath'),
    ignore: setting('ignore', folder),
  });
  return {
    program: process.execPath,
    cli: places.cli,
    // The report stays on the terminal, so it must be named beside the file; options go before the files.
    args: ['check', '--reporter', 'text', '--reporter', `ndjson=${events}`, ...args],
    // The desktop editor's own program is Electron, which is Node only when told so.
    env: { ELECTRON_RUN_AS_NODE: '1' },
    cwd: folder?.uri.scheme === 'file' ? folder.uri.fsPath : undefined,
    events,
  };
}
