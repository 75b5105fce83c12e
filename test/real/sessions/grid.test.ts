import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { chromium } from 'playwright';
import { SessionClient, type SessionEvent } from '../../../src/sessions/index.ts';
import { Sandbox } from './sandbox.ts';
import { until } from '../../support/until.ts';

const chromedriver = process.env['CHROMEDRIVER'] ?? '/usr/bin/chromedriver';

/**
 * A chromedriver takes a hub's place: it speaks the same protocol, and a hub does no more than hand each call on to one.
 * (By hand the same was done with the hub of Selenium 3.141.59.)
 */
describe('a session of a Selenium Grid', function () {
  let sandbox: Sandbox;
  let client: SessionClient;
  let events: SessionEvent[];
  let stop: (() => Promise<void>) | undefined;

  beforeEach(() => {
    sandbox = new Sandbox();
    client = new SessionClient();
    events = [];
    client.onEvent((event) => events.push(event));
  });
  afterEach(async () => {
    try {
      await client.dispose();
      await stop?.();
      stop = undefined;
      await sandbox.expectNothingLeft();
    } finally {
      await sandbox.dispose();
    }
  });

  async function startHub(): Promise<{ readonly endpoint: string; readonly kill: () => void }> {
    const driver = spawn(chromedriver, ['--port=0'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      // What a node's browser leaves there is the node's.
      env: { ...process.env, TMPDIR: sandbox.folder },
    });
    const exited = new Promise<void>((resolve) => driver.once('exit', () => resolve()));
    stop = async () => {
      driver.kill('SIGTERM');
      await exited;
    };
    const port = await new Promise<string>((resolve) => {
      createInterface({ input: driver.stdout }).on('line', (line) => {
        const found = /started successfully on port (\d+)/.exec(line);
        if (found) resolve(found[1]!);
      });
    });
    return { endpoint: `http://127.0.0.1:${port}`, kill: () => driver.kill('SIGKILL') };
  }

  it('is opened, offered to scripts, and ended on the Grid when it is closed', async function () {
    if (!existsSync(chromedriver)) this.skip();
    const { endpoint } = await startHub();
    const session = await client.launch({
      source: { kind: 'grid', endpoint },
      url: 'data:text/html,<title>on the grid</title>',
    });
    assert.deepEqual([session.source, session.root, session.warnings], ['grid', undefined, []]);
    const scripts = await chromium.connect(session.endpoints.playwright!);
    const page = await scripts.newPage();
    await page.goto('data:text/html,<title>theirs</title>');
    assert.equal(await page.title(), 'theirs');
    await scripts.close();
    const summary = await client.close(session.id);
    assert.deepEqual([summary.successful, summary.errors, summary.browsersClosed], [true, [], 1]);
    await until('the browser to be ended', async () =>
      (await sandbox.leftovers()).every((left) => !/type=|user-data-dir|headless|temp folder|journal/.test(left)),
    );
  });

  it('is told as lost when its browser goes away', async function () {
    if (!existsSync(chromedriver)) this.skip();
    const { endpoint } = await startHub();
    const session = await client.launch({ source: { kind: 'grid', endpoint } });
    const browser = await chromium.connect(session.endpoints.playwright!);
    const cdp = await browser.newBrowserCDPSession();
    await cdp.send('Browser.close').catch(() => {});
    const ended = await until('the loss to be told', () =>
      events.find((event) => event.type === 'sessionEnded' && event.id === session.id),
    );
    assert.equal(ended.type === 'sessionEnded' && ended.summary.reason, 'connection-lost');
  });

  it('leaves no browser on its node when the hub has gone, and says so', async function () {
    if (!existsSync(chromedriver)) this.skip();
    const { endpoint, kill } = await startHub();
    const session = await client.launch({ source: { kind: 'grid', endpoint } });
    const isThere = async () => (await sandbox.leftovers()).some((left) => /type=|user-data-dir/.test(left));
    assert.ok(await isThere(), 'its browser runs here as well');
    kill();
    const summary = await client.close(session.id);
    assert.match(summary.errors.map(({ message }) => message).join(), /Selenium Grid at .* does not answer any more/);
    await until('the browser to be ended', async () => !(await isThere()));
  });

  it('leaves later launches on this machine', async function () {
    if (!existsSync(chromedriver)) this.skip();
    const { endpoint } = await startHub();
    const [grid, local] = await Promise.all([
      client.launch({ source: { kind: 'grid', endpoint } }),
      client.launch({ source: { kind: 'launch' } }),
    ]);
    assert.equal(grid.root, undefined);
    assert.ok(local.root, 'the other is a browser of this machine');
    await client.closeAll();
  });

  // A CI that has a Grid has this variable set for all that it runs.
  it('is no session that was to be launched here, whatever the environment says', async () => {
    await sandbox.within({ SELENIUM_REMOTE_URL: 'http://127.0.0.1:9/wd/hub' }, async () => {
      const { root, source } = await client.launch({ source: { kind: 'launch' } });
      assert.ok(root);
      assert.equal(source, 'launch');
    });
  });

  it('that cannot be reached says which Grid and what to look at', async () => {
    await assert.rejects(
      client.launch({ source: { kind: 'grid', endpoint: 'http://127.0.0.1:9/wd/hub?key=secret' } }),
      {
        code: 'browsers.launchFailed',
        message: /Selenium Grid at 'http:\/\/127\.0\.0\.1:9\/…' gave no browser: .*ECONNREFUSED/,
        hint: /hub runs/,
      },
    );
  });
});
