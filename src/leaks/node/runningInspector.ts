import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type ProcessInfo, createProcessReader, findListeners } from '../../processes/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import { InspectorSession } from './inspectorSession.ts';

/** The inspector of a program that ran before the check. */
export interface OpenedInspector {
  readonly url: string;
  /** Leaves the program as it was. @returns what could not be undone */
  leave(): Promise<readonly string[]>;
}

/** Where Node opens its inspector unless its options say otherwise. */
const DEFAULT_PORT = 9229;
/** Milliseconds until an inspector must be open after the signal, and until one must have closed. */
const OPEN_LIMIT_MS = 5000;
const CLOSE_LIMIT_MS = 5000;
const ASK_LIMIT_MS = 2000;
const LOOK_MS = 50;
/** Bit of SIGUSR1 in the signal masks of `/proc/PID/status`. */
const SIGUSR1_BIT = 1n << 9n;

/**
 * Reaches the inspector of a Node program by its pid: one that is open is used and stays open; else SIGUSR1 has Node open it, and it
 * is closed after the check, also when the check is killed.
 *
 * @throws LeakwrightError `usage` for what is no Node program of this user, `leaks.pageUnreachable` where no inspector opens
 */
export async function openInspector(pid: number, signal: AbortSignal): Promise<OpenedInspector> {
  const program = await readNodeProgram(pid);
  const options = await inspectorOptions(program);
  const open = await openAlready(pid, options, signal);
  if (open !== undefined) return { url: open, leave: () => Promise.resolve([]) };
  const { port } = options;
  const owner = (await findListeners()).find((listener) => listener.port === port);
  if (owner) {
    throw new LeakwrightError(
      'leaks.pageUnreachable',
      `Process ${owner.pid} has port ${port}, which the inspector needs.`,
      {
        hint: 'End its debugging, or start the program with --inspect=127.0.0.1:0 and give the printed address with --inspect.',
      },
    );
  }
  refuseWithoutHandler(pid);
  const closer = startCloser(pid, port);
  try {
    // Sends SIGUSR1; on Windows it uses a mechanism of Node's own.
    (process as unknown as { _debugProcess(pid: number): void })._debugProcess(pid);
    const until = performance.now() + OPEN_LIMIT_MS;
    for (;;) {
      const url = await inspectorAt(port, pid, signal);
      if (url !== undefined) return { url, leave: closer };
      if (performance.now() > until) {
        throw new LeakwrightError('leaks.pageUnreachable', `Process ${pid} opens no inspector at port ${port}.`, {
          hint: 'It may be busy, or handle SIGUSR1 itself. Start it with --inspect, or let the check start it with --node.',
        });
      }
      await pause(LOOK_MS, undefined, { signal });
    }
  } catch (error) {
    await closer();
    throw error;
  }
}

/** SIGUSR1 ends any other program. */
async function readNodeProgram(pid: number): Promise<ProcessInfo> {
  const program = await createProcessReader().readProcess(pid);
  if (!program) throw new LeakwrightError('usage', `There is no process ${pid}.`);
  let executable = program.name;
  try {
    // After an update of Node, the file that a process runs may be gone.
    executable = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
  } catch {
    if (process.platform === 'linux') {
      throw new LeakwrightError('usage', `Process ${pid} is another user's.`, { hint: 'Run the check as that user.' });
    }
  }
  if (!/^(?:node|nodejs)[\d.]*(?:\.exe)?$/i.test(basename(executable))) {
    throw new LeakwrightError('usage', `Process ${pid} is no Node program: it runs ${executable}.`, {
      hint: 'Give the pid of the node process itself; npm and shells start it as a child of theirs.',
    });
  }
  return program;
}

/** A Node that is starting, or runs with `--disable-sigusr1`, would die of the signal. */
function refuseWithoutHandler(pid: number): void {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return;
  }
  const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(status)?.[1];
  if (caught !== undefined && (BigInt(`0x${caught}`) & SIGUSR1_BIT) === 0n) {
    throw new LeakwrightError('usage', `Process ${pid} does not take the signal that opens its inspector.`, {
      hint: 'It is starting, or runs with --disable-sigusr1. Start it with --inspect instead.',
    });
  }
}

interface InspectorOptions {
  /** Where SIGUSR1 opens it. */
  readonly port: number;
  /** Whether it was started with an inspector. */
  readonly given: boolean;
}

