import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { chromium } from 'playwright';
import puppeteer from 'puppeteer-core';
import { findBrowser, needsNoSandbox } from '../../../src/browsers/index.ts';
import { type LaunchRequest, SessionClient, type SessionEvent, openSession } from '../../../src/sessions/index.ts';
import { openStore } from '../../../src/stores/index.ts';
import { packageFolder } from '../../../src/support/index.ts';
import { Sandbox } from './sandbox.ts';
import { until } from '../../support/until.ts';
import { listen } from '../../support/listen.ts';

const launched: LaunchRequest = { source: { kind: 'launch' } };
const page = (html: string) => `data:text/html,${encodeURIComponent(html)}`;
const sandboxFlag = needsNoSandbox('chromium') ? ['--no-sandbox'] : [];

describe('sessions', function () {
  let sandbox: Sandbox;
  let client: SessionClient;
  let events: SessionEvent[];
  let cleanups: (() => unknown)[];

  beforeEach(() => {
    sandbox = new Sandbox();
    client = new SessionClient();
    events = [];
    client.onEvent((event) => events.push(event));
    cleanups = [];
  });

  afterEach(async () => {
    try {
      for (const cleanUp of cleanups.reverse()) await cleanUp();
      await client.dispose();
      await sandbox.expectNothingLeft();
    } finally {
      await sandbox.dispose();
    }
  });

  async function serve(handler: RequestListener): Promise<string> {
    const { origin, close } = await listen(handler);
    cleanups.push(close);
    return origin;
  }

  describe("offer the user's own scripts an endpoint", () => {
    it('for Playwright, whose pages are seen and counted', async () => {
      const session = await client.launch(launched);
      const browser = await chromium.connect(session.endpoints.playwright!);
      cleanups.push(() => browser.close());
      const context = await browser.newContext();
      await (await context.newPage()).goto(page('<title>theirs</title>'));
      const info = await until('their page to be seen', async () =>
        (await client.list()).find(({ urls }) => urls.some((url) => url.includes('theirs'))),
      );
      assert.equal(info.resources.pages, 1);
      await until('the view to be told', () =>
        events.some((event) => event.type === 'sessionChanged' && event.session.resources.pages === 1),
      );
      await client.close(session.id);
      await until('their connection to end', () => !browser.isConnected());
    });

    it('with a token in it: guessing the port is not enough', async () => {
      const session = await client.launch(launched);
      const { origin } = new URL(session.endpoints.playwright!);
      await assert.rejects(chromium.connect(`${origin}/`, { timeout: 5000 }));
      assert.equal(existsSync(join(process.env['HOME']!, '.cache/ms-playwright/b', session.id)), false);
    });

    it('for CDP when asked, while the browser still ends with its host', async () => {
      const session = await client.launch({ ...launched, endpoints: ['cdp'] });
      await sandbox.remember(session.root!);
      assert.deepEqual(Object.keys(session.endpoints), ['cdp']);
      const browser = await puppeteer.connect({ browserWSEndpoint: session.endpoints.cdp! });
      assert.match(await browser.version(), /Chrom/);
      await browser.disconnect();
      process.kill((await client.host())!.pid, 'SIGKILL');
      await sandbox.expectNothingLeft();
    });
  });

  it('attach to a running browser, and leave it and its pages as they were', async () => {
    const { executablePath } = findBrowser();
    const profile = join(sandbox.folder, 'profile');
    const child = spawn(
      executablePath,
      [
        '--headless',
        ...sandboxFlag,
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
        page('<title>mine</title>'),
      ],
      // What it leaves in the temp folder when it is killed is not ours.
      { stdio: 'ignore', env: { ...process.env, TMPDIR: sandbox.folder } },
    );
    const exited = new Promise((resolve) => child.once('exit', resolve));
    cleanups.push(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    const port = await until('the port', () => {
      const file = join(profile, 'DevToolsActivePort');
      // The file is there before it is written.
      const [written, path] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
      return path !== undefined && written;
    });
    const endpoint = `http://127.0.0.1:${port}`;
    const titles = async () =>
      ((await (await fetch(`${endpoint}/json/list`)).json()) as { title: string; type: string }[])
        .filter(({ type }) => type === 'page')
        .map(({ title }) => title)
        .sort();
    await until('the page', async () => (await titles()).includes('mine'));

    const session = await client.launch({ source: { kind: 'attach', endpoint } });
    // Which process it is, so that its memory can be shown; it is not one to end.
    assert.deepEqual([session.source, session.resources.pages, session.root?.pid], ['attach', 1, child.pid]);
    await client.ask('openUrl', session.id, page('<title>ours</title>'));
    assert.deepEqual(await titles(), ['mine', 'ours']);
    const summary = await client.close(session.id);
    assert.deepEqual([summary.successful, summary.pagesClosed, summary.browsersClosed], [true, 1, 0]);
    assert.equal(child.exitCode, null, 'the browser runs on');
    await until('our page to be closed', async () => (await titles()).join() === 'mine');
  });

  it('connect to a Playwright server, and tell within 2 s when it is lost', async () => {
    const server = await chromium.launchServer({
      executablePath: findBrowser().executablePath,
      env: { ...process.env, TMPDIR: sandbox.folder },
    });
    cleanups.push(() => server.close());
    const session = await client.launch({
      source: { kind: 'connect', endpoint: server.wsEndpoint() },
      url: 'about:blank',
    });
    assert.deepEqual([session.source, session.resources.pages], ['connect', 1]);
    await server.kill();
    const ended = await until('the loss to be told', () => events.find(({ type }) => type === 'sessionEnded'));
    assert.equal(ended.type === 'sessionEnded' && ended.summary.reason, 'connection-lost');
  });

  it('keep a profile that the user named, and nothing else', async () => {
    const profile = join(sandbox.folder, 'kept');
    const session = await client.launch({ source: { kind: 'launch', profile }, url: page('<title>kept</title>') });
    assert.deepEqual([session.profile, session.resources.pages], [profile, 1]);
    const summary = await client.close(session.id);
    assert.deepEqual([summary.successful, summary.errors], [true, []]);
    assert.ok(readdirSync(profile).length > 0, 'the profile is there');
  });

  it("drive the workspace's own Playwright where it has one", async () => {
    const workspaceFolder = join(sandbox.folder, 'workspace');
    mkdirSync(join(workspaceFolder, 'node_modules'), { recursive: true });
    symlinkSync(
      join(packageFolder(), 'node_modules', 'playwright-core'),
      join(workspaceFolder, 'node_modules', 'playwright-core'),
    );
    const session = await openSession({ ...launched, purpose: 'check', guard: false, workspaceFolder });
    try {
      assert.equal(session.playwright.chromium, (await import('playwright-core')).chromium);
    } finally {
      await session.close();
    }
  });

  describe('capture what pages request', () => {
    it('with secrets masked and bodies cut, readable in pages', async () => {
      const origin = await serve((request, response) => {
        if (request.url === '/') {
          response.setHeader('set-cookie', 'sid=secret');
          response.end(
            '<script>for (let i = 0; i < 20; i++) fetch("/api?n=" + i + "&token=secret", { headers: { authorization: "secret" } })</script>',
          );
        } else if (request.url?.startsWith('/api')) response.end('x'.repeat(5000));
        else response.writeHead(404).end();
      });
      const session = await client.launch({ ...launched, capture: { maxBodyBytes: 100 }, url: `${origin}/` });
      await until('the requests', async () => ((await client.list())[0]?.resources.requests ?? 0) >= 21);
      const cursor = await client.ask('openCursor', session.id, { urlContains: '/api' });
      const first = await client.ask('readCursor', session.id, cursor, 15);
      const second = await client.ask('readCursor', session.id, cursor, 15);
      assert.deepEqual([first.requests.length, first.more, second.requests.length], [15, true, 5]);
      const [request] = first.requests;
      assert.match(request!.url, /\?n=\d+&token=•••$/);
      assert.equal(request!.requestHeaders['authorization'], '•••');
      assert.deepEqual([request!.status, request!.body?.byteLength, request!.bodyBytes], [200, 100, 5000]);
      assert.ok(!JSON.stringify([first, second]).includes('secret'));
      const summary = await client.close(session.id);
      assert.ok(summary.requestsCleaned >= 21, `${summary.requestsCleaned}`);
      assert.equal(summary.cursorsCleaned, 1);
    });

    it('into the store that was asked for, and take it out of there, also when the host was killed', async () => {
      const origin = await serve((request, response) =>
        response.end(request.url === '/' ? '<script>for (let i = 0; i < 5; i++) fetch("/api" + i)</script>' : 'answer'),
      );
      const file = join(sandbox.folder, 'captured.sqlite');
      await sandbox.within({ LEAKWRIGHT_CAPTURE_STORE: file }, async () => {
        const session = await client.launch({ ...launched, url: `${origin}/` });
        await until('the requests', async () => ((await client.list())[0]?.resources.requests ?? 0) >= 6);
        const cursor = await client.ask('openCursor', session.id, { urlContains: '/api' });
        const { requests } = await client.ask('readCursor', session.id, cursor, 10);
        assert.deepEqual(
          requests.map(({ body }) => Buffer.from(body!).toString('utf8')),
          Array.from({ length: 5 }, () => 'answer'),
        );
        assert.equal((await client.list())[0]!.resources.cursors, 1);
        const store = await openStore(file);
        cleanups.push(() => store.dispose());
        assert.deepEqual([...(await store.scopes())].sort(), [session.id, `${session.id}/cursors`]);

        process.kill((await client.host())!.pid, 'SIGKILL');
        await until('the host to be missed', () => events.some(({ type }) => type === 'hostLost'));
        const next = await client.launch(launched);
        await until('the killed one to be forgotten', async () =>
          (await store.scopes()).every((scope) => scope === next.id),
        );
        await client.close(next.id);
        assert.deepEqual(await store.scopes(), []);
      });
    });

    it('only as many as the limit, and say how many had to go', async () => {
      const origin = await serve((_request, response) =>
        response.end('<script>for (let i = 0; i < 30; i++) fetch("/" + i)</script>'),
      );
      await client.launch({ ...launched, capture: { maxRequests: 10 }, url: `${origin}/` });
      const info = await until('the requests', async () =>
        (await client.list()).find(({ resources }) => resources.requests + resources.requestsDropped >= 31),
      );
      assert.equal(info.resources.requests, 10);
    });
  });

  it('write a heap snapshot where they were told to', async () => {
    const { id } = await client.launch({ ...launched, url: page('<h1>x</h1>') });
    const file = join(sandbox.folder, 'page.heapsnapshot');
    const { bytes } = await client.captureHeapSnapshot(id, file);
    assert.equal(readFileSync(file).byteLength, bytes);
    assert.ok('snapshot' in (JSON.parse(readFileSync(file, 'utf8')) as object));
    const another = await client.launch(launched);
    await assert.rejects(client.captureHeapSnapshot(another.id, file), { code: 'sessions.notFound' });
  });

  it('show a stopped browser as unresponsive, and as ready when it goes on', async () => {
    const { root } = await client.launch(launched);
    const state = (wanted: string) =>
      until(`the state '${wanted}'`, () => client.sessions[0]?.state === wanted || undefined);
    process.kill(root!.pid, 'SIGSTOP');
    await state('unresponsive');
    process.kill(root!.pid, 'SIGCONT');
    await state('ready');
  });

  describe('that cannot be opened leave nothing, and say why:', () => {
    const failures: readonly [string, LaunchRequest, RegExp][] = [
      ['no such program', { source: { kind: 'launch', executablePath: '/nowhere/chrome' } }, /no such program/],
      ['a program that is no browser', { source: { kind: 'launch', executablePath: '/bin/false' } }, /did not start/],
      ['no such device', { ...launched, device: 'Nokia 3310' }, /no device 'Nokia 3310'/],
      [
        'nobody at the endpoint',
        { source: { kind: 'attach', endpoint: 'http://127.0.0.1:9' } },
        /No browser answers at 'http:\/\/127.0.0.1:9/,
      ],
      [
        'no server at the endpoint',
        { source: { kind: 'connect', endpoint: 'ws://127.0.0.1:9/secret' } },
        /No browser answers/,
      ],
      [
        'a switch that only Playwright may give',
        { source: { kind: 'launch', args: ['--user-data-dir=/x'] } },
        /did not start/,
      ],
    ];
    for (const [what, request, message] of failures) {
      it(what, async () => {
        await assert.rejects(client.launch(request), (error: Error) => {
          assert.match(error.message, message);
          assert.ok(!error.message.includes('secret'), error.message);
          return true;
        });
        await client.dispose();
      });
    }

    it('a page that cannot be reached is only a warning: the browser is there', async () => {
      const session = await client.launch({ ...launched, url: 'http://127.0.0.1:9/' });
      assert.match(session.warnings.join(), /127.0.0.1:9.*could not be opened/);
    });
  });

  it('can be given up at any moment of the launch', async () => {
    await client.launch(launched);
    for (const delayMs of [0, 5, 10, 20, 40, 80, 150, 300]) {
      const controller = new AbortController();
      const launching = client.launch(launched, controller.signal);
      setTimeout(() => controller.abort(new Error('given up')), delayMs);
      const outcome = await launching.then(
        (session) => session,
        (error: Error) => error,
      );
      if (outcome instanceof Error) assert.match(outcome.message, /given up/);
      else await client.close(outcome.id);
      assert.equal((await client.list()).length, 1, `after ${delayMs} ms`);
    }
  });

  it('work where the journal cannot be written, and say so', async () => {
    writeFileSync(sandbox.state, 'a file where the folder should be');
    const session = await client.launch(launched);
    assert.match(session.warnings.join(), /journal/);
    assert.equal((await client.close(session.id)).successful, true);
  });

  it('go on with a new host after the old one was lost, and fail what it was asked', async () => {
    await client.launch(launched);
    const lost = client.launch(launched);
    process.kill((await client.host())!.pid, 'SIGKILL');
    await assert.rejects(lost, { code: 'sessions.hostLost' });
    await until('the loss to be told', () => events.some(({ type }) => type === 'hostLost'));
    const session = await client.launch(launched);
    assert.deepEqual(
      (await client.list()).map(({ id }) => id),
      [session.id],
    );
  });

  it('of a leak run end cleanly on its own, guard included', async () => {
    const program = sandbox.start('checkProgram.ts', ['close']);
    const summary = await program.said<{ successful: boolean }>('summary');
    assert.equal(summary.successful, true);
    await program.exited;
    await sandbox.expectNothingLeft();
  });

  it('of a leak run are cleaned up after a Ctrl-C that it does not handle', async function () {
    if (process.platform === 'win32') this.skip();
    const program = sandbox.start('checkProgram.ts');
    const { root } = await program.said<{ root: { pid: number; startTime: number } }>('session');
    await sandbox.remember(root);
    // To the whole group, as a terminal does it.
    process.kill(-program.child.pid!, 'SIGINT');
    await program.exited;
    await sandbox.expectNothingLeft();
  });
});
