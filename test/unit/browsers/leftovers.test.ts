import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import {
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FindLeftoversOptions, findLeftovers, removeLeftover } from '../../../src/browsers/index.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';

const uid = process.getuid?.() ?? -1;
const HOUR = 60 * 60_000;

describe('Leftovers', () => {
  let root: string;
  let temp: string;
  let world: FakeProcesses;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lw-leftovers-'));
    temp = join(root, 'tmp');
    await mkdir(temp);
    world = new FakeProcesses();
  });

  afterEach(async () => {
    await rm(root, { recursive: true, force: true });
  });

  /** A folder with a file in it; everything in it was last changed `ageMs` ago. */
  async function put(name: string, ageMs = HOUR, parent = temp): Promise<string> {
    const path = join(parent, name);
    await mkdir(join(path, 'Default'), { recursive: true });
    await writeFile(join(path, 'Default', 'Cookies'), Buffer.alloc(10_000, 1));
    await age(path, ageMs);
    return path;
  }

  async function putFile(name: string, ageMs = HOUR): Promise<string> {
    const path = join(temp, name);
    await writeFile(path, Buffer.alloc(10_000, 1));
    const then = new Date(Date.now() - ageMs);
    await utimes(path, then, then);
    return path;
  }

  async function age(path: string, ageMs: number): Promise<void> {
    const then = new Date(Date.now() - ageMs);
    for (const inner of [join('Default', 'Cookies'), 'Default', '']) await utimes(join(path, inner), then, then);
  }

  const options = (more: Partial<FindLeftoversOptions> = {}) => ({
    tempFolder: temp,
    cacheFolder: '',
    ownUid: uid,
    now: Date.now(),
    ...more,
  });
  const find = (more: Partial<FindLeftoversOptions> = {}) => findLeftovers({ table: world.table(), ...options(more) });
  const remove = (path: string, more: Record<string, unknown> = {}) =>
    removeLeftover({ path }, { reader: world, ...options(), ...more });
  const exists = (path: string) =>
    lstat(path).then(
      () => true,
      () => false,
    );

  describe('are found', () => {
    for (const [name, kind, createdBy] of [
      ['playwright_chromiumdev_profile-a1B2c3', 'profile', 'playwright'],
      ['playwright_firefoxdev_profile-a1B2c3', 'profile', 'playwright'],
      ['playwright_webkitdev_profile-a1B2c3', 'profile', 'playwright'],
      ['puppeteer_dev_chrome_profile-a1B2c3', 'profile', 'puppeteer'],
      ['puppeteer_dev_firefox_profile-a1B2c3', 'profile', 'puppeteer'],
      ['org.chromium.Chromium.scoped_dir.a1B2c3', 'scoped-dir', 'selenium'],
      ['com.google.Chrome.scoped_dir.a1B2c3', 'scoped-dir', 'selenium'],
      ['.org.chromium.Chromium.a1B2c3', 'scoped-dir', undefined],
      ['.com.google.Chrome.a1B2c3', 'scoped-dir', undefined],
      ['scoped_dir1234_567890', 'scoped-dir', 'selenium'],
      ['rust_mozprofilea1B2c3', 'profile', 'selenium'],
    ] as const) {
      it(`${name}, with size, age and maker`, async () => {
        const path = await put(name);
        const [leftover, ...others] = await find();
        assert.deepEqual(others, []);
        assert.ok(leftover);
        assert.equal(leftover.path, path);
        assert.equal(leftover.kind, kind);
        assert.equal(leftover.createdBy, createdBy);
        assert.ok(leftover.bytes >= 10_000 && leftover.bytes < 100_000, `${leftover.bytes} bytes`);
        assert.ok(Math.abs(leftover.ageMs - HOUR) < 10_000, `${leftover.ageMs} ms`);
        assert.equal(leftover.removable, true, leftover.reason);
      });
    }

    it('of xvfb-run, by the key in them, unless a display has it', async () => {
      const path = await put('xvfb-run.a1B2c3');
      assert.deepEqual(await find(), [], 'without a key');
      await writeFile(join(path, 'Xauthority'), '');
      await utimes(join(path, 'Xauthority'), 0, 0);
      await age(path, HOUR);
      world.start({ pid: 150, uid, commandLine: ['Xvfb', ':99', '-auth', join(path, 'Xauthority')] });
      assert.deepEqual(await find(), [], 'in use');
      world.end(150);
      assert.equal((await remove(path)).outcome, 'removed');
    });

    it('not when a name only looks like one: it may be anybody’s work', async () => {
      for (const name of [
        'playwright_chromiumdev_profile-a1B2c3-keep',
        'my-playwright_chromiumdev_profile-a1B2c3',
        'puppeteer_dev_chrome_profile-',
        'puppeteer_dev_chrome_profile-toolong1',
        'playwright_profile-a1B2c3',
        'orgXchromiumXChromium.a1B2c3',
        'org.chromium.Chromium',
        'leakwright-a1B2c3d',
        'scoped_dir',
      ])
        await put(name);
      await put('leakwright-a1B2c3');
      await put('.profile');
      await writeFile(join(temp, 'playwright-artifacts-a1B2c3'), 'a file');
      await put('playwright_chromiumdev_profile-a1B2c3', HOUR, join(temp, 'playwright_profile-a1B2c3'));
      assert.deepEqual(await find(), []);
    });

    it('an agent’s profile is shown and never removed: it holds logins', async () => {
      const cache = join(root, 'ms-playwright');
      await put('mcp-chrome-1a2b3c4', 30 * 24 * HOUR, cache);
      await put('chromium-1200', HOUR, cache);
      const found = await find({ cacheFolder: cache });
      assert.deepEqual(
        found.map(({ kind, removable }) => ({ kind, removable })),
        [{ kind: 'mcp-profile', removable: false }],
      );
      assert.equal((await remove(found[0]!.path)).outcome, 'refused');
      assert.ok(await exists(found[0]!.path));
    });

    it('the debugger’s profile is shown and never removed: it comes back to it', async () => {
      const path = await put('.profile');
      await writeFile(join(path, 'Local State'), '{}');
      const [leftover] = await find();
      assert.equal(leftover?.removable, false);
      assert.equal((await remove(path)).outcome, 'refused');
    });
  });

  describe('are removed', () => {
    for (const name of ['.org.chromium.Chromium.a1B2c3', '.com.google.Chrome.a1B2c3', '.com.microsoft.Edge.a1B2c3']) {
      it(`${name}, a file that a killed Chromium was about to write`, async () => {
        const path = await putFile(name);
        const [found] = await find();
        assert.equal(found?.removable, true);
        assert.ok(found.bytes >= 10_000);
        assert.equal((await remove(path)).outcome, 'removed');
        assert.deepEqual(await readdir(temp), []);
      });
    }

    it('with all that is in them, and say how much that freed', async () => {
      const path = await put('puppeteer_dev_chrome_profile-a1B2c3');
      await symlink('/etc', join(path, 'link to elsewhere'));
      await writeFile(Buffer.concat([Buffer.from(`${path}/name`), Buffer.from([0xff, 0xfe])]), 'not UTF-8');
      const result = await remove(path, { minAgeMs: 0 });
      assert.ok(result.outcome === 'removed' && result.bytesFreed >= 10_000, JSON.stringify(result));
      assert.deepEqual(await readdir(temp), []);
      assert.ok(await exists('/etc/passwd'));
    });

    it('at once when their browser was just ended', async () => {
      const path = await put('puppeteer_dev_chrome_profile-a1B2c3', 0);
      assert.equal((await remove(path)).outcome, 'refused');
      assert.equal((await remove(path, { endedFolders: new Set([path]) })).outcome, 'removed');
    });

    // `rm -rf` of a script beside a clean-up: what is gone is no failure, and nothing half-moved stays.
    it('beside another program that removes the same folder', async () => {
      for (let round = 0; round < 3; round += 1) {
        const path = await put('puppeteer_dev_chrome_profile-a1B2c3');
        // It goes on in the folder that it has open, wherever that is moved to.
        for (let at = 0; at < 80; at += 1) mkdirSync(join(path, 'Default', String(at)));
        await age(path, HOUR);
        const other = once(spawn('rm', ['-rf', path], { stdio: 'ignore' }), 'exit');
        const { outcome } = await remove(path);
        await other;
        assert.notEqual(outcome, 'failed');
        await rm(path, { recursive: true, force: true });
        assert.deepEqual(await readdir(temp), []);
      }
    });

    it('what a killed clean-up was removing, where other containers’ processes cannot be seen', async () => {
      await put('puppeteer_dev_chrome_profile-a1B2c3', 60_000);
      await put('leakwright-removing-a1B2c3', 60_000);
      await put('leakwright-removing-b1B2c3', 5_000);
      assert.deepEqual(
        (await find({ seesAll: false })).filter(({ removable }) => removable).map(({ path }) => path),
        [join(temp, 'leakwright-removing-a1B2c3')],
      );
    });

    it('Playwright’s artifacts together with the profile of the same launch', async () => {
      const artifacts = await put('playwright-artifacts-a1B2c3');
      const profile = await put('playwright_chromiumdev_profile-a1B2c3');
      assert.deepEqual(
        (await find()).map((leftover) => leftover.removable),
        [true, true],
      );
      assert.equal((await remove(artifacts)).outcome, 'removed');
      assert.equal((await remove(profile)).outcome, 'removed');
    });
  });

  describe('are left alone', () => {
    async function mustStay(path: string, reason: RegExp, more: Record<string, unknown> = {}): Promise<void> {
      const result = await remove(path, more);
      assert.equal(result.outcome, 'refused', JSON.stringify(result));
      assert.match(result.outcome === 'refused' ? result.reason : '', reason);
      assert.ok(await exists(path));
      const left = (await readdir(temp)).filter((name) => name.startsWith('leakwright-removing-'));
      assert.deepEqual(left, [], 'no closet is left behind');
    }

    it('a file of Chromium’s that is open, young, of a living Chromium, or has a second name', async () => {
      const path = await putFile('.org.chromium.Chromium.a1B2c3');
      const handle = await open(path);
      try {
        const reader = spawn('sh', ['-c', `exec 3<"$1"; echo open; read line`, 'sh', path]);
        await once(reader.stdout, 'data');
        const { outcome, reason } = (await remove(path)) as { outcome: string; reason: string };
        reader.stdin.end('\n');
        await once(reader, 'exit');
        if (process.platform === 'linux') assert.deepEqual([outcome, /has it open/.test(reason)], ['refused', true]);
      } finally {
        await handle.close();
      }
      await putFile('.org.chromium.Chromium.young1', 0);
      assert.equal((await remove(join(temp, '.org.chromium.Chromium.young1'))).outcome, 'refused');
      await putFile('.org.chromium.Chromium.twice1');
      await link(join(temp, '.org.chromium.Chromium.twice1'), join(root, 'second'));
      assert.equal((await remove(join(temp, '.org.chromium.Chromium.twice1'))).outcome, 'refused');
      const long = Date.now() - 2 * HOUR;
      world.start({
        pid: 200,
        uid,
        startedAtMs: long,
        commandLine: ['/usr/lib/chromium/chromium', '--user-data-dir=/x'],
      });
      assert.equal((await remove(path)).outcome, 'refused');
      assert.equal(await exists(path), true);
    });

    it('a file under a name that only folders have, a pipe, and a file that is swapped for another meanwhile', async () => {
      for (const name of ['org.chromium.Chromium.a1B2c3', 'playwright_chromiumdev_profile-a1B2c3', 'leakwright-a1B2c3'])
        await putFile(name);
      execFileSync('mkfifo', [join(temp, '.org.chromium.Chromium.pipe12')]);
      assert.deepEqual(await find(), []);
      const path = await putFile('.org.chromium.Chromium.swap12');
      const beforeMove = async (): Promise<void> => {
        await rename(path, join(root, 'old'));
        await writeFile(path, 'somebody’s');
      };
      assert.equal((await remove(path, { beforeMove })).outcome, 'refused');
      assert.equal(await readFile(path, 'utf8'), 'somebody’s');
    });

    it('when young: a browser may just be starting with it', async () => {
      const path = await put('playwright_chromiumdev_profile-a1B2c3', 10_000);
      const artifacts = await put('playwright-artifacts-a1B2c3', 10_000);
      await mustStay(path, /just be starting/);
      await mustStay(artifacts, /its profile stays.* just be starting/);
      // What only a finished start writes, and no lock: its browser has ended.
      await writeFile(join(path, 'Last Version'), '156.0.0.0');
      await age(path, 10_000);
      await mustStay(path, /just be starting/);
      await utimes(join(path, 'Last Version'), Date.now() / 1000 - 10, Date.now() / 1000 - 10);
      assert.equal((await remove(artifacts)).outcome, 'removed');
      assert.equal((await remove(path)).outcome, 'removed');
    });

    it('when a living process names them', async () => {
      const path = await put('puppeteer_dev_chrome_profile-a1B2c3');
      world.start({ pid: 200, commandLine: ['/usr/bin/chromium', `--user-data-dir=${path}`] });
      assert.deepEqual(await find(), [], 'a profile in use is no leftover');
      await mustStay(path, /in use/);
    });

    it('when Firefox names them in an argument of its own', async () => {
      const path = await put('rust_mozprofilea1B2c3');
      world.start({ pid: 200, commandLine: ['/usr/bin/firefox', '-profile', path] });
      await mustStay(path, /in use/);
    });

    it('but not when a process names a longer path', async () => {
      const path = await put('puppeteer_dev_chrome_profile-a1B2c3');
      world.start({ pid: 200, commandLine: ['/usr/bin/chromium', `--user-data-dir=${path}-copy`] });
      assert.equal((await remove(path)).outcome, 'removed');
    });

    it('when the lock names a living process, or another host', async () => {
      const path = await put('puppeteer_dev_chrome_profile-a1B2c3');
      const lock = join(path, 'SingletonLock');
      await symlink(`${hostname()}-200`, lock);
      await age(path, HOUR);
      world.start({ pid: 200 });
      await mustStay(path, /held by pid 200/);
      await rm(lock);
      await symlink('elsewhere-200', lock);
      await age(path, HOUR);
      await mustStay(path, /another host/);
      await rm(lock);
      await symlink(`${hostname()}-201`, lock);
      assert.equal((await remove(path, { minAgeMs: 0 })).outcome, 'removed', 'a dead lock holds nothing');
    });

    it('when Firefox’s lock names a living process', async () => {
      const path = await put('rust_mozprofilea1B2c3');
      await symlink('127.0.1.1:+200', join(path, 'lock'));
      await age(path, HOUR);
      world.start({ pid: 200 });
      await mustStay(path, /held by pid 200/);
    });

    it('when a link lies in their place: what it points to is somebody’s', async () => {
      const target = await put('precious', HOUR, root);
      const path = join(temp, 'puppeteer_dev_chrome_profile-a1B2c3');
      await symlink(target, path);
      const [leftover] = await find();
      assert.equal(leftover?.removable, false);
      await mustStay(path, /link/);
      assert.ok(await exists(join(target, 'Default', 'Cookies')));
    });

    it('when they belong to another user', async function () {
      if (uid !== 0) this.skip();
      const path = await put('puppeteer_dev_chrome_profile-a1B2c3');
      await chown(path, 65_534, 65_534);
      await mustStay(path, /another user/);
    });

    it('when a process works in them without naming them', async function () {
      if (process.platform !== 'linux') this.skip();
      const path = await put('puppeteer_dev_chrome_profile-a1B2c3');
      const { spawn } = await import('node:child_process');
      const child = spawn('sleep', ['60'], { cwd: path, stdio: 'ignore' });
      const exited = new Promise((resolve) => child.once('exit', resolve));
      try {
        await mustStay(path, new RegExp(`pid ${child.pid} has a file`));
      } finally {
        child.kill('SIGKILL');
        await exited;
      }
    });

    it('when a browser’s singleton socket is bound in them: a second start would fail', async function () {
      if (process.platform !== 'linux') this.skip();
      const path = await put('org.chromium.Chromium.a1B2c3');
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(join(path, 'SingletonSocket'), resolve));
      await age(path, HOUR);
      try {
        assert.deepEqual(await find(), []);
        await mustStay(path, /in use/);
      } finally {
        await new Promise((resolve) => server.close(resolve));
      }
    });

    it('when a driver that may have made them still runs', async () => {
      const path = await put('org.chromium.Chromium.scoped_dir.a1B2c3');
      world.start({
        pid: 200,
        uid,
        name: 'chromedriver',
        commandLine: ['chromedriver'],
        startedAtMs: Date.now() - HOUR,
      });
      await mustStay(path, /chromedriver/);
    });

    it('what Playwright for Java unpacked, while a Java program runs that may start the driver again, and no longer', async () => {
      const path = await put('playwright-java-7315129450126342211');
      assert.deepEqual(await find(), [], 'it has no driver in it');
      await put('package', HOUR, path);
      await age(path, HOUR);
      world.start({ pid: 200, uid, commandLine: [join(path, 'node'), join(path, 'package', 'cli.js'), 'run-driver'] });
      await mustStay(path, /in use/);
      world.end(200);
      const java = { uid, name: 'java', commandLine: ['/opt/jdk/bin/java', '-jar', 'shop-e2e.jar'] };
      world.start({ ...java, pid: 300, startedAtMs: Date.now() - HOUR });
      await mustStay(path, /java \(pid 300\) runs since before it was made/);
      world.end(300);
      world.start({ ...java, pid: 301, startedAtMs: Date.now() + HOUR });
      assert.equal((await remove(path)).outcome, 'removed');
    });

    it('Playwright’s artifacts, when their maker is unknown', async () => {
      await mustStay(await put('playwright-artifacts-a1B2c3'), /its maker is unknown/);
      const old = await put('playwright-artifacts-oldold', 25 * HOUR);
      assert.equal((await remove(old)).outcome, 'removed');
    });

    it('Playwright’s artifacts when there are more of them than dead profiles: one may be of a client that attached', async () => {
      const one = await put('playwright-artifacts-a1B2c3');
      const other = await put('playwright-artifacts-d4E5f6');
      await put('playwright_chromiumdev_profile-dead00');
      await mustStay(one, /its maker is unknown/);
      await mustStay(other, /its maker is unknown/);
    });

    it('Playwright’s artifacts while a profile of the same launch is in use', async () => {
      const artifacts = await put('playwright-artifacts-a1B2c3');
      await put('playwright_chromiumdev_profile-dead00');
      const living = await put('playwright_chromiumdev_profile-live00');
      world.start({ pid: 200, commandLine: ['/usr/bin/chromium', `--user-data-dir=${living}`] });
      await mustStay(artifacts, /in use/);
    });

    it('a folder of ours whose maker lives: its pid is in the name', async () => {
      world.start({ pid: 4711, uid, commandLine: ['node', 'mcp.js'] });
      await mustStay(await put('leakwright-scenario-4711-a1B2c3'), /in use/);
      // A process of the same pid that came later made nothing.
      world.start({ pid: 4712, uid, commandLine: ['node', 'mcp.js'], startedAtMs: Date.now() + HOUR });
      assert.equal((await remove(await put('leakwright-events-4712-a1B2c3'))).outcome, 'removed');
      assert.equal((await remove(await put('leakwright-record-4713-a1B2c3'))).outcome, 'removed');
    });

    it('what the caller knows to be in use', async () => {
      const path = await put('puppeteer_dev_chrome_profile-a1B2c3');
      await mustStay(path, /session 12 uses it/, { inUse: () => 'session 12 uses it' });
    });

    it('what is not directly in the temp folder', async () => {
      const elsewhere = await put('puppeteer_dev_chrome_profile-a1B2c3', HOUR, root);
      await mustStay(elsewhere, /no known leftover/);
      const inner = await put('puppeteer_dev_chrome_profile-a1B2c3', HOUR, join(temp, 'inner'));
      await mustStay(inner, /no known leftover/);
      await mustStay(join(temp, 'puppeteer_dev_chrome_profile-a1B2c3', '..', 'inner'), /no known leftover/);
    });
  });

  describe('swapped between the check and the removal', () => {
    it('for a link: the link is put back, and what it points to is whole', async () => {
      const precious = await put('precious', HOUR, root);
      const path = await put('puppeteer_dev_chrome_profile-a1B2c3');
      const result = await remove(path, {
        beforeMove: async () => {
          await rename(path, join(root, 'moved away'));
          await symlink(precious, path);
        },
      });
      assert.equal(result.outcome, 'refused', JSON.stringify(result));
      assert.ok((await lstat(path)).isSymbolicLink());
      assert.equal((await readFile(join(precious, 'Default', 'Cookies'))).length, 10_000);
      assert.equal((await readFile(join(root, 'moved away', 'Default', 'Cookies'))).length, 10_000);
      assert.deepEqual(await readdir(temp), ['puppeteer_dev_chrome_profile-a1B2c3']);
    });

    it('for another folder: it is put back whole', async () => {
      const path = await put('puppeteer_dev_chrome_profile-a1B2c3');
      const result = await remove(path, {
        beforeMove: async () => {
          await rename(path, join(root, 'moved away'));
          await put('puppeteer_dev_chrome_profile-a1B2c3');
        },
      });
      assert.equal(result.outcome, 'refused', JSON.stringify(result));
      assert.equal((await readFile(join(path, 'Default', 'Cookies'))).length, 10_000);
    });

    it('again and again by a process that does nothing else', async () => {
      const precious = await put('precious', HOUR, root);
      const path = join(temp, 'puppeteer_dev_chrome_profile-a1B2c3');
      const away = join(root, 'away');
      const stop = new AbortController();
      const swapper = (async () => {
        while (!stop.signal.aborted) {
          await rename(path, away).catch(() => {});
          await symlink(precious, path).catch(() => {});
          await rm(path).catch(() => {});
          await rename(away, path).catch(() => {});
        }
      })();
      try {
        for (let round = 0; round < 60; round += 1) {
          await put('puppeteer_dev_chrome_profile-a1B2c3').catch(() => {});
          await remove(path);
        }
      } finally {
        stop.abort();
        await swapper;
      }
      assert.equal((await readFile(join(precious, 'Default', 'Cookies'))).length, 10_000);
    });
  });
});
