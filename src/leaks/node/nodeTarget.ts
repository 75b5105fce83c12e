import { existsSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { basename, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebServers } from '../../scenarios/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import { noInspector } from './inspectorSession.ts';
import { openInspector, readInspectorUrl } from './runningInspector.ts';

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
  /**
   * Why the program ended, with what it printed; undefined where it runs, or others started it.
   *
   * @param waitMs how long its end may take to become known
   */
  failure(waitMs: number): Promise<LeakwrightError | undefined>;
  /** Ends what was started, and closes what was opened. @returns what could not be */
  stop(): Promise<LeftOfProgram>;
}

interface LeftOfProgram {
  readonly orphaned: readonly { readonly pid: number; readonly name: string }[];
  readonly issues: readonly string[];
}

const nothing: LeftOfProgram = { orphaned: [], issues: [] };
const unknown = (): Promise<undefined> => Promise.resolve(undefined);

/** Milliseconds until a started program must answer, and until an inspector that was opened by a signal must be there. */
const START_LIMIT_MS = 30_000;
const INSPECTOR_LIMIT_MS = 5000;
const LOOK_MS = 50;

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
  if (target.kind === 'inspector') {
    const url = await inspectorUrl(target.url, signal);
    return { inspectorUrl: url, failure: unknown, stop: () => Promise.resolve(nothing) };
  }
  const inspector = await openInspector(target.pid, signal);
  const stop = async (): Promise<LeftOfProgram> => ({ orphaned: [], issues: await inspector.leave() });
  return { inspectorUrl: inspector.url, failure: unknown, stop };
}

async function start(
  { command, cwd, url, onOutput }: NodeTarget & { kind: 'start' },
  signal: AbortSignal,
): Promise<RunningProgram> {
  const [program = '', ...args] = command;
  const file = resolve(cwd, program);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new LeakwrightError('usage', `There is no program '${program}' in ${cwd}.`, {
      hint: 'Name the file that Node runs, not the command that starts it: --node "src/server.mjs --port 3000"',
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
        program: ['node', ...command].map(quoted).join(' '),
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
    if (url !== undefined) await untilAnswering(url, servers, signal);
    return {
      inspectorUrl: await inspectorUrl(`http://127.0.0.1:${port}`, signal),
      failure: async (waitMs) => await servers.failure(waitMs),
      stop: async () => ({ orphaned: await servers.stop(), issues: [] }),
    };
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

async function untilAnswering(url: string, servers: WebServers, signal: AbortSignal): Promise<void> {
  const until = performance.now() + START_LIMIT_MS;
  while (!(await isAnswering(url, signal))) {
    signal.throwIfAborted();
    const failure = await servers.failure();
    if (failure) throw failure;
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

/** The WebSocket of an inspector whose address was given; it may still be starting. */
async function inspectorUrl(url: string, signal: AbortSignal): Promise<string> {
  if (/^wss?:/.test(url)) return url;
  // As Node prints it, without a protocol: 127.0.0.1:9229.
  const address = /^https?:/.test(url) ? url : `http://${url}`;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(INSPECTOR_LIMIT_MS)]);
  for (;;) {
    try {
      const found = await readInspectorUrl(address, limit);
      if (found !== undefined) return found;
    } catch (error) {
      signal.throwIfAborted();
      if (limit.aborted || !URL.canParse(address)) throw noInspector(url, error);
    }
    await pause(LOOK_MS, undefined, { signal });
  }
}

async function freePort(): Promise<number> {
  await using server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
