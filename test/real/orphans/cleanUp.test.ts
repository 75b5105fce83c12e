import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readlinkSync } from 'node:fs';
import { chown, copyFile, link, mkdir, mkdtemp, readlink, realpath, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright';
import {
  type CleanUpOptions,
  type OwnedTree,
  OwnerObservations,
  cleanUp,
  planCleanUp,
  survey,
} from '../../../src/orphans/index.ts';
import { endBrowserTree } from '../../../src/orphans/cleanUp.ts';
import { createProcessReader, identityOf } from '../../../src/processes/index.ts';
import { closeRequest } from '../../../src/orphans/closeBrowser.ts';
import { runClean } from '../../../src/terminal/cleanCommand.ts';
import { runKill } from '../../../src/terminal/killCommand.ts';
import { hasProgram } from '../../tools/obtainPrograms.ts';
import { kill } from '../../tools/ownedProcesses.ts';
import { takePid } from '../../support/takePid.ts';
import { Arena, isAlive, stateOf } from '../../support/owners.ts';
import { until } from '../../support/until.ts';
import { removeFolder } from '../../support/removeFolder.ts';
import { freePort } from '../../support/ports.ts';

const onLinux = process.platform === 'linux';

const hasChromedriver = hasProgram('chromedriver');

function threadsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

describe('Browsers left behind, for real', function () {
  const reader = createProcessReader();
  let arena: Arena;
  let state: string;

  before(function () {
    if (!onLinux) this.skip();
    state = mkdtempSync(join(tmpdir(), 'lw-state-'));
    process.env['LEAKWRIGHT_STATE_DIR'] = state;
  });

  after(() => {
    delete process.env['LEAKWRIGHT_STATE_DIR'];
    if (state) removeFolder(state);
  });

  beforeEach(async () => {
    arena = await Arena.open();
  });

  afterEach(async () => {
    await arena.close();
  });

  /** Only what lives in this test's arena: the machine has other browsers. */
  const isHere = ({ tree }: OwnedTree) =>
    tree.processes.some(({ info }) => info.commandLine.some((argument) => argument.includes(arena.folder)));

  const engine = (more: Partial<CleanUpOptions> = {}): CleanUpOptions => ({
    reader,
    filter: isHere,
    tempFolder: arena.folder,
    cacheFolder: '',
    ...more,
  });

  async function theTree(more: Partial<CleanUpOptions> = {}): Promise<OwnedTree> {
    const { trees } = await survey(engine(more));
    assert.equal(trees.length, 1, `one tree, not ${trees.map(({ tree }) => tree.root.pid).join(', ')}`);
    return trees[0]!;
  }

  const facts = (owned: OwnedTree) => `${owned.status}: ${owned.evidence.map(({ fact }) => fact).join('\n')}`;

  async function cleanedUp(more: Partial<CleanUpOptions> = {}) {
    const plan = await planCleanUp(engine(more));
    const result = await cleanUp(plan, engine(more));
    return { plan, result };
  }

  /** Nothing of the arena's browsers is alive, and nothing but `names` lies in its folder. */
  function assertNothingLeft(...names: (string | RegExp)[]): void {
    assert.deepEqual(arena.survivors(), [], 'processes are left');
    const left = readdirSync(arena.folder).filter(
      (name) => !names.some((known) => (typeof known === 'string' ? known === name : known.test(name))),
    );
    assert.deepEqual(left, [], 'files are left');
  }

  describe('are found and ended with nothing left', () => {
    it('Puppeteer’s, whose script was killed', async () => {
      const owner = await arena.start('puppeteer');
      const before = await theTree();
      assert.equal(before.status, 'owned', facts(before));
      await arena.end(owner.process, 'SIGKILL');
      const after = await theTree();
      assert.equal(after.status, 'orphan', facts(after));
      assert.equal(after.tree.root.pid, owner.browser);
      const { result } = await cleanedUp();
      assert.deepEqual(result.errors, []);
      assertNothingLeft();
    });

    it('chromedriver’s, whose client was killed', async function () {
      if (!hasChromedriver) this.skip();
      const owner = await arena.start('chromedriver');
      assert.equal((await theTree()).status, 'owned', facts(await theTree()));
      await arena.end(owner.process, 'SIGKILL');
      const orphan = await theTree();
      assert.equal(orphan.status, 'orphan', facts(orphan));
      assert.equal(orphan.tree.root.pid, owner.driver, 'driver and browser are one tree, driver first');
      const { result } = await cleanedUp();
      assert.deepEqual(result.errors, []);
      assertNothingLeft();
    });

    it('chromedriver’s, whose client was asked to end', async function () {
      if (!hasChromedriver) this.skip();
      const owner = await arena.start('chromedriver');
      await arena.end(owner.process, 'SIGTERM');
      assert.ok(isAlive(owner.browser), 'a SIGTERM to a Selenium client leaves its browser');
      // As a driver does when it is asked to end: the link to the folder of the browser's socket goes with the profile.
      const { profile } = (await theTree()).tree;
      await rm(join(profile!.path, 'SingletonSocket'));
      const { result } = await cleanedUp();
      assert.deepEqual(result.errors, []);
      assertNothingLeft();
    });

    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      it(`Selenium’s, with its driver, whose script got a ${signal}`, async function () {
        if (!hasChromedriver) this.skip();
        const owner = await arena.start('selenium');
        assert.equal((await theTree()).status, 'owned', facts(await theTree()));
        await arena.end(owner.process, signal);
        const orphan = await theTree();
        assert.equal(orphan.status, 'orphan', facts(orphan));
        const { result } = await cleanedUp();
        assert.deepEqual(result.errors, []);
        assertNothingLeft();
      });
    }

    it('one that a script started itself and attached to', async () => {
      const owner = await arena.start('ownSpawn');
      assert.equal((await theTree()).status, 'owned', facts(await theTree()));
      await arena.end(owner.process, 'SIGKILL');
      const orphan = await theTree();
      assert.equal(orphan.status, 'orphan', facts(orphan));
      const { result } = await cleanedUp();
      assert.deepEqual(result.errors, []);
      // The script chose the profile's name itself, so nothing says that it may go; and an attached Playwright's artifacts
      // are tied to nothing.
      assertNothingLeft(/^e2e-profile-/, /^playwright-artifacts-/);
    });

    it('Playwright’s, when it hung as its script was killed', async () => {
      const owner = await arena.start('playwright');
      process.kill(owner.browser, 'SIGSTOP');
      await until('the browser stops', () => stateOf(owner.browser) === 'T');
      await arena.end(owner.process, 'SIGKILL');
      const orphan = await theTree();
      assert.equal(orphan.status, 'orphan', facts(orphan));
      const { result } = await cleanedUp();
      assert.deepEqual(result.errors, []);
      assertNothingLeft();
    });

    it('Playwright’s folders, when its browser died with its script', async () => {
      const owner = await arena.start('playwright');
      await arena.end(owner.process, 'SIGKILL');
      await until('the browser ends with its pipe', () => arena.survivors().length === 0);
      assert.ok(readdirSync(arena.folder).length >= 2, 'profile and artifacts are left');
      const { result } = await cleanedUp({ minAgeMs: 0 });
      assert.deepEqual(result.errors, []);
      assert.ok(result.leftovers.some(({ leftover }) => leftover.kind === 'artifacts'));
      assertNothingLeft();
    });

    it('children that were frozen when their browser died', async () => {
      const owner = await arena.start('puppeteer');
      const tree = await theTree();
      // Crash handlers end by themselves with their browser; nothing ties a frozen one to it any more.
      const children = tree.tree.processes
        .filter(({ role }) => role !== 'browser' && role !== 'crashpad')
        .map(({ info }) => info.pid);
      for (const pid of children) kill(pid, 'SIGSTOP');
      await until('the children stop', () => children.every((pid) => stateOf(pid) === 'T' || !isAlive(pid)));
      process.kill(owner.browser, 'SIGKILL');
      await arena.end(owner.process, 'SIGKILL');
      // Until its last thread has ended it is their parent still, and has no command line any more by which it could be known.
      await until('the browser has ended', () => !isAlive(owner.browser) && threadsOf(owner.browser) <= 1);
      const frozen = arena.survivors();
      assert.ok(frozen.length > 2, 'frozen children outlive their browser');
      const { trees } = await survey(engine());
      assert.deepEqual(
        trees.map(({ status }) => status),
        ['orphan'],
        trees.map(facts).join('\n'),
      );
      const { result } = await cleanedUp();
      assert.deepEqual(result.errors, []);
      assert.deepEqual(arena.survivors(), []);
    });

    it('one with a name, when the debug session it ran under is over', async () => {
      const observations = new OwnerObservations();
      const owner = await arena.start('puppeteer');
      observations.noteOwner((await theTree()).tree.root, { kind: 'debug', id: '1', name: 'Launch e2e' });
      await theTree({ observations });
      await theTree({ observations });
      await arena.end(owner.process, 'SIGKILL');
      observations.noteOwnerEnded({ kind: 'debug', id: '1' }, Date.now());
      const orphan = await theTree({ observations });
      assert.equal(orphan.status, 'orphan', facts(orphan));
      // Who it was is the last word of the evidence: what a tooltip, a list and a question show.
      assert.equal(orphan.evidence.at(-1)?.fact, "It was left behind by the debug session 'Launch e2e'");
      const { result } = await cleanedUp({ observations });
      assert.deepEqual(result.errors, []);
      assertNothingLeft();
    });
  });

  describe('are left alone', () => {
    it('with a living owner, and one whose owner came back before the clean-up began', async () => {
      const owner = await arena.start('ownSpawn', ['--do-not-attach']);
      const { plan, result } = await cleanedUp();
      assert.equal(plan.trees[0]?.action, 'leave');
      assert.deepEqual(result.errors, []);
      assert.ok(isAlive(owner.browser));

      await arena.end(owner.process, 'SIGKILL');
      const stale = await planCleanUp(engine());
      assert.equal(stale.trees[0]?.action, 'end');
      const attached = await chromium.connectOverCDP(owner.ws!);
      try {
        const refused = await cleanUp(stale, engine());
        assert.equal(refused.trees[0]?.outcome, 'refused', JSON.stringify(refused.trees[0]?.outcome));
        assert.match(refused.trees[0]?.reason ?? '', /connected to it/);
        assert.ok(isAlive(owner.browser), 'somebody was using it');
      } finally {
        await attached.close();
      }
    });

    it('a person’s own browser, with a debugging port and nobody above it', async () => {
      const home = join(arena.folder, 'home');
      await mkdir(home);
      // sh ends at once, so the browser is adopted like an orphan.
      arena.spawn(
        '/bin/sh',
        ['-c', '/usr/bin/chromium --headless --no-sandbox --remote-debugging-port=0 about:blank & echo started'],
        { env: { HOME: home, XDG_CONFIG_HOME: join(home, '.config') } },
      );
      const mine = ({ tree }: OwnedTree) => arena.survivors().includes(tree.root.pid);
      await until('the browser runs', async () => (await survey(engine({ filter: mine }))).trees.length === 1);
      const { plan } = await cleanedUp({ filter: mine });
      assert.deepEqual(
        plan.trees.map(({ owned, action }) => [owned.status, action]),
        [['personal', 'leave']],
        facts(plan.trees[0]!.owned),
      );
      const forced = { ...plan, trees: plan.trees.map((tree) => ({ ...tree, action: 'end' as const })) };
      const result = await cleanUp(forced, engine({ filter: mine }));
      assert.equal(result.trees[0]?.outcome, 'refused', 'not even when it is asked for');
      assert.ok(isAlive(plan.trees[0]!.owned.tree.root.pid));
    });

    // It has a window, and a profile that is kept: that a program may connect to it does not make it the program's.
    it('a person’s second browser, with a profile of its own and a port for a debugger', async () => {
      const home = await realpath(await mkdtemp(join(homedir(), '.lw-person-')));
      try {
        arena.spawn(
          '/bin/sh',
          [
            '-c',
            `setsid /usr/bin/chromium --ozone-platform=headless --no-sandbox --remote-debugging-port=${await freePort()} --user-data-dir=${home}/profile about:blank >/dev/null 2>&1 & echo started`,
          ],
          { env: { HOME: home } },
        );
        const mine = ({ tree }: OwnedTree) => arena.survivors().includes(tree.root.pid);
        await until('the browser runs', async () =>
          (await survey(engine({ filter: mine }))).trees.some(({ tree }) => tree.processes.length > 4),
        );
        const { plan } = await cleanedUp({ filter: mine });
        const [found] = plan.trees;
        assert.ok(found && found.action === 'leave' && found.owned.status !== 'orphan', facts(found!.owned));
        assert.match(facts(found.owned), /a window and a profile that is kept/);
        assert.ok(isAlive(found.owned.tree.root.pid));
      } finally {
        await arena.endAll();
        await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      }
    });

    // Chromium's processes with their switches, run as what it is not: ending it would cost a person's work.
    it('an application built on Chromium, whatever switches it has', async () => {
      const owner = await arena.start('puppeteer');
      const chromium = await readlink(`/proc/${owner.browser}/exe`);
      await arena.end(owner.process, 'SIGKILL');
      await arena.endAll();
      const folder = join(arena.folder, 'slack');
      await mkdir(folder);
      for (const name of readdirSync(dirname(chromium))) {
        const from = join(dirname(chromium), name);
        if (from === chromium)
          await link(from, join(folder, 'slack')).catch(() => copyFile(from, join(folder, 'slack')));
        else await symlink(from, join(folder, name));
      }
      arena.spawn('/bin/sh', [
        '-c',
        `setsid ${folder}/slack --headless --no-sandbox --disable-breakpad --remote-debugging-port=0 --user-data-dir=${arena.folder}/puppeteer_dev_chrome_profile-a1B2c3 & echo started`,
      ]);
      const isPart = (pid: number): boolean => {
        try {
          return readlinkSync(`/proc/${pid}/exe`).endsWith('/slack');
        } catch {
          // It ended while we looked, as helpers of a browser do.
          return false;
        }
      };
      const parts = () => arena.survivors().filter(isPart);
      await until('it runs', () => parts().length > 4);
      const before = parts();
      const { plan, result } = await cleanedUp({ minAgeMs: 0 });
      const touched = plan.trees.find(({ owned: { tree } }) =>
        tree.processes.some(({ info }) => before.includes(info.pid)),
      );
      assert.equal(touched, undefined, 'it is no browser');
      assert.deepEqual(result.errors, []);
      assert.ok(plan.trees.every(({ action }) => action === 'leave'));
      assert.ok(isAlive(before[0]!));
      assert.equal(
        await runKill(before[0]!, { yes: true }, silentIo(), new AbortController().signal, engine()),
        2,
        'not even when it is asked for',
      );
      assert.ok(isAlive(before[0]!));
      assert.ok(existsSync(join(arena.folder, 'puppeteer_dev_chrome_profile-a1B2c3')), 'nor its profile');
    });

    it('a process that got the pid of an orphan between the listing and the ending', async function () {
      const owner = await arena.start('puppeteer');
      await arena.end(owner.process, 'SIGKILL');
      const plan = await planCleanUp(engine());
      assert.equal(plan.trees[0]?.action, 'end');
      const { root } = plan.trees[0].owned.tree;
      const all = arena.survivors();
      await arena.endAll();
      // The pid is free once nothing of its session is left to be reaped, which not every container's init does at once.
      await until('it is reaped', () => all.every((pid) => stateOf(pid) === undefined)).catch(() => this.skip());
      const bystander = await takePid(root);
      if (!bystander) this.skip();
      try {
        const result = await cleanUp(plan, engine());
        assert.equal(result.trees[0]?.outcome, 'gone', JSON.stringify(result.trees[0]?.reason));
        assert.ok(isAlive(root.pid), 'whoever has its pid now lives');
      } finally {
        await arena.end(bystander, 'SIGKILL');
      }
    });

    it('another user’s browser', async function () {
      if (process.getuid?.() !== 0) this.skip();
      const theirs = join(arena.folder, 'puppeteer_dev_chrome_profile-theirs');
      await mkdir(theirs);
      await chown(theirs, 65_534, 65_534);
      await chown(arena.folder, 65_534, 65_534);
      arena.spawn(
        '/bin/sh',
        [
          '-c',
          `setsid /usr/bin/chromium --headless --no-sandbox --remote-debugging-port=0 --user-data-dir=${theirs} & echo started`,
        ],
        { uid: 65_534, gid: 65_534, env: { HOME: arena.folder } },
      );
      await until('it runs', async () => (await survey(engine())).trees.some(({ tree }) => tree.processes.length > 4));
      const { plan, result } = await cleanedUp();
      assert.deepEqual(
        plan.trees.map(({ owned }) => owned.status),
        ['unknown'],
      );
      assert.deepEqual(result.errors, []);
      const root = plan.trees[0]!.owned.tree.root.pid;
      assert.equal(await runKill(root, { yes: true }, silentIo(), new AbortController().signal, engine()), 2);
      assert.ok(isAlive(root));
    });

    it('the rest of the shell job around a chromedriver, when that is ended', async function () {
      if (!hasChromedriver) this.skip();
      const owner = join(import.meta.dirname, '..', '..', 'support', 'owners', 'chromedriver.ts');
      const shell = arena.spawn('/bin/bash', ['-c', `sleep 300 & "${process.execPath}" "${owner}"; sleep 300`]);
      await new Promise((resolve) => shell.stdout.once('data', resolve));
      const tree = await theTree();
      assert.equal(tree.status, 'owned', facts(tree));
      // By program: the browser starts processes of its own until it is ended.
      const group = arena.survivors().filter((pid) => !readlinkSync(`/proc/${pid}/exe`).includes('chrom'));
      const result = await endBrowserTree(tree, { reader });
      assert.equal(result.outcome, 'ended');
      for (const { info } of tree.tree.processes) assert.ok(!isAlive(info.pid), `${info.pid} survived`);
      assert.ok(isAlive(shell.pid!) && group.length >= 3, 'bash, sleep and the client');
      for (const pid of group) assert.ok(isAlive(pid), `bystander ${pid} was ended`);
    });
  });

  it('a browser is asked to close only on a port that is its own', async () => {
    const owner = await arena.start('ownSpawn', ['--do-not-attach']);
    const { tree } = await theTree();
    const { browser } = tree;
    assert.ok(browser);
    const nobody = new AbortController().signal;
    // How fast it answers is up to the machine.
    const PATIENT_MS = 15_000;
    // Two browsers started with one port: only the first has it.
    const other = await closeRequest({ ...tree, browser: { ...browser, pid: browser.pid + 1 } }, PATIENT_MS);
    assert.ok(other);
    await assert.rejects(other(nobody), /belongs to another browser/);
    assert.ok(isAlive(owner.browser));
    const own = await closeRequest(tree, PATIENT_MS);
    assert.ok(own);
    await own(nobody);
    await until('the browser closes', () => !isAlive(owner.browser));
  });

  describe('in a terminal', () => {
    it('nothing is ended without a person and without --yes; then everything is, and it says so', async () => {
      const owner = await arena.start('puppeteer');
      await arena.end(owner.process, 'SIGKILL');
      const signal = new AbortController().signal;

      const quiet = silentIo();
      assert.equal(await runClean({}, quiet, signal, engine()), 2);
      assert.ok(isAlive(owner.browser));
      assert.match(quiet.text, /Nothing was ended/);

      const dry = silentIo();
      assert.equal(await runClean({ dryRun: true, json: true }, dry, signal, engine()), 2);
      const planned = JSON.parse(dry.text) as {
        schema: number;
        trees: Record<string, unknown>[];
        summary: { found: number };
      };
      assert.equal(planned.schema, 1);
      assert.equal(planned.trees[0]?.['outcome'], 'planned');
      assert.ok(isAlive(owner.browser));

      const io = silentIo();
      assert.equal(await runClean({ yes: true, json: true }, io, signal, engine()), 0);
      const done = JSON.parse(io.text) as {
        trees: { root: { pid: number }; outcome: string; memoryBytes: number; processes: number }[];
        leftovers: { outcome: string; path: string }[];
        summary: Record<string, unknown>;
      };
      assert.deepEqual(
        done.trees.map(({ root, outcome }) => [root.pid, outcome]),
        [[owner.browser, 'ended']],
      );
      assert.ok(done.trees[0]!.memoryBytes > 10 << 20 && done.trees[0]!.processes > 4);
      assert.ok(done.leftovers.some(({ path, outcome }) => path.includes('puppeteer_dev') && outcome === 'removed'));
      assert.equal(done.summary['effectivenessPercentage'], 100);
      assertNothingLeft();
      assert.equal(await runClean({}, silentIo(), signal, engine()), 0, 'nothing is left');
    });

    it('kill ends the tree of any of its processes, a living owner’s too, and refuses what is no browser', async () => {
      const owner = await arena.start('puppeteer');
      const signal = new AbortController().signal;
      const tree = await theTree();
      const renderer = tree.tree.processes.at(-1)!.info.pid;
      const refused = silentIo();
      assert.equal(await runKill(owner.pid, { yes: true }, refused, signal, engine()), 2);
      assert.match(refused.text, /no part of a browser/);
      assert.equal(await runKill(renderer, {}, silentIo(), signal, engine()), 2, 'nobody said yes');
      assert.ok(isAlive(owner.browser));
      const io = silentIo();
      assert.equal(await runKill(renderer, { yes: true }, io, signal, engine()), 0, io.text);
      assert.match(io.text, /owned by node puppeteer\.ts/);
      assert.ok(!isAlive(owner.browser));
      assert.ok(isAlive(owner.pid), 'its owner goes on');
    });
  });

  it('a plan that is out of date ends nobody else: the pid is not the identity', async () => {
    const owner = await arena.start('puppeteer');
    await arena.end(owner.process, 'SIGKILL');
    const plan = await planCleanUp(engine());
    const { root } = plan.trees[0]!.owned.tree;
    const other = arena.spawn('sleep', ['300']);
    const reborn = { ...plan.trees[0]!.owned.tree, root: { ...root, pid: other.pid! }, processes: [] };
    const result = await endBrowserTree({ tree: reborn }, { reader });
    assert.equal(result.outcome, 'alreadyGone');
    assert.ok(isAlive(other.pid!));
    assert.deepEqual(identityOf(root), { pid: root.pid, startTime: root.startTime });
  });
});

function silentIo() {
  const io = {
    text: '',
    isTty: false,
    colour: false,
    out: (text: string) => {
      io.text += text;
    },
    err: (text: string) => {
      io.text += text;
    },
    confirm: () => Promise.resolve(false),
  };
  return io;
}
