import { type ChildProcess, spawn } from 'node:child_process';
import { createProcessReader } from '../../processes/index.ts';
import { describeError } from '../../support/index.ts';
import { endServer } from './endServer.ts';
import type { FromKeeper, ServerCommand, ServerTraces, SurvivingProcess, ToKeeper } from './keeperProtocol.ts';
import { KeeperWatch, WATCH, runWatch } from './keeperWatch.ts';

/** A keeper exits at the latest this long after its run, in ms. */
const DEADLINE_MS = 60_000;
/** Output of a server that is not read fast enough: the newest characters are kept. */
const MAX_PENDING_OUTPUT = 64 * 1024;

/**
 * Runs as a keeper: starts web servers for a run of checks, and ends them on request or when the channel to the run closes,
 * for whatever reason, a SIGKILL of the run included. It is a process of its own because a run that is killed could not, and
 * because the servers' process groups then have a parent that lives. Should both be killed at once, a watch of its own ends
 * them.
 */
function runKeeper(): void {
  const reader = createProcessReader();
  const servers = new Map<string, ServerTraces>();
  const starting = new Set<Promise<void>>();
  const watch = new KeeperWatch();

  const start = async (server: ServerCommand): Promise<void> => {
    let child: ChildProcess;
    try {
      // The shell is what `webServer.command` is written for; the line comes from the user's own configuration.
      child = spawn(server.command, {
        shell: true,
        cwd: server.cwd,
        env: server.env,
        detached: process.platform !== 'win32',
        windowsHide: true,
        // An input that stays open: servers that watch (esbuild's) take its end for their own.
        stdio: ['pipe', 'pipe', 'pipe'],
      });
    } catch (error) {
      tell({ type: 'failed', id: server.id, message: describeError(error) });
      return;
    }
    relay(child, server.id);
    if (child.pid === undefined) return;
    watch.note({ id: server.id, root: { pid: child.pid, startTime: 0 }, shutdown: server.shutdown });
    const info = await reader.readProcess(child.pid);
    const traces = {
      id: server.id,
      root: { pid: child.pid, startTime: info?.startTime ?? 0 },
      shutdown: server.shutdown,
    };
    servers.set(server.id, traces);
    watch.note(traces);
    tell({ type: 'started', traces });
  };

  const stopAll = async (): Promise<SurvivingProcess[]> => {
    await Promise.all(starting);
    const left = await Promise.all([...servers.values()].map(async (traces) => await endServer(reader, traces)));
    servers.clear();
    watch.done();
    return left.flat();
  };

  process.on('message', (message: ToKeeper) => {
    if (message.type === 'start') {
      const started = start(message.server);
      starting.add(started);
      void started.finally(() => starting.delete(started));
      return;
    }
    void stopAll().then(
      (survivors) => tell({ type: 'stopped', survivors }),
      () => process.exit(1),
    );
  });
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), DEADLINE_MS).unref();
    void stopAll().finally(() => process.exit(0));
  });
  // A Ctrl-C or a closed terminal is meant for the run, which then tells us.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  // Started by hand, or the run went before we were up.
  if (!process.connected) process.exit(0);
}

function tell(message: FromKeeper, done?: () => void): void {
  if (process.connected) process.send!(message, done ?? (() => {}));
}

/** Passes on what a server prints, never faster than it is read, and how it ends. */
function relay(child: ChildProcess, id: string): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    let pending = '';
    let sending = false;
    const flush = (): void => {
      if (sending || pending === '') return;
      sending = true;
      const text = pending;
      pending = '';
      tell({ type: 'output', id, stream, text }, () => {
        sending = false;
        flush();
      });
    };
    child[stream]!.setEncoding('utf8').on('data', (text: string) => {
      pending = (pending + text).slice(-MAX_PENDING_OUTPUT);
      flush();
    });
  }
  child.on('error', (error) => tell({ type: 'failed', id, message: error.message }));
  child.on('exit', (code, signal) => tell({ type: 'exited', id, code, signal }));
}

// The entry of dist/webServerKeeper.js. Started by WebServers: without a channel it ends at once; or by a keeper, as its watch.
if (process.argv[2] === WATCH) void runWatch();
else runKeeper();
