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

/** What most file descriptors of the program lead to, where more than a few lead to one: path and number. */
export function readOpenFiles(): readonly (readonly [path: string, count: number])[] {
  const counts = new Map<string, number>();
  try {
    const { readdirSync, readlinkSync } = process.getBuiltinModule('node:fs');
    for (const descriptor of readdirSync('/proc/self/fd')) {
      try {
        const path = readlinkSync(`/proc/self/fd/${descriptor}`);
        if (path.startsWith('/') && !path.startsWith('/dev/')) counts.set(path, (counts.get(path) ?? 0) + 1);
      } catch {
        // It was closed meanwhile.
      }
    }
  } catch {
    // Only Linux has it.
  }
  return [...counts].filter(([, count]) => count > 5).sort((a, b) => b[1] - a[1]);
}

/**
 * From here on, the inspector's console gets each file that is opened, with its stack.
 *
 * @returns ends it; it ends by itself after a minute, should the check be killed
 */
export function watchOpening(): () => void {
  const fs = process.getBuiltinModule('node:fs') as unknown as Record<string, (...args: unknown[]) => unknown>;
  const { syncBuiltinESMExports } = process.getBuiltinModule('node:module');
  const told = process.getBuiltinModule('node:inspector').console as unknown as { debug(text: string): void };
  const originals = { open: fs['open']!, openSync: fs['openSync']! };
  for (const [name, original] of Object.entries(originals)) {
    fs[name] = function (...args) {
      told.debug('leakwright: a file is opened');
      return original.apply(this, args);
    };
  }
  // Modules that imported the functions by name get these, too.
  syncBuiltinESMExports();
  const end = (): void => {
    clearTimeout(limit);
    Object.assign(fs, originals);
    syncBuiltinESMExports();
  };
  const limit = setTimeout(end, 60_000).unref();
  return end;
}

/** How far the program's timers are. */
export interface TimersDue {
  /** Node's clock of timers, in ms. */
  readonly now: number;
  /** Milliseconds until the last one-shot timer that keeps the program alive is due; -1 where there is none. */
  readonly dueMs: number;
  /** One-shot timers that keep the program alive, whenever they were set. */
  readonly pending: number;
  /** The most one-shot timers of one duration, also those that do not keep the program alive, and ms until the last of them is due. */
  readonly most: { readonly count: number; readonly dueMs: number };
}

/**
 * @param lists Node's own lists of timers, by their duration: rings of timers, of which the list itself is one link
 * @param since Node's clock: timers set before are only counted
 */
export function dueIn(lists: Readonly<Record<string, object>>, since: number): TimersDue {
  interface Link {
    readonly _idleNext: Link;
    readonly _idleStart: number;
    readonly _idleTimeout: number;
    readonly _repeat: number | null;
    readonly _destroyed?: boolean;
    hasRef(): boolean;
  }
  // A timer that is made now says what Node's clock of timers reads.
  const probe = setTimeout(() => {}, 0);
  const now = (probe as unknown as Link)._idleStart;
  clearTimeout(probe);
  let dueMs = -1;
  let pending = 0;
  let most = { count: 0, dueMs: -1 };
  for (const list of Object.values(lists)) {
    let timer = (list as Link)._idleNext;
    let count = 0;
    let until = -1;
    for (; timer !== list && timer !== undefined && timer !== null; timer = timer._idleNext) {
      const { _idleStart, _idleTimeout, _repeat, _destroyed } = timer;
      if (_destroyed !== false || _repeat !== null || _idleTimeout < 0) continue;
      count += 1;
      until = Math.max(until, _idleStart + _idleTimeout - now);
      if (!timer.hasRef()) continue;
      pending += 1;
      if (_idleStart >= since) dueMs = Math.max(dueMs, _idleStart + _idleTimeout - now);
    }
    if (count > most.count) most = { count, dueMs: until };
  }
  return { now, dueMs, pending, most };
}
