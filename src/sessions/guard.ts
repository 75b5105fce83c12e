import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import type { JournalEntry } from '../journal/index.ts';
import { type Log, compiledCodeVariables, describeError, programFile } from '../support/index.ts';
import type { GuardMessage } from './guardProcess.ts';

let guard: ChildProcess | undefined;
const watched = new Set<string>();

/**
 * Has a small process, the guard, clean up after a session when this process is killed. One guard serves all sessions of a
 * process; it starts with the first and ends with the last.
 */
export function watchOver(entry: JournalEntry, log: Log): void {
  watched.add(entry.id);
  try {
    guard ??= startGuard(log);
    tell(guard, { type: 'watch', entry });
  } catch (error) {
    log.warn(`No guard watches over session ${entry.id}: ${describeError(error)}`);
  }
}

export function releaseFromGuard(id: string): void {
  if (!watched.delete(id) || !guard) return;
  tell(guard, { type: 'release', id });
  if (watched.size > 0) return;
  const ending = guard;
  guard = undefined;
  if (ending.connected) ending.disconnect();
}

function tell(child: ChildProcess, message: GuardMessage): void {
  if (child.connected) child.send(message, () => {});
}

function startGuard(log: Log): ChildProcess {
  const child = forkProgram('guard');
  // It must never keep this process alive.
  child.unref();
  child.channel?.unref();
  child.on('error', (error) => log.warn(`The guard of this process's sessions failed: ${describeError(error)}`));
  child.on('exit', () => {
    if (guard === child) guard = undefined;
  });
  return child;
}

/** What makes a debugger of the user's attach to children of theirs, or runs their code in them. */
const INHERITED_DEBUGGING = ['NODE_OPTIONS', 'VSCODE_INSPECTOR_OPTIONS'];

/**
 * Starts the session host program, in a process group of its own: a Ctrl-C in the terminal must reach its parent only, so
 * that it can clean up in order. In VS Code our own program is Electron, which needs a variable to run as Node.
 */
export function forkProgram(mode: 'guard' | 'host'): ChildProcess {
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  // The guard is small, and outlives its parent by a moment: it should leave nothing.
  if (mode === 'host') Object.assign(env, compiledCodeVariables());
  for (const name of INHERITED_DEBUGGING) delete env[name];
  const options: ForkOptions & { windowsHide: boolean } = {
    detached: true,
    execArgv: [],
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    // Not in the types of fork, but taken by it: no console window on Windows.
    windowsHide: true,
  };
  return fork(programFile('sessionHost'), [mode], options);
}
