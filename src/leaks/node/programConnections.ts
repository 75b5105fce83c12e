import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * These functions run in the program under check, as those of `readProgram.ts`. Node lists servers and sockets among its active
 * handles, which it documents for reading only.
 */

/** Has the HTTP servers of the program keep idle connections open. By itself that ends after ten minutes, should the check be killed. */
export function holdConnections(): void {
  const before = Symbol.for('leakwright.keepAliveTimeout');
  type Held = Server & { [before]?: number };
  // Servers are looked for again at the end: one that a timer of ours holds would seem to be held by it.
  const servers = (): readonly Held[] =>
    (process as unknown as { _getActiveHandles(): readonly Partial<Held>[] })
      ._getActiveHandles()
      .filter((handle): handle is Held => typeof handle.keepAliveTimeout === 'number');
  for (const server of servers()) {
    if (server[before] !== undefined) continue;
    server[before] = server.keepAliveTimeout;
    server.keepAliveTimeout = 0;
  }
  setTimeout(() => {
    for (const server of servers()) {
      if (server[before] === undefined) continue;
      server.keepAliveTimeout = server[before];
      delete server[before];
    }
  }, 600_000).unref();
}

/** Gives the servers the limit that they had. */
export function releaseConnections(): void {
  const before = Symbol.for('leakwright.keepAliveTimeout');
  const handles = (process as unknown as { _getActiveHandles(): readonly object[] })._getActiveHandles();
  for (const handle of handles as readonly (Server & { [before]?: number })[]) {
    const limit = handle[before];
    if (limit === undefined) continue;
    handle.keepAliveTimeout = limit;
    delete handle[before];
  }
}

/**
 * What the program keeps at its end of a connection: listeners of the socket, and entries of collections that are its properties.
 *
 * @returns null where no socket has that port at its other end
 */
export function readConnection(remotePort: number): number | null {
  const handles = (process as unknown as { _getActiveHandles(): readonly Partial<Socket>[] })._getActiveHandles();
  const socket = handles.find((handle) => handle.remotePort === remotePort) as Socket | undefined;
  if (!socket) return null;
  const sizeOf = (value: unknown): number => {
    if (Array.isArray(value)) return value.length;
    return value instanceof Map || value instanceof Set ? value.size : 0;
  };
  const names = socket.eventNames();
  let kept = names.reduce((sum, name) => sum + socket.listenerCount(name), 0);
  for (const { value } of Object.values(Object.getOwnPropertyDescriptors(socket))) kept += sizeOf(value as unknown);
  return kept;
}