async function inspectorOptions(program: ProcessInfo): Promise<InspectorOptions> {
  const environment = await createProcessReader().readEnvironment(program);
  const words = [...(environment?.['NODE_OPTIONS']?.split(/\s+/) ?? []), ...program.commandLine.slice(1)];
  let port = DEFAULT_PORT;
  let given = false;
  for (const word of words) {
    const [, name, value] = /^--(inspect(?:-brk|-wait)?|inspect-port|debug-port)(?:=(?:.*:)?(\d+))?$/.exec(word) ?? [];
    if (name === undefined) continue;
    if (value !== undefined) port = Number(value);
    if (!name.endsWith('-port')) given = true;
  }
  return { port, given };
}

/** The address of an inspector that the program has open. Only ports that may be one are asked: others are the program's own. */
async function openAlready(
  pid: number,
  { port, given }: InspectorOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const listening = (await findListeners()).filter((listener) => listener.pid === pid).map((listener) => listener.port);
  const ports = given ? [port, ...listening.filter((other) => other !== port)] : [port];
  for (const candidate of ports) {
    const url = candidate === 0 ? undefined : await inspectorAt(candidate, pid, signal);
    if (url !== undefined) return url;
  }
  return undefined;
}

/** The WebSocket of the inspector at a port of this machine, where it is that process's. */
async function inspectorAt(port: number, pid: number, signal: AbortSignal): Promise<string | undefined> {
  let url: string | undefined;
  try {
    url = await readInspectorUrl(
      `http://127.0.0.1:${port}`,
      AbortSignal.any([signal, AbortSignal.timeout(ASK_LIMIT_MS)]),
    );
  } catch {
    signal.throwIfAborted();
  }
  if (url === undefined) return undefined;
  const session = await InspectorSession.connect(url, signal);
  try {
    const { result } = (await session.send('Runtime.evaluate', { expression: 'process.pid' })) as {
      result: { value?: unknown };
    };
    return result.value === pid ? url : undefined;
  } finally {
    session.close();
  }
}

/** The WebSocket of an inspector, of which its HTTP address knows; undefined where it has no target. */
export async function readInspectorUrl(address: string, signal: AbortSignal): Promise<string | undefined> {
  const response = await fetch(new URL('/json/list', address), { signal });
  const targets = (await response.json()) as { readonly webSocketDebuggerUrl?: string }[];
  return targets.find(({ webSocketDebuggerUrl }) => webSocketDebuggerUrl !== undefined)?.webSocketDebuggerUrl;
}

/** Whether what answers at an address is the inspector of a Node program. */
export async function isInspector(address: string): Promise<boolean> {
  try {
    return (await readInspectorUrl(address, AbortSignal.timeout(ASK_LIMIT_MS))) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Starts a small process that closes the inspector when this one says so or has gone, for whatever reason.
 *
 * @returns closes it
 */
function startCloser(pid: number, port: number): () => Promise<readonly string[]> {
  const environment = { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' };
  const child = spawn(process.execPath, ['-e', `(${String(closeInspector)})(${port}, ${pid})`], {
    detached: true,
    windowsHide: true,
    env: environment,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  return async () => {
    const ended =
      child.exitCode === null ? once(child, 'exit', { signal: AbortSignal.timeout(CLOSE_LIMIT_MS) }) : undefined;
    child.ref();
    child.stdin.end();
    try {
      await ended;
    } catch {
      child.unref();
    }
    return child.exitCode === 0 ? [] : [`The inspector of process ${pid} stays open at port ${port}.`];
  };
}

/** The whole program of that process: it is sent as text, so it uses nothing of this module. Exits with 0 when no inspector is open. */
function closeInspector(port: number, pid: number): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});
  process.stdin.on('error', () => {});
  process.stdin.on('close', () => {
    setTimeout(() => process.exit(1), 60_000);
    void close();
  });
  process.stdin.resume();

  async function close(): Promise<void> {
    let url = '';
    try {
      const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
        webSocketDebuggerUrl: string;
      }[];
      url = targets[0]?.webSocketDebuggerUrl ?? '';
    } catch {
      // Nothing is open.
    }
    if (url === '') process.exit(0);
    const socket = new WebSocket(url);
    socket.addEventListener('error', () => process.exit(1));
    socket.addEventListener('close', () => process.exit(0));
    socket.addEventListener('message', ({ data }) => {
      // Another program has got the port meanwhile.
      if (!String(data).includes('"value":true')) process.exit(0);
    });
    socket.addEventListener('open', () => {
      const expression = `process.pid === ${pid} && Boolean(setImmediate(() => process.getBuiltinModule('node:inspector').close()))`;
      socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
    });
  }
}
