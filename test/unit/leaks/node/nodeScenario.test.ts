import assert from 'node:assert/strict';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';
import { requestScenario } from '../../../../src/leaks/index.ts';

/** A scenario of requests has no page. */
const noPage = undefined as unknown as Page;

describe('A scenario of requests', () => {
  it('sends them in their order, bodies included, over a connection of its own each', async () => {
    const seen: string[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (text: string) => (body += text));
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''} ${body}`.trim());
        seen.push(String(request.headers.connection));
        response.statusCode = request.url === '/broken' ? 500 : 200;
        response.end('answer');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const scenario = requestScenario(base, ['get /items?all=1', 'POST /items {"name":"two words"}'], 'items');
      await scenario.iteration(noPage);
      assert.deepEqual(seen, [
        'GET /items?all=1',
        'close',
        'POST /items application/json {"name":"two words"}',
        'close',
      ]);
      const broken = requestScenario(base, ['GET /broken'], 'broken');
      await assert.rejects(async () => await broken.iteration(noPage), /GET \/broken failed: status 500/);
    } finally {
      server.close();
    }
  });

  // A listener that each request adds to its socket goes with the connection.
  for (const [what, expected] of [
    ['adds a listener to its socket', 'keep-alive'],
    ['adds an entry to a list of its socket', 'keep-alive'],
    ['removes its listener again', 'close'],
    ['leaves nothing at its socket', 'close'],
  ] as const)
    it(`sends them over ${expected === 'close' ? 'connections of their own' : 'one connection'} where each ${what}`, async () => {
      const seen: (string | undefined)[] = [];
      const sockets = new Set<object>();
      const server = createServer((request, response) => {
        seen.push(request.headers.connection);
        sockets.add(request.socket);
        const socket = request.socket.setMaxListeners(0) as typeof request.socket & { seen?: string[] };
        const listener = (): void => {};
        if (what.includes('listener')) socket.on('close', listener);
        if (what.startsWith('removes')) response.on('finish', () => socket.off('close', listener));
        if (what.includes('entry')) (socket.seen ??= []).push(request.url ?? '');
        response.end('answer');
      });
      server.keepAliveTimeout = 4321;
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      // The program is this process.
      const evaluate = (fn: (argument: unknown) => unknown, argument: unknown): Promise<unknown> =>
        Promise.resolve(fn(argument));
      const program = { evaluate } as unknown as Page;
      try {
        const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const scenario = requestScenario(base, ['GET /items'], 'items');
        await scenario.setup!(program);
        seen.length = 0;
        sockets.clear();
        for (let iteration = 0; iteration < 3; iteration += 1) await scenario.iteration(noPage);
        assert.deepEqual(seen, [expected, expected, expected]);
        assert.equal(sockets.size, expected === 'close' ? 3 : 1);
        await scenario.teardown!(program);
        assert.equal(server.keepAliveTimeout, 4321, 'the server does not close idle connections any more');
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });

  it('has the program run its expressions after the requests', async () => {
    const ran: string[] = [];
    const page = { run: (expression: string) => Promise.resolve(void ran.push(expression)) } as unknown as Page;
    const scenario = requestScenario('http://127.0.0.1/', [], 'cache', ['fill()', 'empty()']);
    await scenario.iteration(page);
    assert.deepEqual(ran, ['fill()', 'empty()']);
    assert.deepEqual(scenario.steps, ran);
  });

  it('refuses what is no request, before anything runs', () => {
    for (const text of ['/items', 'GET', '', 'GET http://[', '12 /x']) {
      assert.throws(() => requestScenario('http://127.0.0.1:1', [text], 'x'), /is no request/, text);
    }
  });
});
