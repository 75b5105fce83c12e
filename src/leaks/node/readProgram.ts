/**
 * These functions run in the program under check. They are self-contained, use no name of the program's, and leave nothing behind.
 */

/** What a program has open, by Node's own account. */
export interface ProgramState {
  readonly external: number;
  readonly arrayBuffers: number;
  /** Active resources by type: `Timeout`, `TCPSocketWrap`, `Worker`, `ProcessWrap` … */
  readonly resources: Readonly<Record<string, number>>;
  /** Listeners of `process`. */
  readonly processListeners: number;
  readonly fileDescriptors?: number;
}

export function readState(): ProgramState {
  const resources: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) resources[type] = (resources[type] ?? 0) + 1;
  const { external, arrayBuffers } = process.memoryUsage();
  const processListeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  let fileDescriptors: number | undefined;
  try {
    fileDescriptors = process.getBuiltinModule('node:fs').readdirSync('/proc/self/fd').length;
  } catch {
    // Only Linux has it.
  }
  return {
    external,
    arrayBuffers,
    resources,
    processListeners,
    ...(fileDescriptors === undefined ? {} : { fileDescriptors }),
  };
}

/** Milliseconds until the last one-shot timer that keeps the program alive is due; -1 where there is none. */
export function dueIn(timers: readonly NodeJS.Timeout[]): number {
  interface Inner {
    readonly _idleStart: number;
    readonly _idleTimeout: number;
    readonly _repeat: number | null;
    readonly _destroyed: boolean;
  }
  // A timer that is made now says what Node's clock of timers reads.
  const probe = setTimeout(() => {}, 0);
  const now = (probe as unknown as Inner)._idleStart;
  clearTimeout(probe);
  let latest = -1;
  for (const timer of timers) {
    const { _idleStart, _idleTimeout, _repeat, _destroyed } = timer as unknown as Inner;
    if (_destroyed || _repeat !== null || _idleTimeout < 0 || !timer.hasRef()) continue;
    latest = Math.max(latest, _idleStart + _idleTimeout - now);
  }
  return latest;
}
