import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mock } from 'node:test';
import { holdConnections, releaseConnections } from '../../../../src/leaks/node/programConnections.ts';

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
});
