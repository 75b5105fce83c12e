import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mock } from 'node:test';
import { connect } from 'node:net';
import { holdConnections, readConnection, releaseConnections } from '../../../../src/leaks/node/programConnections.ts';

describe('Connections of a program under check', () => {
  it('stay open while it holds them, whatever its timers say, and have their limit again afterwards', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const limit = server.keepAliveTimeout;
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    try {
      holdConnections();
      holdConnections();
      mock.timers.tick(60 * 60_000);
      assert.equal(server.keepAliveTimeout, 0);
      releaseConnections();
      assert.equal(server.keepAliveTimeout, limit);
      releaseConnections();
      assert.equal(server.keepAliveTimeout, limit);
    } finally {
      mock.timers.reset();
      server.close();
    }
  });

  it('have what a WeakMap keeps for them counted, and WeakMaps are as they were afterwards', async () => {
    const set: unknown = Reflect.get(WeakMap.prototype, 'set');
    const seen = new WeakMap<object, { readonly requests: string[] }>();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    holdConnections();
    const client = connect(port, '127.0.0.1');
    const [socket] = (await once(server, 'connection')) as [object];
    try {
      const before = readConnection(client.localPort!)!;
      const entry = { requests: [] as string[] };
      seen.set(socket, entry);
      seen.set({}, entry);
      entry.requests.push('/a', '/b');
      assert.equal(readConnection(client.localPort!), before + 2);
      releaseConnections();
      assert.equal(Reflect.get(WeakMap.prototype, 'set'), set);
      assert.equal(readConnection(client.localPort!), before);
    } finally {
      releaseConnections();
      client.destroy();
      server.close();
    }
  });
});
