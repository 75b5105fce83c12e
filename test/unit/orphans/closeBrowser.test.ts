import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { findBrowserTrees } from '../../../src/browsers/index.ts';
import { closeRequest } from '../../../src/orphans/closeBrowser.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';

const BROWSER = 200;

describe('Asking a browser to close', () => {
  /** Asks a debugging port that cuts the connection, without a goodbye, at this method; true if it was asked to close. */
  async function ask(cutsAt: 'SystemInfo.getProcessInfo' | 'Browser.close', pid: number): Promise<boolean> {
    let asked = false;
    let port = 0;
    const server = createServer((_, response) =>
      response.end(JSON.stringify({ webSocketDebuggerUrl: `ws://127.0.0.1:${port}/browser` })),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ({ port } = server.address() as AddressInfo);
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) =>
      socket.on('message', (data: Buffer) => {
        const { id, method } = JSON.parse(data.toString()) as { id: number; method: string };
        asked ||= method === 'Browser.close';
        if (method === cutsAt) socket.terminate();
        else socket.send(JSON.stringify({ id, result: { processInfo: [{ type: 'browser', id: pid }] } }));
      }),
    );
    try {
      const world = new FakeProcesses();
      const commandLine = ['/opt/google/chrome/chrome', `--remote-debugging-port=${port}`];
      world.start({ pid: BROWSER, name: 'chrome', commandLine });
      const close = await closeRequest(findBrowserTrees(world.table())[0]!);
      await close!(new AbortController().signal);
      return asked;
    } finally {
      sockets.close();
      server.close();
      server.closeAllConnections();
    }
  }

  it('succeeds when the browser ends before it has answered', async () => {
    assert.ok(await ask('Browser.close', BROWSER));
  });

  it('fails when the connection ends before it was asked, and is not made to another browser', async () => {
    await assert.rejects(ask('SystemInfo.getProcessInfo', BROWSER), /does not answer/);
    await assert.rejects(ask('Browser.close', BROWSER + 1), /belongs to another browser/);
  });
});
