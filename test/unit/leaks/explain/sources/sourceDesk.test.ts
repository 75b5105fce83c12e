import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { sourceLimits } from '../../../../../src/leaks/explain/sources/limits.ts';
import { type GeneratedFrame, SourceDesk } from '../../../../../src/leaks/explain/sources/index.ts';
import { SourceTexts, type SourceTextsOptions } from '../../../../../src/leaks/explain/sources/sourceTexts.ts';

const CODE = 'function a(){b.push(new C)}';
const MAP = { version: 3, sources: ['src/panel.ts'], names: [], mappings: 'AAQA' };
/** What the map above makes of the script's first character. */
const MAPPED = { file: 'src/panel.ts', line: 9, column: 1 };

describe('what a page may make the search for lines do', () => {
  let workspace: string;
  let outside: string;
  let server: Server;
  let origin: string;
  let requests: string[] = [];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const desks: SourceDesk[] = [];

  before(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'leakwright-desk-'));
    outside = await mkdtemp(join(tmpdir(), 'leakwright-outside-'));
    await mkdir(join(workspace, 'src'));
    await writeFile(join(workspace, 'src', 'panel.ts'), '\n'.repeat(20));
    server = createServer((request, response) => {
      requests.push(request.url!);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    requests = [];
  });
  afterEach(() => {
    for (const desk of desks.splice(0)) desk.close();
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    for (const folder of [workspace, outside]) await rm(folder, { recursive: true, force: true });
  });

  /** A desk for a page whose only script is `script`. */
  function deskFor(script: string, options: Partial<SourceTextsOptions> = {}): SourceDesk {
    const desk = new SourceDesk({
      workspaceFolder: workspace,
      pageUrl: `${origin}/`,
      inBrowser: (url) => Promise.resolve(url === `${origin}/app.js` ? script : undefined),
      ...options,
    });
    desks.push(desk);
    return desk;
  }
  const frame = (): GeneratedFrame => ({ url: `${origin}/app.js`, line: 1, column: 1, function: 'a' });
  const asItRan = () => ({ file: `${origin}/app.js`, line: 1, column: 1, function: 'a' });
  const withMap = (url: string): string => `${CODE}\n//# sourceMappingURL=${url}`;
  const inline = (map: unknown): string =>
    withMap(`data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`);
  const json = (map: unknown) => (_: IncomingMessage, response: ServerResponse) =>
    void response.end(JSON.stringify(map));

  it('a map that is served is read once, with what the page itself would send', async () => {
    const cookies: (string | undefined)[] = [];
    answer = (request, response) => {
      cookies.push(request.headers.cookie);
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(JSON.stringify(MAP)));
    };
    const desk = deskFor(withMap('app.js.map'), { asPage: { headersFor: () => Promise.resolve({ cookie: 'id=1' }) } });
    assert.deepEqual(await desk.locate(frame()), { ...MAPPED, function: 'a' });
    await desk.locate({ ...frame(), column: 5 });
    assert.deepEqual([requests, cookies], [['/app.js.map'], ['id=1']]);
  });

  const section = (line: number, more: object) => ({ offset: { line, column: 0 }, ...more });
  const nested = (levels: number): unknown =>
    levels === 0 ? MAP : { version: 3, sections: [section(0, { map: nested(levels - 1) })] };
  const hostileMaps: Record<string, unknown> = {
    'sections that name the map itself': {
      version: 3,
      sections: Array.from({ length: 30 }, (_, line) => section(line, { url: 'app.js.map' })),
    },
    'sections that name a thousand others': {
      version: 3,
      sections: Array.from({ length: 1000 }, (_, line) => section(0, { url: `${line}.map` })),
    },
    'a section at the last line there can be': {
      version: 3,
      sections: [section(0, { map: MAP }), section(2 ** 31 - 1, { map: MAP })],
    },
    'sections in disorder': { version: 3, sections: [section(2, { map: MAP }), section(0, { map: MAP })] },
    'sections at no place': {
      version: 3,
      sections: [section(-1, { map: MAP }), section(0.5, { map: MAP }), section(1e300, { map: MAP }), null, 7, {}],
    },
    'a million sections': {
      version: 3,
      sections: Array(1e6).fill(section(0, { map: { version: 3, sources: [], mappings: '' } })),
    },
    'sections a hundred deep': nested(100),
    'more segments than any bundle has': { ...MAP, mappings: 'AAQA' + ',A'.repeat(5e6) },
    'more lines than any bundle has': { ...MAP, mappings: ';'.repeat(3e7) },
    'mappings that are no text': { ...MAP, mappings: { length: 1e9 } },
    'sources that are no texts': { ...MAP, sources: [{ toString: 1 }, null, [[]]] },
    'a list instead of a map': [],
    nothing: null,
  };
  for (const [what, map] of Object.entries(hostileMaps)) {
    it(`${what}: a line is given within the limits`, async () => {
      answer = (request, response) =>
        json(request.url === '/app.js.map' ? map : { version: 3, sections: [section(0, { url: 'app.js.map' })] })(
          request,
          response,
        );
      const begun = performance.now();
      const { line } = await deskFor(withMap('app.js.map')).locate(frame());
      assert.ok(line === 1 || line === 9, `line ${line}`);
      assert.ok(requests.length <= 1 + sourceLimits.sectionMaps, `${requests.length} requests`);
      assert.ok(performance.now() - begun < sourceLimits.answerMs);
    });
  }

  it('a text that takes all memory, or that takes minutes to search, ends the worker and not the check', async () => {
    const desk = deskFor(withMap('app.js.map'), { limits: { ...sourceLimits, answerMs: 1500, workerHeapMb: 64 } });
    answer = (_, response) => void response.end(`[${'{},'.repeat(1e7)}{}]`);
    assert.deepEqual(await desk.locate(frame()), asItRan());

    const slow = deskFor(`<html>${'<script>'.repeat(400_000)}`, { limits: { ...sourceLimits, answerMs: 1500 } });
    assert.equal(await slow.allocationIn({ url: frame().url, functionLine: 1, functionColumn: 1 }, 'C'), undefined);
  });

  it('what a worker was lost over is left out; the other scripts keep their lines', async () => {
    const scripts: Record<string, string> = { '/bad.js': withMap('bad.map'), '/app.js': inline(MAP) };
    answer = (_, response) => void response.end(`[${'{},'.repeat(1e7)}{}]`);
    const desk = deskFor('', {
      inBrowser: (url) => Promise.resolve(scripts[new URL(url).pathname]),
      limits: { ...sourceLimits, answerMs: 5_000, workerHeapMb: 64 },
    });
    const bad = { ...frame(), url: `${origin}/bad.js` };
    assert.deepEqual(await desk.locate(bad), { ...asItRan(), file: bad.url });
    // With the time that a busy machine takes to start another.
    assert.deepEqual(await desk.locate(frame()), { ...MAPPED, function: 'a' });
  });

  const hostileServers: Record<string, (response: ServerResponse) => void> = {
    'never answers': () => {},
    'sends a byte now and then': (response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    },
    'never ends': (response) => {
      const piece = Buffer.alloc(1 << 16, ' ');
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      more();
    },
    'promises more than may be read': (response) => void response.writeHead(200, { 'content-length': 1e12 }).write('{'),
    'sends a little that unpacks to very much': (response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1 << 26))),
    'sends what does not unpack': (response) => void response.writeHead(200, { 'content-encoding': 'br' }).end('no'),
    'sends one elsewhere without end': (response) => void response.writeHead(302, { location: '/app.js.map' }).end(),
    'sends one to a file': (response) => void response.writeHead(302, { location: 'file:///dev/zero' }).end(),
    'breaks off': (response) =>
      void response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy()),
  };
  for (const [what, behave] of Object.entries(hostileServers)) {
    it(`a server that ${what} costs the time and bytes that are allowed`, async () => {
      answer = (_, response) => behave(response);
      const limits = { ...sourceLimits, readMs: 300, textBytes: 1 << 22 };
      const begun = performance.now();
      assert.deepEqual(await deskFor(withMap('app.js.map'), { limits }).locate(frame()), asItRan());
      assert.ok(performance.now() - begun < 10_000);
      assert.ok(requests.length <= 1 + sourceLimits.redirects, `${requests.length} requests`);
    });
  }

  it('the end of the check ends a read, and answers with what the browser knows', async () => {
    answer = () => controller.abort();
    const controller = new AbortController();
    const desk = deskFor(withMap('app.js.map'), { signal: controller.signal });
    assert.deepEqual(await desk.locate(frame()), asItRan());
    assert.deepEqual(await desk.toSite([frame()], 'line'), { ...asItRan(), precision: 'line', stack: [asItRan()] });
  });

  it('files are read for pages that are files, from the workspace, and only where they are regular', async () => {
    await writeFile(join(workspace, 'ours.map'), 'ours');
    await writeFile(join(outside, 'secret'), 'secret');
    await symlink(join(outside, 'secret'), join(workspace, 'link.map'));
    execFileSync('mkfifo', [join(workspace, 'pipe.map')]);
    await writeFile(join(workspace, 'vast.map'), Buffer.alloc(2000));
    const read = async (url: string, pageUrl = pathToFileURL(join(workspace, 'page.html')).href) =>
      await new SourceTexts({
        workspaceFolder: workspace,
        pageUrl,
        inBrowser: () => Promise.resolve(undefined),
        limits: { ...sourceLimits, textBytes: 1000 },
      }).read(url);
    const fileUrl = (...path: string[]): string => pathToFileURL(join(...path)).href;

    assert.equal(await read(fileUrl(workspace, 'ours.map')), 'ours');
    assert.equal(await read(fileUrl(workspace, 'ours.map'), `${origin}/`), undefined, 'for a page of the web');
    for (const url of [
      fileUrl(outside, 'secret'),
      fileUrl(workspace, 'link.map'),
      fileUrl(workspace, 'pipe.map'),
      fileUrl(workspace, 'vast.map'),
      fileUrl(workspace, 'src'),
      'file:///dev/zero',
      'file:////server/share/a.map',
      'file://server/share/a.map',
      'ws://127.0.0.1:1/',
      'http+unix://%2Frun%2Fdocker.sock/x',
      'blob:null/1',
      'data:,x',
      'javascript:1',
      '',
    ])
      assert.equal(await read(url), undefined, url);
  });
});
