import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from 'playwright';
import {
  type BrowserTree,
  findBrowser,
  findBrowserTrees,
  measureTree,
  readDevToolsPort,
} from '../../../src/browsers/index.ts';
import { type ProcessReader, createProcessReader } from '../../../src/processes/index.ts';
import { kill } from '../../tools/ownedProcesses.ts';
import { removeFolder } from '../../support/removeFolder.ts';
import { until } from '../../support/until.ts';

const CHROMEDRIVER = '/usr/bin/chromedriver';

describe('browser trees of a live machine', function () {
  if (process.platform !== 'linux') return;
  const { executablePath } = findBrowser({});
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  let reader: ProcessReader;
  let folder: string;
  let started: number[];
  let savedTmpdir: string | undefined;

  beforeEach(() => {
    reader = createProcessReader();
    folder = mkdtempSync(join(tmpdir(), 'lw-trees-'));
    started = [];
    savedTmpdir = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder;
  });
  afterEach(async () => {
    if (savedTmpdir === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = savedTmpdir;
    // Whatever was started from our folder names it, frozen or not.
    for (let tries = 0; tries < 100; tries += 1) {
      const left = [...(await reader.readTable()).processes.values()].filter(
        ({ pid, state, commandLine }) =>
          pid !== process.pid &&
          state !== 'zombie' &&
          (started.includes(pid) || commandLine.join(' ').includes(folder)),
      );
      if (left.length === 0) break;
      for (const { pid } of left) kill(pid);
      await delay(50);
    }
    removeFolder(folder);
  });

  async function waitFor(what: string, matches: (tree: BrowserTree) => boolean): Promise<BrowserTree> {
    return await until(what, async () => {
      const found = findBrowserTrees(await reader.readTable()).filter((tree) => matches(tree));
      return found.length === 1 && found[0];
    });
  }

  const ofOurs = ({ profile }: BrowserTree) => profile?.path.startsWith(folder) === true;
  const has = (tree: BrowserTree, ...roles: readonly string[]) =>
    roles.every((role) => tree.processes.some((process) => process.role === role));

  function startChromium(): ChildProcess {
    const profile = join(folder, 'puppeteer_dev_chrome_profile-a1B2c3');
    const args = ['--headless', ...sandbox, `--user-data-dir=${profile}`, '--remote-debugging-port=0', 'about:blank'];
    const child = spawn(executablePath, args, { stdio: 'ignore', detached: true });
    started.push(child.pid!);
    return child;
  }

  it("recognises Playwright's browser and all of its processes, and its total is the kernel's", async () => {
    const browser = await chromium.launch({ executablePath, args: sandbox });
    try {
      const page = await browser.newPage();
      await page.setContent('<h1>Shop</h1>');
      const tree = await waitFor(
        "Playwright's browser",
        (found) => ofOurs(found) && has(found, 'renderer', 'gpu', 'utility'),
      );
      assert.equal(tree.root.ppid, process.pid);
      assert.equal(tree.automatedBy, 'playwright');
      assert.equal(tree.headless, true);
      assert.deepEqual(tree.transport, { kind: 'pipe' });
      assert.equal(tree.profile?.kind, 'temporary');
      assert.deepEqual(tree.browser, { pid: tree.root.pid, startTime: tree.root.startTime });
      assert.ok(has(tree, 'zygote', 'crashpad'), tree.processes.map(({ role }) => role).join());
      assert.equal(browser.version(), tree.version);

      // Other browsers of this machine come and go and share pages with ours, so that both readings must be of one moment.
      let error = Infinity;
      let factor = 0;
      for (let tries = 0; tries < 8 && error > 0.02; tries += 1) {
        const measured = await measureTree(reader, await waitFor('it', ofOurs));
        const pids = [...measured.processes.keys()].map((key) => Number(key.split('@')[0]));
        const kernel = pids.reduce((sum, pid) => sum + summedPss(pid), 0);
        assert.equal(measured.exact, true);
        error = Math.abs(measured.pssBytes / kernel - 1);
        factor = pids.reduce((sum, pid) => sum + residentSize(pid), 0) / measured.pssBytes;
      }
      assert.ok(error <= 0.02, `${(error * 100).toFixed(2)} % off`);
      assert.ok(factor >= 2, `summed RSS is only ${factor.toFixed(2)} times as much`);
    } finally {
      await browser.close();
    }
  });

  /** From the kernel's full list of mappings, in bytes: not the roll-up that we read. */
  function summedPss(pid: number): number {
    let sum = 0;
    for (const [, kilobytes] of readFileSync(`/proc/${pid}/smaps`, 'latin1').matchAll(/^Pss:\s+(\d+) kB/gm))
      sum += Number(kilobytes) * 1024;
    return sum;
  }

  function residentSize(pid: number): number {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
  }

  it('finds the port a browser chose, and its children when it died while they were frozen', async () => {
    startChromium();
    const running = await waitFor('the browser', (found) => ofOurs(found) && has(found, 'renderer', 'gpu', 'utility'));
    const port = await readDevToolsPort(running);
    assert.match(port?.webSocketUrl ?? '', /^ws:\/\/127\.0\.0\.1:\d+\/devtools\/browser\//);
    const version = (await (await fetch(`http://127.0.0.1:${port!.port}/json/version`)).json()) as Record<
      string,
      string
    >;
    assert.equal(version['webSocketDebuggerUrl'], port!.webSocketUrl);
    // The browser first, so that it starts no more; then what it has started is left to become what it is to be.
    kill(running.root.pid, 'SIGSTOP');
    const tree = await waitFor(
      'the frozen browser',
      (found) => ofOurs(found) && found.root.state === 'stopped' && !has(found, 'other'),
    );
    const children = tree.processes.filter(({ role }) => role !== 'browser' && role !== 'crashpad');
    for (const { info } of children) kill(info.pid, 'SIGSTOP');
    kill(tree.root.pid);
    const left = await waitFor('what is left', (found) => ofOurs(found) && found.browser === undefined);
    assert.deepEqual(
      left.processes.map(({ info }) => info.pid).sort((a, b) => a - b),
      children.map(({ info }) => info.pid).sort((a, b) => a - b),
    );
    assert.equal(left.automatedBy, 'puppeteer');
    // A signal takes effect when its process is next given a processor; one that was ending has a frozen parent to wait for it.
    await waitFor(
      'all of it frozen',
      (found) => ofOurs(found) && found.processes.every(({ info }) => info.state !== 'running'),
    );
  });

  it('puts chromedriver above its browser, and finds the browser alone when the driver was killed', async function () {
    if (!existsSync(CHROMEDRIVER)) this.skip();
    const driver = spawn(CHROMEDRIVER, ['--port=0'], { stdio: ['ignore', 'pipe', 'ignore'] });
    started.push(driver.pid!);
    const port = await new Promise<string>((resolve) => {
      let text = '';
      driver.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /on port ([1-9]\d*)/.exec(text);
        if (found) resolve(found[1]!);
      });
    });
    const idle = await waitFor('the idle driver', ({ root }) => root.pid === driver.pid);
    assert.equal(idle.product, 'chromedriver');
    assert.equal(idle.browser, undefined);

    const response = await fetch(`http://127.0.0.1:${port}/session`, {
      method: 'POST',
      body: JSON.stringify({
        capabilities: {
          alwaysMatch: { 'goog:chromeOptions': { binary: executablePath, args: ['--headless', ...sandbox] } },
        },
      }),
    });
    const { value } = (await response.json()) as { value: { capabilities: { 'goog:processID': number } } };
    const pid = value.capabilities['goog:processID'];
    started.push(pid);

    const tree = await waitFor('the driven browser', (found) => found.browser?.pid === pid);
    assert.equal(tree.root.pid, driver.pid);
    assert.equal(tree.driver?.pid, driver.pid);
    assert.equal(tree.automatedBy, 'selenium');
    assert.equal(tree.profile?.kind, 'temporary');
    assert.deepEqual(
      tree.processes.slice(0, 2).map(({ role }) => role),
      ['driver', 'browser'],
    );

    driver.kill('SIGKILL');
    const orphan = await waitFor('the orphan', (found) => found.root.pid === pid);
    assert.equal(orphan.driver, undefined);
    assert.equal(orphan.automatedBy, 'selenium');
  });
});
