import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * These functions run in the program under check, as those of `readProgram.ts`. Node lists servers and sockets among its active
 * handles, which it documents for reading only.
 */

/**
 * Has the HTTP servers of the program keep idle connections open, and notes the WeakMaps that have an entry for a connection. Should the check be killed, that ends by itself after ten minutes of
 * real time: `process.hrtime`, which a check does not move on.
 */
export function holdConnections(): void {
  const name = Symbol.for('leakwright.releaseConnections');
  const before = Symbol.for('leakwright.keepAliveTimeout');
  const noted = Symbol.for('leakwright.connectionMaps');
  const program = process as unknown as {
    [name]?: () => void;
    [noted]?: WeakRef<WeakMap<WeakKey, unknown>>[];
    _getActiveHandles(): readonly Partial<Server & { [before]?: number }>[];
  };
  // Servers are looked for again at the end: a list of them would hold them, and seem to be a leak.
  const servers = () =>
    program._getActiveHandles().filter(({ keepAliveTimeout }) => typeof keepAliveTimeout === 'number');
  program[name]?.();
  for (const server of servers()) {
    server[before] = server.keepAliveTimeout!;
    server.keepAliveTimeout = 0;
  }
  const maps: WeakRef<WeakMap<WeakKey, unknown>>[] = (program[noted] = []);
  type Setter = (this: WeakMap<WeakKey, unknown>, key: WeakKey, value: unknown) => unknown;
  const set = Reflect.get(WeakMap.prototype, 'set') as Setter;
  const noting: Setter = function (key, value) {
    if (typeof key === 'object' && key !== null && 'remotePort' in key && !maps.some((map) => map.deref() === this))
      maps.push(new WeakRef(this));
    return set.call(this, key, value);
  };
  Reflect.set(WeakMap.prototype, 'set', noting);
  const until = process.hrtime()[0] + 600;
  const timer = setInterval(() => {
    if (process.hrtime()[0] >= until) program[name]?.();
  }, 60_000).unref();
  program[name] = () => {
    clearInterval(timer);
    delete program[name];
    delete program[noted];
    Reflect.set(WeakMap.prototype, 'set', set);
    for (const server of servers()) {
      if (server[before] === undefined) continue;
      server.keepAliveTimeout = server[before];
      delete server[before];
    }
  };
}

/** Gives the servers the limit that they had. */
export function releaseConnections(): void {
  const name = Symbol.for('leakwright.releaseConnections');
  (process as unknown as { [name]?: () => void })[name]?.();
}

/**
 * What the program keeps at its end of a connection: listeners of the socket, and entries of collections that are its properties, or
 * that a WeakMap has for it.
 *
 * @returns null where no socket has that port at its other end
 */
export function readConnection(remotePort: number): number | null {
  const noted = Symbol.for('leakwright.connectionMaps');
  const program = process as unknown as {
    [noted]?: WeakRef<WeakMap<WeakKey, unknown>>[];
    _getActiveHandles(): readonly Partial<Socket>[];
  };
  const socket = program._getActiveHandles().find((handle) => handle.remotePort === remotePort) as Socket | undefined;
  if (!socket) return null;
  const sizeOf = (value: unknown): number => {
    if (Array.isArray(value)) return value.length;
    return value instanceof Map || value instanceof Set ? value.size : 0;
  };
  const inProperties = (owner: object): number =>
    Object.values(Object.getOwnPropertyDescriptors(owner)).reduce((sum, { value }) => sum + sizeOf(value), 0);
  const names = socket.eventNames();
  let kept = names.reduce((sum, name) => sum + socket.listenerCount(name), inProperties(socket));
  for (const map of program[noted] ?? []) {
    const value = map.deref()?.get(socket);
    if (typeof value === 'object' && value !== null)
      kept += sizeOf(value) + (Array.isArray(value) ? 0 : inProperties(value));
  }
  return kept;
}
