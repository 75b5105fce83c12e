import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** How long a program may take to end its browser and itself, in ms: about a second, or its guard does so. */
const PATIENCE_MS = 15_000;
/** How long to read on after the program has exited, in ms: after that another process holds the pipe open. */
const LAST_WORDS_MS = 1000;
/** The most characters of its standard error that are kept. */
const MAX_SAID = 4000;

/** Turns off the check's own progress lines, which are for CI servers: the caller shows progress from the events. */
export const FOLLOWED_ENV = { LEAKWRIGHT_PROGRESS: 'none' } as const;

export interface ChannelRun {
  readonly args: readonly string[];
  /** Default: the program that runs us; in the desktop editor that is Electron, run as Node. */
  readonly program?: string;
  readonly cwd?: string | undefined;
  /** Beside our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends it: closing the channel makes our programs clean up and exit; one that does not is killed later. */
  readonly signal: AbortSignal;
  /** How long it may take to end after its channel closed, in ms. */
  readonly patienceMs?: number;
  /** Receives what it writes, as text. Without a listener the output is discarded. */
  readonly listen?: (stdout: Readable, stderr: Readable) => void;
}

export interface ChannelExit {
  /** Undefined when a signal ended it, or it was never started since the signal had aborted. */
  readonly exitCode: number | undefined;
  /** The end of its standard error. */
  readonly said: string;
}

/**
 * Runs one of our programs until it has exited. It ends itself, and its browser, when its channel closes: when the signal
 * aborts, and when this process dies. Resolves in the first case too, once it has gone.
 *
 * @throws the system's reason why it could not be started
 */
export async function runOverChannel(run: ChannelRun): Promise<ChannelExit> {
  const { signal } = run;
  let said = '';
  if (signal.aborted) return { exitCode: undefined, said };
  const child = spawn(run.program ?? process.execPath, run.args, {
    cwd: run.cwd,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ...run.env },
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const streams = [child.stdout!, child.stderr!] as const;
  for (const stream of streams) stream.setEncoding('utf8').resume();
  child.stderr!.on('data', (text: string) => (said = (said + text).slice(-MAX_SAID)));
  let killing: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (child.connected) child.disconnect();
    killing ??= setTimeout(() => child.kill('SIGKILL'), run.patienceMs ?? PATIENCE_MS);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    run.listen?.(...streams);
    const exitCode = await new Promise<number | undefined>((resolve, reject) => {
      child.on('error', reject);
      // Not 'close': Node emits none for a child whose channel we closed. Its last output is read below.
      child.on('exit', (code) => resolve(code ?? undefined));
    });
    await Promise.all(streams.map(async (stream) => await ended(stream)));
    return { exitCode, said };
  } finally {
    clearTimeout(killing);
    signal.removeEventListener('abort', end);
    for (const stream of streams) stream.destroy();
  }
}

async function ended(stream: Readable): Promise<void> {
  if (stream.readableEnded || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LAST_WORDS_MS);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
