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
