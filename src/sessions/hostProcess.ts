import { createBirpc } from 'birpc';
import { createProcessReader, shareTableReads } from '../processes/index.ts';
import { type Log, describeError, keepCompiledCode, systemClock } from '../support/index.ts';
import { openCaptureStore } from './captureStore.ts';
import { closeCaptured } from './cursors.ts';
import { runGuard } from './guardProcess.ts';
import type { CloseReason, SessionEvent } from './model.ts';
import { openSession } from './openSession.ts';
import { type ClientCalls, type HostCalls, overChannel } from './protocol.ts';
import { recoverSessions } from './recoverSessions.ts';
import { SessionHost } from './sessionHost.ts';

/** A clean-up that hangs must not keep the host for ever: the journal lists the rest for the next start. */
const SHUTDOWN_DEADLINE_MS = 60_000;

/** Runs as the session host of the process that forked us, until the channel to it closes. */
async function runHost(): Promise<void> {
  if (!process.send) {
    process.exitCode = 2;
    return;
  }
  // The variable is for this process only: a browser, or a program that it starts, may be built on Electron.
  delete process.env['ELECTRON_RUN_AS_NODE'];
  const started = Promise.withResolvers<SessionHost>();
  const client = createBirpc<ClientCalls, object, false>(
    {},
    {
      // A channel that closed in between: the client is gone, and the host is ending.
      ...overChannel(process, () => undefined),
      proxify: false,
      resolver: async (name) => {
        const { calls } = await started.promise;
        return Object.hasOwn(calls, name) ? calls[name as keyof HostCalls] : undefined;
      },
    },
  );
  const emit = (event: SessionEvent) => void client.$callEvent('event', event).catch(() => undefined);
  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: (message) => emit({ type: 'warning', message }),
    error: (message) => emit({ type: 'warning', message }),
  };
  const reader = shareTableReads(createProcessReader());
  const { store, isHere } = await openCaptureStore(log);
  const host = new SessionHost({
    open: openSession,
    reader,
    store,
    storeIsHere: isHere,
    emit,
    clock: systemClock,
    log,
  });
  host.start();

  const leave = async (reason: CloseReason) => {
    await host.shutDown(reason);
    await store.dispose();
  };
  const end = (reason: CloseReason) => {
    setTimeout(() => process.exit(1), SHUTDOWN_DEADLINE_MS);
    void leave(reason).finally(() => process.exit(0));
  };
  process.on('disconnect', () => end('client-gone'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end('host-ending'));
  process.on('uncaughtException', (error) => {
    // The host's state is unknown: its sessions are cleaned up, then it ends.
    log.error(`The session host failed and is ending: ${describeError(error)}`);
    end('host-ending');
  });
  process.on('unhandledRejection', (error) => {
    // The failure of one session's browser must not end the others.
    log.warn(`The session host met an unexpected failure: ${describeError(error)}`);
  });
  started.resolve(host);
  // The client may have gone while the store was opened.
  if (!process.connected) end('client-gone');
  recoverSessions({ reader, log })
    .then(async ({ recovered }) => {
      for (const { id } of recovered) await closeCaptured(store, id);
    })
    .catch((error: unknown) => log.warn(describeError(error)));
}

// The entry of dist/sessionHost.js. Started by forkProgram only: without a channel both modes end at once.
keepCompiledCode();
if (process.argv[2] === 'guard') runGuard();
else void runHost();
