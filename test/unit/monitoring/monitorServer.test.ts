import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterEach, describe, it } from 'mocha';
import {
  type MonitorAnswers,
  type MonitorServer,
  startMonitorServer,
} from '../../../src/monitoring/server/monitorServer.ts';
import { silentLog } from '../../../src/support/index.ts';

const TOKEN = 'a-token-that-nobody-can-guess-4711';

describe("the monitor's answers", () => {
  let server: MonitorServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const start = async (given: Partial<MonitorAnswers>) => {
    const answers: MonitorAnswers = {
      health: () => ({}),
      memory: () => ({}),
      alerts: () => ({}),
      metrics: () => assert.fail('no metrics here'),
      cleanup: () => undefined,
      answered: () => {},
      ...given,
    };
    server = await startMonitorServer({ port: 0, token: TOKEN, log: silentLog }, answers);
    return async (path: string, method = 'GET') =>
      await fetch(`http://127.0.0.1:${server!.port}${path}`, { method, headers: { authorization: `Bearer ${TOKEN}` } });
  };

  // Whoever asked saw a broken connection, while browsers that take their time were still being ended.
  it('wait for a clean-up for as long as it takes, and for nothing else', async () => {
    const limits: (number | undefined)[] = [];
    let socket: Socket | undefined;
    const begins = (message: unknown) => ({ socket } = message as { socket: Socket });
    subscribe('http.server.request.start', begins);
    try {
      const ask = await start({
        cleanup: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          limits.push(socket!.timeout);
          return { summary: { ended: 3 } };
        },
        metrics: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          limits.push(socket!.timeout);
          return { type: 'text/plain', text: '' };
        },
      });
      const reply = await ask('/monitoring/memory/cleanup', 'POST');
      assert.deepEqual([reply.status, await reply.json()], [200, { summary: { ended: 3 } }]);
      await ask('/metrics');
      assert.deepEqual(limits, [0, 10_000]);
    } finally {
      unsubscribe('http.server.request.start', begins);
    }
  });

  it('say that something failed, and nothing of what', async () => {
    const ask = await start({ cleanup: () => Promise.reject(new Error('EACCES: /home/ann/secret')) });
    const reply = await ask('/monitoring/memory/cleanup', 'POST');
    assert.equal(reply.status, 500);
    assert.doesNotMatch(await reply.text(), /secret/);
    assert.equal((await ask('/healthz')).status, 200);
  });
});
