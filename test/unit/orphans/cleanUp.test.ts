import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JournalEntry, readJournal, recordSession } from '../../../src/journal/index.ts';
import { currentPlace } from '../../../src/journal/place.ts';
import { type CleanUpEvent, type CleanUpOptions, cleanUp, planCleanUp } from '../../../src/orphans/index.ts';
import { endBrowserTree } from '../../../src/orphans/cleanUp.ts';
import { noteEndings } from '../../../src/orphans/endingNotes.ts';
import { UID, busyMachine, cleanUpOf } from '../../support/cleanUpWorld.ts';
import type { FakeProcesses } from '../../support/fakeProcesses.ts';
import { defined } from '../../../src/support/index.ts';

const uid = process.getuid?.() ?? -1;

describe('Clearing away what nobody owns', () => {
  let temp: string;
  let world: FakeProcesses;

  beforeEach(async () => {
    temp = await mkdtemp(join(tmpdir(), 'lw-cleanup-'));
    process.env['LEAKWRIGHT_STATE_DIR'] = join(temp, 'state');
    world = busyMachine();
  });

  afterEach(async () => {
    delete process.env['LEAKWRIGHT_STATE_DIR'];
    await rm(temp, { recursive: true, force: true });
  });

  const exists = (path: string) =>
    lstat(path).then(
      () => true,
      () => false,
    );
  const engine = (more: Partial<CleanUpOptions> = {}) => cleanUpOf(world, temp, more);

  async function folder(name: string, ageMs = 0): Promise<string> {
    const path = join(temp, name);
    await mkdir(path);
    await writeFile(join(path, 'file'), 'x'.repeat(5000));
    const then = new Date(world.clock.now() - ageMs);
    for (const inner of [join(path, 'file'), path]) await utimes(inner, then, then);
    return path;
  }

  function browserWith(profile: string, more: Partial<Parameters<FakeProcesses['start']>[0]> = {}) {
    return world.start({
      pid: 700,
      ppid: 1,
      groupId: 700,
      sessionId: 700,
      name: 'chrome',
      uid,
      commandLine: ['/opt/google/chrome/chrome', '--headless', '--remote-debugging-pipe', `--user-data-dir=${profile}`],
      ...more,
    });
  }

  it('removes the ended browser’s profile and the folder of its singleton, however young, and no other', async () => {
    const profile = await folder('puppeteer_dev_chrome_profile-a1B2c3');
    const singleton = await folder('org.chromium.Chromium.a1B2c3');
    await symlink(join(singleton, 'SingletonSocket'), join(profile, 'SingletonSocket'));
    const young = await folder('puppeteer_dev_chrome_profile-starts');
    const old = await folder('puppeteer_dev_chrome_profile-oldold', 3_600_000);
    browserWith(profile);
    const options = engine({ ownUid: uid });
    const plan = await planCleanUp(options);
    assert.deepEqual(
      plan.trees.filter(({ action }) => action === 'end').map(({ owned }) => owned.tree.root.pid),
      [700],
    );
    const events: CleanUpEvent['type'][] = [];
    const result = await cleanUp(plan, { ...options, onEvent: (event) => events.push(event.type) });
    assert.deepEqual(result.errors, []);
    assert.ok(!world.isAlive(700));
    assert.deepEqual(
      await Promise.all([profile, singleton, young, old].map(exists)),
      [false, false, true, false],
      JSON.stringify(result.leftovers, undefined, 1),
    );
    assert.ok(events.includes('tree') && events.includes('treeDone') && events.includes('leftoverDone'));
  });

  describe('after a clean-up that was killed half-way', () => {
    let profile: string;
    beforeEach(async () => {
      profile = await folder('karma-48151623');
      browserWith(profile, { startedAtMs: Date.now() });
      world.start({ pid: process.pid, name: 'node', commandLine: ['leakwright', 'clean'], uid });
      const plan = await planCleanUp(engine({ ownUid: uid }));
      await noteEndings(
        plan.trees.filter(({ action }) => action === 'end'),
        world.table(),
      );
    });
    const notes = async () => await readdir(join(temp, 'state', 'cleaning'));
    const next = async () => {
      const options = engine({ ownUid: uid });
      return await cleanUp(await planCleanUp(options), options);
    };

    it('removes the profile of the browser that it had ended, under whatever name, and forgets it', async () => {
      for (const pid of [700, process.pid]) world.end(pid);
      const { errors } = await next();
      assert.deepEqual(errors, []);
      assert.equal(await exists(profile), false);
      assert.deepEqual(await notes(), []);
    });

    it('leaves to it what it works on, as long as it lives', async () => {
      world.end(700);
      await next();
      assert.equal(await exists(profile), true);
    });

    it('keeps the profile where its browser went on, and was closed later by who uses it', async () => {
      for (const pid of [700, process.pid]) world.end(pid);
      const later = new Date(Date.now() + 5 * 60_000);
      await utimes(join(profile, 'file'), later, later);
      await next();
      assert.equal(await exists(profile), true);
    });

    it('believes no note that another user may have written', async () => {
      for (const pid of [700, process.pid]) world.end(pid);
      for (const name of await notes()) await chmod(join(temp, 'state', 'cleaning', name), 0o666);
      await next();
      assert.equal(await exists(profile), true);
    });
  });

  it('keeps the files of a browser that did not end', async () => {
    const profile = await folder('puppeteer_dev_chrome_profile-a1B2c3', 3_600_000);
    browserWith(profile, { behaviour: 'unkillable' });
    const options = engine({ ownUid: uid });
    const result = await cleanUp(await planCleanUp(options), options);
    assert.equal(result.trees.find(({ owned }) => owned.tree.root.pid === 700)?.outcome, 'survived');
    assert.ok(await exists(profile));
  });

  it('does not remove what a person unticked', async () => {
    const old = await folder('puppeteer_dev_chrome_profile-oldold', 3_600_000);
    const options = engine({ ownUid: uid });
    const plan = await planCleanUp(options);
    assert.deepEqual(
      plan.leftovers.map(({ action }) => action),
      ['remove'],
    );
    const result = await cleanUp(
      { ...plan, leftovers: plan.leftovers.map((planned) => ({ ...planned, action: 'leave' as const })) },
      options,
    );
    assert.equal(result.leftovers[0]?.outcome, 'left');
    assert.ok(await exists(old));
  });

  describe('of Leakwright’s own', () => {
    async function session(host: JournalEntry['host']): Promise<{ path: string; entry: JournalEntry }> {
      const path = await folder('leakwright-a1B2c3');
      await writeFile(join(path, 'session.json'), '{"id":"session-1"}');
      const bootId = currentPlace().bootId;
      const entry: JournalEntry = {
        schema: 1,
        id: 'session-1',
        createdAt: new Date().toISOString(),
        ...defined({ bootId }),
        host,
        client: host,
        folder: path,
        profile: join(path, 'profile'),
        purpose: 'session',
      };
      await recordSession(entry);
      return { path, entry };
    }

    it('removes the folder of a session whose host and browser are gone at once, since the journal proves it', async () => {
      const { path } = await session({ pid: 4242, startTime: 1 });
      const plan = await planCleanUp(engine({ ownUid: uid }));
      const planned = plan.leftovers.find(({ leftover }) => leftover.path === path);
      assert.equal(planned?.action, 'remove', planned?.leftover.reason);
    });

    it('ends the browser of a session whose host died, removes its folder and forgets it', async () => {
      const { path } = await session({ pid: 4242, startTime: 1 });
      browserWith(join(path, 'profile'));
      const options = engine({ ownUid: uid });
      const plan = await planCleanUp(options);
      const tree = plan.trees.find(({ owned }) => owned.tree.root.pid === 700);
      assert.equal(tree?.owned.status, 'orphan');
      assert.equal(tree.owned.journalId, 'session-1');
      const result = await cleanUp(plan, options);
      assert.deepEqual(result.errors, []);
      assert.ok(!world.isAlive(700));
      assert.ok(!(await exists(path)), JSON.stringify(result.leftovers));
      assert.deepEqual((await readJournal()).entries, []);
    });

    it('leaves a session alone while its host lives, its folder too, though no process names it', async () => {
      const host = world.start({ pid: 600, name: 'node' });
      const { path } = await session({ pid: host.pid, startTime: host.startTime });
      const then = new Date(world.clock.now() - 3_600_000);
      for (const name of ['file', 'session.json', '']) await utimes(join(path, name), then, then);
      const options = engine({ ownUid: uid });
      const plan = await planCleanUp(options);
      assert.deepEqual(
        plan.leftovers.map(({ action, leftover }) => [action, leftover.reason]),
        [['leave', 'Leakwright’s session session-1 uses it']],
      );
      await cleanUp(plan, options);
      assert.ok(await exists(path));
      assert.equal((await readJournal()).entries.length, 1);
    });
  });

  it('ends ten at once without reading all processes ten times as often', async () => {
    for (let pid = 1000; pid < 1100; pid += 10)
      browserWith(`/tmp/puppeteer_dev_chrome_profile-tree${pid % 100}`, {
        pid,
        groupId: pid,
        sessionId: pid,
        uid: UID,
        behaviour: 'ignores-sigterm',
      });
    const plan = await planCleanUp(engine());
    const startedAt = world.tableReads;
    const result = await cleanUp(plan, engine());
    assert.equal(result.trees.filter(({ outcome }) => outcome === 'ended').length, 11);
    const reads = world.tableReads - startedAt;
    assert.ok(reads < 60, `all processes were read ${reads} times for 11 trees`);
  });

  it('never goes by the group where a driver is the root', async () => {
    world.start({ pid: 60, ppid: 1, groupId: 60, sessionId: 60, name: 'bash', commandLine: ['bash'], uid: UID });
    world.start({
      pid: 61,
      ppid: 60,
      name: 'chromedriver',
      commandLine: ['chromedriver', '--port=1'],
      uid: UID,
      groupId: 61,
    });
    world.start({ pid: 62, ppid: 60, name: 'tee', commandLine: ['tee', 'log'], uid: UID, groupId: 61 });
    const plan = await planCleanUp(engine());
    const driver = plan.trees.find(({ owned }) => owned.tree.root.pid === 61)!;
    const { reader, ending } = engine();
    const result = await endBrowserTree(driver.owned, { reader, ending: { ...ending, graceMs: 0 } });
    assert.equal(result.outcome, 'ended');
    assert.ok(!world.signals.some(({ pid }) => pid < 0));
    assert.ok(world.isAlive(62), 'in `chromedriver | tee log` the driver leads the group of the whole job');
  });
});
