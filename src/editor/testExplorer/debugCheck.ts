import { type DebugSession, type Disposable, type TestRun, type WorkspaceFolder, debug } from 'vscode';
import type { CheckCommand, CheckSink } from '../../checks/index.ts';
import { defined, type ChannelExit, FOLLOWED_ENV, LeakwrightError } from '../../support/index.ts';
import { t } from '../translate.ts';

export interface DebugPlace {
  readonly folder: WorkspaceFolder | undefined;
  /** The session's tool bar restarts and ends the test with it. */
  readonly testRun: TestRun;
}

/**
 * Runs a check under the JavaScript debugger, so that breakpoints in the scenario work; the same process otherwise. The
 * loader keeps the scenario's lines, so that they need no source map. Limits do not run while it is debugged.
 *
 * @throws LeakwrightError `usage` when the debugger does not start
 */
export async function debugCheck(
  { program, cli, args, env, cwd }: CheckCommand,
  sink: CheckSink,
  signal: AbortSignal,
  { folder, testRun }: DebugPlace,
): Promise<ChannelExit> {
  const name = t('Leak check');
  // What tells our session from others of the same name.
  const mark = `${process.pid}-${performance.now()}`;
  const disposables: Disposable[] = [];
  let session: DebugSession | undefined;
  const stop = () => session && void debug.stopDebugging(session);
  try {
    let exitCode: number | undefined;
    const ended = new Promise<void>((resolve) => {
      const isOurs = (one: DebugSession) => rootOf(one).configuration['leakwrightRun'] === mark;
      disposables.push(
        debug.onDidStartDebugSession((one) => {
          if (isOurs(one) && !one.parentSession) session = one;
          if (signal.aborted) stop();
        }),
        debug.registerDebugAdapterTrackerFactory('*', {
          createDebugAdapterTracker: (one) =>
            isOurs(one)
              ? {
                  onDidSendMessage: (message: unknown) => {
                    const said = outputOf(message);
                    if (said !== undefined) sink.onOutput?.(said);
                    exitCode = exitCodeOf(message) ?? exitCode;
                  },
                }
              : undefined,
        }),
        debug.onDidTerminateDebugSession((one) => {
          if (isOurs(one) && !one.parentSession) resolve();
        }),
      );
    });
    signal.addEventListener('abort', stop, { once: true });
    const started = await debug.startDebugging(
      folder,
      {
        type: 'node',
        request: 'launch',
        name,
        program: cli,
        args: [...args],
        runtimeExecutable: program,
        ...defined({ cwd }),
        env: { ...env, ...FOLLOWED_ENV },
        console: 'internalConsole',
        // Does not attach to the guard and the snapshot worker: they are not the user's code.
        autoAttachChildProcesses: false,
        skipFiles: ['<node_internals>/**', '**/node_modules/**', cli],
        leakwrightRun: mark,
      },
      { suppressSaveBeforeStart: true, testRun },
    );
    if (!started) {
      throw new LeakwrightError('usage', t('The debugger did not start.'), {
        hint: t("Is the editor's JavaScript debugger (ms-vscode.js-debug) enabled?"),
      });
    }
    await ended;
    return { exitCode, said: '' };
  } finally {
    signal.removeEventListener('abort', stop);
    for (const disposable of disposables) disposable.dispose();
  }
}

function rootOf(session: DebugSession): DebugSession {
  return session.parentSession ? rootOf(session.parentSession) : session;
}

function outputOf(message: unknown): string | undefined {
  const event = message as { event?: unknown; body?: { category?: unknown; output?: unknown } };
  if (event.event !== 'output' || typeof event.body?.output !== 'string') return undefined;
  return event.body.category === 'stdout' || event.body.category === 'stderr' ? event.body.output : undefined;
}

function exitCodeOf(message: unknown): number | undefined {
  const event = message as { event?: unknown; body?: { exitCode?: unknown } };
  return event.event === 'exited' && typeof event.body?.exitCode === 'number' ? event.body.exitCode : undefined;
}
