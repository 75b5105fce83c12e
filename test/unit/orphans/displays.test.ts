import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { findBrowserTrees } from '../../../src/browsers/index.ts';
import { type CleanedTree } from '../../../src/orphans/cleanUpModel.ts';
import { cleanUp, planCleanUp } from '../../../src/orphans/index.ts';
import type { TreeProbe } from '../../../src/orphans/clients.ts';
import { type FakeProcessOptions, FakeProcesses } from '../../support/fakeProcesses.ts';
import { cleanUpOf } from '../../support/cleanUpWorld.ts';

const SHELL = { HOME: '/home/me', PATH: '/usr/bin', TERM: 'xterm', USER: 'me', _: '/usr/bin/node' };
const OWNER = 100;
const SESSION = 95;

/**
 * A script (pid 100, of the shell 95) was killed: the shell lives, and what the script had started has init for a parent.
 * Each case adds the display and whoever else is there; Puppeteer's browser (200) draws on `:99`.
 */
describe('The display of an orphan', () => {
  let world: FakeProcesses;
  let connections: Record<number, number>;
  let programs: Set<number>;

  beforeEach(() => {
    world = new FakeProcesses();
    connections = {};
    programs = new Set();
    world.start({ pid: 2, ppid: 0, name: 'kthreadd', commandLine: [], sessionId: 0, groupId: 0 });
    world.start({ pid: SESSION, name: 'bash', commandLine: ['-bash'], groupId: SESSION, sessionId: SESSION });
  });

  const start = (pid: number, command: string, more: Partial<FakeProcessOptions> = {}) =>
    world.start({
      pid,
      ppid: 1,
      groupId: OWNER,
      sessionId: SESSION,
      name: command.split(' ')[0]!.split('/').at(-1)!,
      commandLine: command.split(' '),
      environment: SHELL,
      ...more,
    });

  const OF_PUPPETEER =
    '/opt/google/chrome/chrome --enable-automation --remote-debugging-port=0 --user-data-dir=/tmp/puppeteer_dev_chrome_profile-';
  const browser = (more: Partial<FakeProcessOptions> = {}, pid = 200) =>
    start(pid, `${OF_PUPPETEER}abc${pid}`, {
      groupId: pid,
      sessionId: pid,
      environment: { ...SHELL, DISPLAY: ':99' },
      ...more,
    });
  /** As `child_process.spawn('Xvfb', …)` starts it. */
  const display = (more: Partial<FakeProcessOptions> = {}, command = '/usr/bin/Xvfb :99 -screen 0 800x600x24') => {
    programs.add(150);
    return start(150, command, more);
  };

  /** Cleans up; returns which of these processes are gone. */
  async function gone(...pids: number[]): Promise<number[]> {
    const probe: TreeProbe = {
      countClients: () => Promise.resolve(0),
      isInOtherContainer: () => Promise.resolve(false),
      countConnections: ({ pid }) => Promise.resolve(connections[pid] ?? 0),
      startedByProgram: ({ pid }) => Promise.resolve(programs.has(pid) ? 'a program did' : undefined),
      displayServedBy: ({ pid }) => Promise.resolve(pid === 150 ? 99 : undefined),
    };
    const options = cleanUpOf(world, '/nowhere', { probe });
    const { trees } = await cleanUp(await planCleanUp(options), options);
    const failed = trees.filter(({ outcome }: CleanedTree) => outcome === 'survived' || outcome === 'refused');
    assert.deepEqual(failed, []);
    return pids.filter((pid) => !world.isAlive(pid));
  }

  describe('goes with it', () => {
    it('that its script spawned', async () => {
      display();
      browser();
      const [tree] = (
        await planCleanUp(
          cleanUpOf(world, '/nowhere', {
            probe: {
              countClients: () => Promise.resolve(0),
              isInOtherContainer: () => Promise.resolve(false),
              startedByProgram: () => Promise.resolve('it did'),
            },
          }),
        )
      ).trees;
      assert.match(
        tree!.owned.evidence.map(({ fact }) => fact).join('\n'),
        /Xvfb \(pid 150\), its display :99, has the/,
      );
      assert.deepEqual(await gone(200, 150), [200, 150]);
    });

    it('that its script spawned in a session of its own, right before it', async () => {
      display({ groupId: 150, sessionId: 150 });
      browser();
      assert.deepEqual(await gone(200, 150), [200, 150]);
    });

    it('that chose its number itself (-displayfd)', async () => {
      display({}, '/usr/bin/Xvfb -displayfd 6 -screen 0 800x600x24');
      browser();
      assert.deepEqual(await gone(200, 150), [200, 150]);
    });

    it('that is an Xephyr or Xvnc', async () => {
      for (const command of ['/usr/bin/Xephyr :99', '/usr/bin/Xvnc :99 -rfbport 5999']) {
        display({}, command);
        browser();
        assert.deepEqual(await gone(200, 150), [200, 150], command);
      }
    });

    it('of a chromedriver in the same ended job, started by a shell of it', async () => {
      display({ environment: { PATH: '/bin' } });
      programs.clear();
      start(300, 'chromedriver --port=0', { environment: { ...SHELL, DISPLAY: ':99' } });
      browser({ ppid: 300, groupId: OWNER, sessionId: SESSION });
      assert.deepEqual(await gone(300, 200, 150), [300, 200, 150]);
    });

    it('with the ffmpeg that recorded it', async () => {
      display();
      start(160, '/usr/bin/ffmpeg -f x11grab -i :99.0+0,0 out.mp4', { environment: { ...SHELL, DISPLAY: ':99' } });
      programs.add(160);
      browser();
      assert.deepEqual(await gone(200, 150, 160), [200, 150, 160]);
    });

    it('that the same xvfb-run had started, though the runner of the job lives', async () => {
      world.start({ pid: OWNER, ppid: 1, groupId: OWNER, sessionId: SESSION, commandLine: ['Runner.Worker'] });
      const auth = '/tmp/xvfb-run.a1B2c3/Xauthority';
      const environment = { ...SHELL, _: '/usr/bin/xvfb-run', CI: '1' };
      for (const [key, expected] of [
        ['/home/me/.Xauthority', [200]],
        [auth, [200, 150]],
      ] as const) {
        display({ environment }, `Xvfb :99 -nolisten tcp -auth ${auth}`);
        programs.clear();
        browser({ environment: { ...environment, DISPLAY: ':99', XAUTHORITY: key } });
        const [tree] = (await planCleanUp(cleanUpOf(world, '/nowhere'))).trees;
        assert.equal(tree?.traces?.folders.includes(dirname(auth)), key === auth);
        assert.deepEqual(await gone(200, 150), expected, key);
      }
    });

    it('that two orphans share, after the last of them', async () => {
      display();
      browser();
      browser({}, 210);
      assert.deepEqual(await gone(200, 210, 150), [200, 210, 150]);
    });

    it('is no colleague of its job: a browser in the same group is an orphan all the same', async () => {
      display();
      browser({ groupId: OWNER, sessionId: SESSION });
      assert.deepEqual(await gone(200, 150), [200, 150]);
    });
  });

  describe('stays', () => {
    it('when a living program has it in its environment, between two browsers', async () => {
      display();
      browser();
      start(400, 'node other.js', { groupId: 400, environment: { ...SHELL, DISPLAY: ':99' } });
      assert.deepEqual(await gone(200, 150, 400), [200]);
    });

    it('when another living browser draws on it', async () => {
      display();
      browser();
      start(400, 'node other.js', { ppid: SESSION, groupId: 400 });
      browser({ ppid: 400 }, 210);
      assert.deepEqual(await gone(200, 150, 210), [200]);
    });

    it('when a program is connected to it whose environment cannot be read, or it cannot be seen who is', async () => {
      display();
      browser();
      connections[150] = 1;
      assert.deepEqual(await gone(200, 150), [200]);
    });

    it('when a person watches it (x11vnc)', async () => {
      display();
      start(160, '/usr/bin/x11vnc -display :99', { environment: { ...SHELL, DISPLAY: ':99' } });
      programs.add(160);
      connections[160] = 1;
      browser();
      assert.deepEqual(await gone(200, 150, 160), [200]);
    });

    it('when its launcher lives: a shell, or a service manager', async () => {
      display({ ppid: SESSION, groupId: 150 });
      browser();
      assert.deepEqual(await gone(200, 150), [200]);
    });

    it('when a shell started it: by hand, or in an earlier step of a job', async () => {
      for (const _ of ['/usr/bin/Xvfb', '/usr/bin/setsid', '/bin/sh']) {
        display({ groupId: 149, environment: { ...SHELL, _ } });
        programs.clear();
        browser();
        assert.deepEqual(await gone(200, 150), [200], _);
      }
    });

    it('when a program with another environment started it: another job, a service at boot', async () => {
      for (const environment of [
        { ...SHELL, npm_lifecycle_event: 'display' },
        { PATH: '/usr/bin' },
        { ...SHELL, DISPLAY: ':99' },
      ] as Record<string, string>[]) {
        display({ groupId: 149, environment });
        browser({
          environment: {
            ...SHELL,
            DISPLAY: ':99',
            ...Object.fromEntries('abcdefgh'.split('').map((name) => [name, name])),
          },
        });
        assert.deepEqual(await gone(200, 150), [200], JSON.stringify(environment));
      }
    });

    it('when it was told to outlive its launcher, long before', async () => {
      display({ groupId: 150, sessionId: 150, startedAtMs: world.clock.now() - 3_600_000 });
      browser();
      assert.deepEqual(await gone(200, 150), [200]);
    });

    it('when it is another user’s, or serves another display', async () => {
      display({ uid: 0 });
      browser();
      assert.deepEqual(await gone(200, 150), [200]);
      world.end(150);
      display({}, '/usr/bin/Xvfb :98');
      browser();
      assert.deepEqual(await gone(200, 150), [200]);
    });
  });

  it('is not looked for where its browser’s owner lives', async () => {
    start(OWNER, 'node run.js', { ppid: SESSION });
    display({ ppid: OWNER });
    browser({ ppid: OWNER });
    assert.equal(findBrowserTrees(world.table()).length, 1);
    assert.deepEqual(await gone(200, 150), []);
  });
});
