import assert from 'node:assert/strict';
import {
  type EndTreeEvent,
  type EndTreeOptions,
  type EndTreeResult,
  type ProcessIdentity,
  endTree,
} from '../../../src/processes/index.ts';
import { FakeProcesses } from '../../support/fakeProcesses.ts';

const SELF = 50;

describe('Ending a process tree', () => {
  let world: FakeProcesses;
  let events: EndTreeEvent[];

  beforeEach(() => {
    world = new FakeProcesses();
    events = [];
    world.start({ pid: 40, name: 'shell' });
    world.start({ pid: SELF, ppid: 40, name: 'leakwright' });
  });

  function end(root: ProcessIdentity, options: Partial<EndTreeOptions> = {}): Promise<EndTreeResult> {
    return endTree(root, {
      reader: world,
      clock: world.clock,
      send: world.send,
      selfPid: SELF,
      platform: 'linux',
      onEvent: (event) => events.push(event),
      ...options,
    });
  }

  /** A browser that leads its own session, as Puppeteer and Playwright launch it. */
  function startBrowser(behaviour: 'obeys' | 'ignores-sigterm' = 'obeys') {
    const root = world.start({ pid: 100, groupId: 100, sessionId: 100, name: 'chrome', behaviour });
    world.start({ pid: 101, ppid: 100, name: 'zygote', behaviour });
    world.start({ pid: 102, ppid: 101, name: 'renderer', behaviour });
    return root;
  }

  const alive = (...pids: number[]) => pids.filter((pid) => world.isAlive(pid));
  const sent = (signal: NodeJS.Signals) => world.signals.filter((one) => one.signal === signal).map((one) => one.pid);

  it('lets a browser end itself, so that its profile is not damaged', async () => {
    const root = startBrowser();
    const result = await end(root);
    assert.equal(result.outcome, 'ended');
    assert.ok(result.outcome === 'ended' && !result.forced && result.ended === 3, JSON.stringify(result));
    assert.deepEqual(sent('SIGKILL'), []);
    assert.deepEqual(alive(100, 101, 102), []);
  });

  it('kills what does not answer in one call by group, and says each step', async () => {
    const root = startBrowser('ignores-sigterm');
    const result = await end(root, { graceMs: 100 });
    assert.ok(result.outcome === 'ended' && result.forced);
    assert.deepEqual(sent('SIGKILL'), [-100]);
    assert.deepEqual(
      events.map((event) => event.type),
      ['asked', 'waiting', 'forced', 'gone'],
    );
  });

  it('uses the caller’s way to ask first and a signal only when that fails', async () => {
    const root = startBrowser();
    const result = await end(root, { askNicely: () => Promise.reject(new Error('the port is closed')) });
    assert.equal(result.outcome, 'ended');
    assert.deepEqual(
      events.filter((event) => event.type === 'asked').map((event) => event.how),
      ['request', 'signal'],
    );
    assert.ok(events.some((event) => event.type === 'askFailed' && event.reason === 'the port is closed'));
    assert.deepEqual(sent('SIGTERM').slice(0, 1), [100]);
  });

  it('does not signal a browser that was asked over its own protocol and is closing', async () => {
    const root = startBrowser();
    let looks = 0;
    world.onTick = () => {
      looks += 1;
      if (looks === 3) for (const pid of [102, 101, 100]) world.end(pid);
    };
    const result = await end(root, { askNicely: () => Promise.resolve() });
    assert.equal(result.outcome, 'ended');
    assert.deepEqual(world.signals, []);
  });

  it('tells the caller’s request to give up when the grace time is over', async () => {
    const root = startBrowser('ignores-sigterm');
    let gaveUp = false;
    await end(root, {
      graceMs: 60,
      askNicely: (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            gaveUp = true;
            resolve();
          });
        }),
    });
    assert.ok(gaveUp);
    assert.deepEqual(alive(100, 101, 102), []);
  });

  it('does not wait for a stopped browser, which can hear nobody', async () => {
    const root = world.start({ pid: 100, groupId: 100, sessionId: 100, state: 'stopped' });
    const result = await end(root, { graceMs: 10_000 });
    assert.equal(result.outcome, 'ended');
    assert.ok(result.durationMs < 100, `took ${result.durationMs} ms`);
  });

  describe('leaves alone', () => {
    for (const pid of [1, 0, -1, Number.NaN]) {
      it(`pid ${pid}`, async () => {
        const result = await end({ pid, startTime: 0 });
        assert.equal(result.outcome, 'refused');
        assert.deepEqual(world.signals, []);
      });
    }

    it('ourselves and our ancestors: the editor must not end itself', async () => {
      for (const pid of [SELF, 40]) {
        const result = await end((await world.readProcess(pid))!);
        assert.equal(result.outcome, 'refused', `pid ${pid}`);
      }
      assert.deepEqual(world.signals, []);
    });

    it('a process that got the pid after the browser had ended', async () => {
      const root = startBrowser();
      for (const pid of [102, 101, 100]) world.end(pid);
      world.start({ pid: 100, name: 'editor' });
      const result = await end(root);
      assert.equal(result.outcome, 'alreadyGone');
      assert.match(result.outcome === 'alreadyGone' ? result.reason : '', /another process/);
      assert.deepEqual(world.signals, []);
    });

    it('a process that gets the pid in the very moment between two looks', async () => {
      const root = world.start({ pid: 100, groupId: 100, sessionId: 100, behaviour: 'ignores-sigterm' });
      world.start({
        pid: 101,
        ppid: 100,
        groupId: 101,
        behaviour: 'ignores-sigterm',
        // It dies of the stop, and its pid goes to somebody else before the kill comes.
        onSignal: (signal) => {
          if (signal !== 'SIGSTOP') return;
          world.end(101);
          world.start({ pid: 101, name: 'bystander', groupId: 40, sessionId: 40 });
        },
      });
      await end(root, { graceMs: 20, group: 'never' });
      assert.deepEqual(alive(100, 101), [101]);
      assert.deepEqual(sent('SIGKILL'), [100]);
    });

    it('the rest of the shell job that a driver was started in', async () => {
      world.start({ pid: 60, ppid: 40, groupId: 60, sessionId: 40, name: 'mocha' });
      const driver = world.start({ pid: 61, ppid: 60, name: 'chromedriver', behaviour: 'ignores-sigterm' });
      world.start({ pid: 62, ppid: 61, name: 'chrome', behaviour: 'ignores-sigterm' });
      world.start({ pid: 63, ppid: 60, name: 'reporter' });
      const result = await end(driver, { graceMs: 40, group: 'never' });
      assert.equal(result.outcome, 'ended');
      assert.deepEqual(alive(60, 61, 62, 63), [60, 63]);
    });

    it('a driver that leads a group it shares with us: each of its processes is ended by itself', async () => {
      const driver = world.start({ pid: 70, ppid: 1, groupId: 70, sessionId: 40, behaviour: 'ignores-sigterm' });
      world.start({ pid: 71, ppid: 70, behaviour: 'ignores-sigterm' });
      const we = world.start({ pid: 72, ppid: 40, groupId: 70, sessionId: 40, name: 'leakwright in a pipe' });
      const result = await end(driver, { graceMs: 20, selfPid: we.pid });
      assert.equal(result.outcome, 'ended');
      assert.deepEqual(alive(70, 71, 72), [72]);
      assert.ok(!world.signals.some((one) => one.pid < 0));
    });

    it('everything when a group was left by all members and its number went to strangers', async () => {
      const root = startBrowser();
      for (const pid of [102, 101, 100]) world.end(pid);
      world.start({ pid: 100, groupId: 100, sessionId: 100, name: 'stranger' });
      world.start({ pid: 200, ppid: 100, name: 'child of a stranger' });
      const result = await end(root, { members: [root, { pid: 101, startTime: 1 }] });
      assert.equal(result.outcome, 'alreadyGone');
      assert.deepEqual(world.signals, []);
    });
  });

  describe('finds', () => {
    it('children that are born while the tree is asked to end', async () => {
      const root = world.start({
        pid: 100,
        ppid: 40,
        groupId: 40,
        behaviour: 'ignores-sigterm',
        onSignal: () => {
          if (!world.isAlive(110)) world.start({ pid: 110, ppid: 100, groupId: 40, behaviour: 'ignores-sigterm' });
        },
      });
      const result = await end(root, { graceMs: 60 });
      assert.ok(result.outcome === 'ended' && result.ended === 2, JSON.stringify(result));
      assert.deepEqual(alive(100, 110, SELF), [SELF]);
    });

    it('a tree that forks as fast as it is killed: it is frozen before it is killed', async () => {
      let next = 200;
      const fork = (ppid: number) => () => {
        if (next < 212)
          world.start({ pid: next, ppid, groupId: 40, onSignal: fork(next++), behaviour: 'ignores-sigterm' });
      };
      const root = world.start({ pid: 100, ppid: 40, groupId: 40, behaviour: 'ignores-sigterm', onSignal: fork(100) });
      const result = await end(root, { graceMs: 0 });
      assert.equal(result.outcome, 'ended');
      for (let pid = 200; pid < next; pid += 1) assert.ok(!world.isAlive(pid), `${pid} survived`);
      const firstKill = world.signals.findIndex((one) => one.signal === 'SIGKILL');
      assert.ok(!world.signals.slice(firstKill).some((one) => one.signal === 'SIGSTOP'));
    });

    // A signal has not arrived when it was sent: with 400 processes for two processors it may take a tenth of a second.
    it('the child of a process that was in the midst of a fork when it was told to stop', async () => {
      const root = world.start({ pid: 100, ppid: 40, groupId: 40, behaviour: 'stops-late' });
      world.onTick = () => {
        const wasTold = world.signals.some((one) => one.signal === 'SIGSTOP');
        if (wasTold && !world.isAlive(110)) world.start({ pid: 110, ppid: 100, groupId: 40 });
      };
      const result = await end(root, { graceMs: 0 });
      assert.ok(result.outcome === 'ended' && result.ended === 2, JSON.stringify(result));
      assert.deepEqual(alive(100, 110, SELF), [SELF]);
    });

    it('what cannot be stopped, and does not wait for that until its time is over', async () => {
      let killedAt = Infinity;
      const stuck = world.start({
        pid: 100,
        ppid: 40,
        groupId: 40,
        behaviour: 'unkillable',
        onSignal: (signal) => {
          if (signal === 'SIGKILL') killedAt = Math.min(killedAt, world.clock.monotonic());
        },
      });
      const result = await end(stuck, { graceMs: 0, forceMs: 2_000 });
      assert.equal(result.outcome, 'survived');
      assert.ok(sent('SIGKILL').length > 0);
      assert.ok(killedAt < 1_000, `killed after ${killedAt} ms`);
      assert.ok(result.durationMs < 4_000, `${result.durationMs} ms`);
    });

    it('children whose root has died, by the session it led', async () => {
      const root = startBrowser('ignores-sigterm');
      const child = (await world.readProcess(101))!;
      world.end(100);
      const result = await end(root, { members: [child], graceMs: 20 });
      assert.ok(result.outcome === 'ended' && result.ended === 2, JSON.stringify(result));
      assert.deepEqual(alive(101, 102), []);
    });

    it('a child that left for a session of its own', async () => {
      const root = startBrowser('ignores-sigterm');
      world.start({ pid: 103, ppid: 102, groupId: 103, sessionId: 103, behaviour: 'ignores-sigterm' });
      world.start({ pid: 104, ppid: 103, behaviour: 'ignores-sigterm' });
      const result = await end(root, { graceMs: 20 });
      assert.equal(result.outcome, 'ended');
      assert.deepEqual(alive(100, 101, 102, 103, 104), []);
    });

    it('the browser when its driver has ended, and asks it as well', async () => {
      const driver = world.start({ pid: 100, ppid: 40, name: 'chromedriver' });
      world.start({ pid: 101, ppid: 100, name: 'chrome' });
      const result = await end(driver, { group: 'never' });
      assert.ok(result.outcome === 'ended' && !result.forced);
      assert.deepEqual(sent('SIGTERM'), [100, 101]);
    });
  });

  it('counts a zombie as dead, or an owner that does not reap would make every ending fail', async () => {
    const root = world.start({
      pid: 100,
      ppid: 40,
      behaviour: 'unkillable',
      onSignal: () => world.end(100, { zombie: true }),
    });
    const result = await end(root);
    assert.equal(result.outcome, 'ended');
  });

  it('says who survived, and gives up after its time', async () => {
    const root = startBrowser('ignores-sigterm');
    world.start({ pid: 103, ppid: 100, behaviour: 'unkillable', name: 'in the kernel' });
    const result = await end(root, { graceMs: 40, forceMs: 300 });
    assert.equal(result.outcome, 'survived');
    assert.deepEqual(result.outcome === 'survived' && result.survivors.map((info) => info.pid), [103]);
    assert.equal(events.at(-1)?.type, 'survived');
    assert.ok(result.durationMs <= 400, `took ${result.durationMs} ms`);
  });

  it('goes on with the others when one may not be ended', async () => {
    const root = world.start({ pid: 100, ppid: 40, groupId: 40 });
    world.start({ pid: 101, ppid: 100, behaviour: 'forbidden' });
    world.start({ pid: 102, ppid: 100 });
    const result = await end(root, { graceMs: 40, forceMs: 200 });
    assert.deepEqual(alive(100, 101, 102), [101]);
    assert.ok(result.outcome === 'survived' && result.ended === 2);
  });

  describe('on Windows', () => {
    it('forces with tree-kill, then ends what it missed after looking at it again', async () => {
      const root = startBrowser('ignores-sigterm');
      const asked: number[] = [];
      const result = await end(root, {
        platform: 'win32',
        treeKill: (pid) => {
          asked.push(pid);
          world.end(100);
          return Promise.reject(new Error('taskkill failed for one process'));
        },
      });
      assert.equal(result.outcome, 'ended');
      assert.deepEqual(asked, [100]);
      assert.deepEqual(sent('SIGTERM'), [], 'SIGTERM ends a process at once there');
      assert.deepEqual(alive(101, 102), []);
    });

    it('does not hand a reused pid to taskkill', async () => {
      const root = startBrowser('ignores-sigterm');
      const child = (await world.readProcess(101))!;
      world.end(100);
      world.start({ pid: 100, name: 'bystander' });
      const asked: number[] = [];
      await end(root, {
        platform: 'win32',
        members: [child],
        treeKill: (pid) => {
          asked.push(pid);
          return Promise.resolve();
        },
      });
      assert.deepEqual(asked, []);
      assert.deepEqual(alive(100, 101), [100]);
    });
  });
});
