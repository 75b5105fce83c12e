import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type ProcessReader, createProcessReader } from '../../processes/index.ts';
import { programFile } from '../../support/index.ts';
import { endServer } from './endServer.ts';
import { type ServerTraces, WEB_SERVER_VARIABLE } from './keeperProtocol.ts';

/** A watch exits at the latest this long after its keeper, in ms. */
const DEADLINE_MS = 60_000;
/** The line that says that all servers were ended. */
const DONE = 'done';
/** What starts this program as a watch. */
export const WATCH = 'watch';

/**
 * A second process that knows the servers of a keeper, and ends them where the keeper could not: killed together with the run,
 * which would otherwise do it. It holds the other end of a pipe, whose end tells it, and is in no group or session of theirs.
 */
export class KeeperWatch {
  #process: ChildProcess | undefined;

  /** Call it right after a server was started, and again when more is known of it. */
  note(traces: ServerTraces): void {
    this.#process ??= this.#start();
    this.#process.stdin?.write(`${JSON.stringify(traces)}\n`);
  }

  /** All servers were ended. */
  done(): void {
    this.#process?.stdin?.end(`${DONE}\n`);
    this.#process = undefined;
  }

  #start(): ChildProcess {
    const watch = spawn(process.execPath, [programFile('webServerKeeper'), WATCH], {
      detached: true,
      windowsHide: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // One that cannot be started, or was killed, watches nothing; the keeper itself goes on.
    watch.on('error', () => {});
    watch.stdin.on('error', () => {});
    watch.unref();
    return watch;
  }
}

/** Runs as a watch: waits for the end of its keeper, and ends the servers that it left. */
export async function runWatch(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const servers = new Map<string, ServerTraces>();
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === DONE) return;
    const traces = JSON.parse(line) as ServerTraces;
    servers.set(traces.id, traces);
  }
  setTimeout(() => process.exit(1), DEADLINE_MS).unref();
  const reader = createProcessReader();
  await Promise.all(
    [...servers.values()].map(async (traces) => {
      const known = await withStartTime(reader, traces);
      if (known) await endServer(reader, known);
    }),
  );
}

/**
 * A keeper that ended right after it started a server could not report the start time; then the mark in the environment
 * identifies the process.
 */
async function withStartTime(reader: ProcessReader, traces: ServerTraces): Promise<ServerTraces | undefined> {
  if (traces.root.startTime > 0) return traces;
  const info = await reader.readProcess(traces.root.pid);
  if (!info || (await reader.readEnvironment(info))?.[WEB_SERVER_VARIABLE] !== traces.id) return undefined;
  return { ...traces, root: { pid: info.pid, startTime: info.startTime } };
}
