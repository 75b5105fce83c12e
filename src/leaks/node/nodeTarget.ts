import { existsSync, readlinkSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { basename, dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebServers } from '../../scenarios/index.ts';
import { LeakwrightError } from '../../support/index.ts';

/** The program of a check: one that is started for it, or one that runs. */
export type NodeTarget =
  | {
      readonly kind: 'start';
      /** The program file; what follows it are its arguments. */
      readonly command: readonly string[];
      readonly cwd: string;
      /** Where it answers when it is ready, where it is a server. */
      readonly url?: string;
      /** A line that the program printed. */
      readonly onOutput?: (line: string) => void;
    }
  | { readonly kind: 'pid'; readonly pid: number }
  | { readonly kind: 'inspector'; readonly url: string };

/** A program with its inspector open. */
export interface RunningProgram {
  readonly inspectorUrl: string;
  /** Ends what was started. @returns what could not be ended */
  stop(): Promise<readonly { readonly pid: number; readonly name: string }[]>;
}

/** Milliseconds until a started program must answer, and until an inspector that was asked for must be there. */
const START_LIMIT_MS = 30_000;
const INSPECTOR_LIMIT_MS = 5000;
const LOOK_MS = 50;
const DEFAULT_INSPECTOR = 'http://127.0.0.1:9229';

/**
 * V8's switches for a program under check, as for a browser: functions get all they need when they first run, and keep it, so that
 * code that warms up adds nothing to the counted iterations; objects are not moved, so that the stacks that made them are right.
 */
const CHECK_FLAGS = ['--no-lazy-feedback-allocation', '--always-sparkplug', '--no-flush-bytecode', '--no-compact'];

/**
 * Starts a program, or reaches one that runs. A started one ends with every process of its own when this process goes, for whatever
 * reason (it is kept as the web servers of a Playwright configuration are).
 *
 * @throws LeakwrightError `usage`, `leaks.webServerFailed`, `leaks.pageUnreachable`
 */
export async function reachProgram(target: NodeTarget, signal: AbortSignal): Promise<RunningProgram> {
  if (target.kind === 'start') return await start(target, signal);
  const stop = (): Promise<readonly never[]> => Promise.resolve([]);
  if (target.kind === 'inspector') return { inspectorUrl: await inspectorUrl(target.url, signal), stop };
  refuseOtherPrograms(target.pid);
  // Asks Node to open its inspector (SIGUSR1); it does so at its default port.
  (process as unknown as { _debugProcess(pid: number): void })._debugProcess(target.pid);
  return { inspectorUrl: await inspectorUrl(DEFAULT_INSPECTOR, signal), stop };
}

async function start(
  { command, cwd, url, onOutput }: NodeTarget & { kind: 'start' },
  signal: AbortSignal,
): Promise<RunningProgram> {
  const [program = '', ...args] = command;
  const file = resolve(cwd, program);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new LeakwrightError('usage', `There is no program '${program}' in ${cwd}.`, {
      hint: 'Name the file that Node runs: --node src/server.mjs',
    });
  }
  if (url !== undefined && (await isAnswering(url, signal))) {
    throw new LeakwrightError('leaks.webServerFailed', `${url} is in use already.`, {
      hint: 'Stop what runs there, or check it as it is with --node-pid or --inspect.',
    });
  }
  const port = await freePort();
  const words = [nodeProgram(), `--inspect=127.0.0.1:${port}`, ...CHECK_FLAGS, file, ...args];
  const servers = await WebServers.start(
    [
      {
        name: basename(file),
        command: words.map(quoted).join(' '),
        cwd,
        env: { NODE_OPTIONS: '' },
        address: { port },
        reuseExisting: false,
        timeoutMs: START_LIMIT_MS,
        shutdown: { signal: 'SIGTERM', graceMs: 2000 },
        show: { stdout: onOutput !== undefined, stderr: onOutput !== undefined },
      },
    ],
    { signal, ...(onOutput ? { onOutput: (_: string, line: string) => onOutput(line) } : {}) },
  );
  try {
    if (url !== undefined) await untilAnswering(url, signal);
    return { inspectorUrl: await inspectorUrl(`http://127.0.0.1:${port}`, signal), stop: () => servers.stop() };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

/** In the editor this process is Electron: then the Node of the PATH runs the program. */
const nodeProgram = (): string => (process.versions['electron'] === undefined ? process.execPath : 'node');

const quoted = (word: string): string => (/^[\w./:=-]+$/.test(word) ? word : `"${word.replace(/(["$`\\])/g, '\\$1')}"`);

/** Whether something listens there. No request is made: the first one is an iteration's. */
async function isAnswering(url: string, signal: AbortSignal): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  });
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      signal.addEventListener('abort', () => resolve(false), { once: true });
    });
  } finally {
    socket.destroy();
  }
}

async function untilAnswering(url: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + START_LIMIT_MS;
  while (!(await isAnswering(url, signal))) {
    signal.throwIfAborted();
    if (performance.now() > until) {
      throw new LeakwrightError(
        'leaks.webServerFailed',
        `The program did not listen at ${url} within ${START_LIMIT_MS / 1000} s.`,
        { hint: 'Give the address that it listens at with --url.' },
      );
    }
    await pause(LOOK_MS, undefined, { signal });
  }
}

/** The WebSocket of an inspector, of which its HTTP address knows. */
async function inspectorUrl(url: string, signal: AbortSignal): Promise<string> {
  if (/^wss?:/.test(url)) return url;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(INSPECTOR_LIMIT_MS)]);
  for (;;) {
    try {
      const response = await fetch(new URL('/json/list', url), { signal: limit });
      const targets = (await response.json()) as { readonly webSocketDebuggerUrl?: string }[];
      const found = targets.find(({ webSocketDebuggerUrl }) => webSocketDebuggerUrl !== undefined);
      if (found?.webSocketDebuggerUrl !== undefined) return found.webSocketDebuggerUrl;
    } catch (error) {
      signal.throwIfAborted();
      if (limit.aborted) {
        throw new LeakwrightError('leaks.pageUnreachable', `No inspector of Node answers at ${url}.`, {
          hint: 'Start the program with --inspect, or let the check start it with --node.',
          cause: error,
        });
      }
    }
    await pause(LOOK_MS, undefined, { signal });
  }
}

/** The signal that opens Node's inspector ends any other program. */
function refuseOtherPrograms(pid: number): void {
  let executable: string;
  try {
    executable = readlinkSync(`/proc/${pid}/exe`);
  } catch {
    if (process.platform === 'linux')
      throw new LeakwrightError('usage', `There is no process ${pid}, or it is not yours.`);
    return;
  }
  if (!/^(?:node|nodejs)(?:\d+)?$/.test(basename(executable))) {
    throw new LeakwrightError('usage', `Process ${pid} is no Node program: it runs ${executable}.`, {
      hint: `Its folder is ${dirname(executable)}.`,
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
