import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normalizeUrl, splitSelectors } from '../../../src/editor/checks/address.ts';
import { buildRows } from '../../../src/editor/processTree/buildRows.ts';
import { SteadyNumbers } from '../../../src/editor/processTree/steadyNumbers.ts';
import { openPages } from '../../../src/editor/start/openPages.ts';
import { answers, findDevServers } from '../../../src/editor/start/devServers.ts';
import { pagesOfConfiguration, servingScripts } from '../../../src/editor/start/projectPages.ts';
import { createProcessReader, findListeners, programName } from '../../../src/processes/index.ts';
import { parseNetstat, parseLsof, parseListening } from '../../../src/processes/listeners.ts';
import { shown } from './support/shownTrees.ts';

// The first question was a blank box: whoever does not know the port by heart was lost.
describe('What there is to check', () => {
  it('are the ports that processes of this user listen on, as each system tells them', async () => {
    const line = (local: string, state: string, inode: number) =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1`;
    const table = [
      '  sl  local_address rem_address   st',
      line('0100007F:1435', '0A', 77),
      line('0100007F:1436', '01', 78),
    ];
    assert.deepEqual(parseListening(table.join('\n')), [['77', 0x1435]]);
    assert.deepEqual(parseLsof('p12\nn*:5173\nn[::1]:5173\np13\nn127.0.0.1:3000\n'), [
      { pid: 12, port: 5173 },
      { pid: 12, port: 5173 },
      { pid: 13, port: 3000 },
    ]);
    const netstat =
      '  TCP    [::1]:5173     [::]:0      ABHÖREN         4711\r\n  TCP    127.0.0.1:1  127.0.0.1:2  HERGESTELLT  9';
    assert.deepEqual(parseNetstat(netstat), [{ pid: 4711, port: 5173 }]);
    if (process.platform !== 'linux') return;
    const server = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<title>The shop</title>'),
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const { port } = server.address() as AddressInfo;
      const own = (await findListeners()).find((listener) => listener.port === port);
      assert.deepEqual(own, { port, pid: process.pid, folder: process.cwd() });
      assert.equal(await answers(`http://localhost:${port}/`), true);
      assert.equal(await answers('http://localhost:1/'), false);
      // This process would be the window itself, and what it serves no page of the user's.
      const found = await findDevServers(createProcessReader(), []);
      assert.ok(!found.some(({ pid }) => pid === process.pid));
    } finally {
      server.close();
    }
  });

  it('is an address as people type it, and a typing error is none', () => {
    assert.equal(normalizeUrl(' localhost:3000 '), 'http://localhost:3000/');
    assert.equal(normalizeUrl('shop.test/cart?x=1#/a'), 'http://shop.test/cart?x=1#/a');
    assert.equal(normalizeUrl('HTTPS://a.test'), 'https://a.test/');
    assert.equal(normalizeUrl('file:///tmp/a.html'), 'file:///tmp/a.html');
    for (const none of ['', ' ', 'htp:/shop', 'htp://shop', 'http:/shop', 'mailto:a@b.c', 'javascript:alert(1)', 'a b'])
      assert.equal(normalizeUrl(none), undefined, none);
    assert.deepEqual(splitSelectors('.open >>> .a, .b > .c >> nth=1 >>>'), ['.open', '.a, .b > .c >> nth=1']);
  });

  it('are servers named as their users call them', () => {
    const tool = (commandLine: readonly string[], name = 'node') => programName({ commandLine, name });
    assert.equal(tool(['node', '/w/shop/node_modules/.bin/vite', '--port', '5173']), 'vite');
    assert.equal(tool(['/usr/bin/node', '--import', '/w/node_modules/vite/bin/vite.js']), 'vite');
    assert.equal(tool(['node', '/w/node_modules/@angular/cli/bin/ng.js', 'serve']), '@angular/cli');
    assert.equal(tool(['next-server (v15.1.0)']), 'next-server');
    assert.equal(tool(['python3', '-m', 'http.server', '8000']), 'python3 -m http.server');
    assert.equal(tool(['node', 'server.mjs']), 'server');
    assert.equal(tool(['node', '-e', "require('http')"]), 'node');
    assert.equal(tool(['C:\\tools\\caddy.exe', 'run'].map((one) => one.replaceAll('\\', '/'))), 'caddy');
    assert.equal(tool([], 'nginx'), 'nginx');
  });

  // A page in somebody's debugged browser had to be looked up and typed; only those of our sessions had the command.
  it('are the sites that a browser with a debugging port shows', async () => {
    const profile = mkdtempSync(join(tmpdir(), 'lw-port-'));
    const server = createServer((_request, response) =>
      response.end(
        JSON.stringify([
          { type: 'page', url: 'http://localhost:5173/cart', title: 'Cart' },
          { type: 'page', url: 'http://localhost:5173/cart', title: 'Cart' },
          { type: 'page', url: 'devtools://devtools/bundled/inspector.html', title: 'DevTools' },
          { type: 'page', url: 'chrome-extension://abc/popup.html', title: 'Popup' },
          { type: 'page', url: 'about:blank', title: '' },
          { type: 'iframe', url: 'https://pay.test/form', title: 'Pay' },
          { type: 'service_worker', url: 'http://localhost:5173/sw.js', title: '' },
          { type: 'page', url: 'file:///home/me/page.html' },
          { type: 'page', url: 7 },
          null,
        ]),
      ),
    );
    try {
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const { port } = server.address() as AddressInfo;
      writeFileSync(join(profile, 'DevToolsActivePort'), `${port}\n/devtools/browser/1`);
      const some = shown({ pid: 100 });
      const tree = {
        ...some.sample.tree,
        transport: { kind: 'port', port: 0 } as const,
        profile: { path: profile, kind: 'temporary' } as const,
      };
      const withPort = { ...some, sample: { ...some.sample, tree } };
      const [group] = buildRows([withPort], new SteadyNumbers());
      assert.deepEqual(await openPages(group!.children[0]), [
        { url: 'http://localhost:5173/cart', title: 'Cart' },
        { url: 'file:///home/me/page.html', title: '' },
      ]);
      await new Promise((done) => server.close(done));
      await assert.rejects(openPages(group!.children[0]), /does not answer at port \d+/);
    } finally {
      server.close();
      rmSync(profile, { recursive: true, force: true });
    }
  });

  it('is what a Playwright configuration says in plain text, without running it', () => {
    const text = `export default defineConfig({
      // baseURL: 'http://localhost:1111',
      use: { baseURL: process.env.BASE_URL ?? 'http://localhost:5173' },
      webServer: { command: 'npm run dev', url: "http://localhost:5173/", port: 4173 },
    });`;
    assert.deepEqual(
      pagesOfConfiguration(text, 'playwright.config.ts').map(({ url, startsServer }) => [url, startsServer]),
      [
        ['http://localhost:5173/', true],
        ['http://localhost:4173/', true],
      ],
    );
    assert.deepEqual(pagesOfConfiguration('use: { baseURL: `http://${host}/` }', 'c'), []);
    const scripts = JSON.stringify({ scripts: { build: 'vite build', start: 'vite preview', dev: 'vite' } });
    assert.deepEqual(
      servingScripts(scripts).map(({ name }) => name),
      ['dev', 'start'],
    );
    assert.deepEqual(servingScripts('no JSON'), []);
  });
});
