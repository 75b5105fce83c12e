import assert from 'node:assert/strict';
import { TreeSampler, visibleGrowth } from '../../../src/browsers/index.ts';
import { type TreeSamplerOptions } from '../../../src/browsers/sampler/treeSampler.ts';
import { FakeClock } from './support/fakeClock.ts';
import { FakeMachine } from './support/fakeMachine.ts';

const MB = 1024 * 1024;

describe('TreeSampler', () => {
  let clock: FakeClock;
  let machine: FakeMachine;
  let sampler: TreeSampler;
  let warnings: string[];
  beforeEach(() => {
    clock = new FakeClock();
    machine = new FakeMachine(clock);
    warnings = [];
  });
  afterEach(() => sampler.dispose());

  function start(options: Partial<TreeSamplerOptions> = {}): TreeSampler {
    const log = {
      debug() {},
      info() {},
      warn: (text: string) => warnings.push(text),
      error: (text: string) => warnings.push(text),
    };
    sampler = new TreeSampler({ reader: machine, clock, log, ...options });
    sampler.start();
    return sampler;
  }

  it('samples every 2 seconds: everything every 10, only browsers in between', async () => {
    machine.browser();
    for (let pid = 1; pid <= 50; pid += 1) machine.set({ pid, startedAtMs: 0 });
    start();
    await clock.advance(10_500);
    assert.deepEqual(machine.reads, ['full', 2, 2, 2, 2, 'full']);
    assert.equal(sampler.latest?.trees.length, 1);
  });

  it('reads a young process again, which may become a browser the moment after it was forked', async () => {
    start();
    machine.set({ pid: 7, commandLine: ['/bin/sh'], startedAtMs: clock.now() - 100 });
    await clock.advance(100);
    machine.browser(7);
    await clock.advance(2000);
    assert.deepEqual(machine.reads, ['full', 1]);
    assert.equal(sampler.latest?.trees.length, 1);
  });

  it('does nothing at all before it is started, while paused, while hidden, and after dispose', async () => {
    machine.browser();
    sampler = new TreeSampler({ reader: machine, clock });
    sampler.pause();
    sampler.resume();
    await clock.advance(60_000);
    assert.equal(machine.reads.length, 0);
    assert.equal(clock.timers, 0);

    sampler.start();
    await clock.advance(100);
    sampler.pause();
    await clock.advance(60_000);
    assert.equal(machine.reads.length, 1);
    assert.equal(clock.timers, 0);

    sampler.resume();
    await clock.advance(100);
    assert.equal(machine.reads.length, 2);
    sampler.setInterval(undefined);
    await clock.advance(60_000);
    assert.equal(machine.reads.length, 2);
    assert.equal(clock.timers, 0);

    sampler.setInterval(2000);
    await clock.advance(100);
    assert.equal(machine.reads.length, 3);
    sampler.dispose();
    await clock.advance(60_000);
    assert.equal(machine.reads.length, 3);
    assert.equal(clock.timers, 0);
  });

  it('does not sample again at once when a view is hidden and shown in quick succession', async () => {
    start();
    await clock.advance(500);
    for (let times = 0; times < 5; times += 1) {
      sampler.setInterval(undefined);
      sampler.setInterval(2000);
    }
    await clock.advance(500);
    assert.equal(machine.reads.length, 1);
    await clock.advance(1100);
    assert.equal(machine.reads.length, 2);
  });

  it('never takes two samples at a time, however slow the machine and however often one asks', async () => {
    machine.browser();
    let open = (): void => undefined;
    machine.gate = new Promise((resolve) => {
      open = resolve;
    });
    start();
    await clock.settle();
    const asked = [sampler.refresh(), sampler.refresh(), sampler.refresh()];
    sampler.pause();
    sampler.resume();
    await clock.advance(20_000);
    open();
    await Promise.all(asked);
    assert.equal(machine.mostRunning, 1);
  });

  it('samples less often where reading is slow, so that it never takes more than a twentieth of the time', async () => {
    machine.costMs = 500;
    start();
    await clock.advance(31_000);
    assert.equal(machine.reads.length, 4);
  });

  it('goes on after a sample that failed, later and later, and says so once', async () => {
    machine.browser();
    machine.failing = true;
    start();
    await clock.advance(100_000);
    const failed = machine.reads.length;
    assert.ok(failed >= 4 && failed <= 7, String(failed));
    assert.deepEqual(warnings, ['Browser processes could not be read: no /proc today']);
    machine.failing = false;
    await clock.advance(60_000);
    assert.equal(sampler.latest?.trees.length, 1);
    machine.reads = [];
    await clock.advance(10_000);
    assert.equal(machine.reads.length, 5);
  });

  it('tells whoever asked for a sample why there is none', async () => {
    machine.failing = true;
    sampler = new TreeSampler({ reader: machine, clock, intervalMs: undefined });
    await assert.rejects(sampler.refresh(), /no \/proc today/);
    sampler.dispose();
    await assert.rejects(sampler.refresh(), { name: 'AbortError' });
  });

  it('goes on, and serves the others, when one of its listeners throws', async () => {
    machine.browser();
    let served = 0;
    start();
    sampler.onSample(() => {
      throw new Error('broken view');
    });
    const stop = sampler.onSample(() => {
      served += 1;
    });
    await clock.advance(4100);
    stop();
    await clock.advance(2000);
    assert.equal(served, 3);
    assert.match(warnings[0]!, /broken view/);
  });

  describe('what a sample says', () => {
    beforeEach(async () => {
      machine.browser();
      start();
      await clock.advance(2100);
    });

    const keys = () => sampler.latest!.trees.map(({ key }) => key);

    it('has the use of the processor of each process, and of its tree', async () => {
      machine.set({ pid: 101, cpuMs: 1000 }, 50);
      await clock.advance(2000);
      const [tree] = sampler.latest!.trees;
      assert.ok(Math.abs(tree!.cpuPercent! - 50) < 1, String(tree!.cpuPercent));
      assert.equal(tree!.processes[0]!.cpuPercent, 0);
    });

    it('follows processes and trees that come and go, and forgets what was measured of a tree that is gone', async () => {
      machine.set({ pid: 102, ppid: 100, commandLine: ['/usr/bin/chromium --type=gpu-process'] });
      await clock.advance(2000);
      assert.equal(sampler.latest!.trees[0]!.processes.length, 3);
      machine.browser(200);
      await clock.advance(2000);
      assert.deepEqual(keys(), ['100@100', '200@200']);
      for (const pid of [100, 101, 102]) machine.processes.delete(pid);
      await clock.advance(2000);
      assert.deepEqual(keys(), ['200@200']);
      assert.deepEqual(sampler.history('100@100'), []);
    });

    it('takes a browser that got the pid of a dead one for another', async () => {
      machine.set({ pid: 100, startTime: 5 }, 100);
      await clock.advance(10_000);
      assert.deepEqual(keys(), ['100@5']);
    });
  });

  it('measures memory every 5 seconds, and not what did nothing since', async () => {
    machine.browser();
    start();
    await clock.advance(100);
    assert.equal(machine.memoryReads, 2);
    assert.equal(sampler.latest?.trees[0]?.memory?.pssBytes, 150 * MB);
    await clock.advance(20_000);
    assert.equal(machine.memoryReads, 2);
    machine.set({ pid: 101, cpuMs: 50 }, 70);
    await clock.advance(6000);
    assert.equal(machine.memoryReads, 3);
    assert.equal(sampler.latest?.trees[0]?.memory?.pssBytes, 170 * MB);
  });

  it('measures large browsers less often, so that watching them never costs more than a fiftieth of the time', async () => {
    machine.browser();
    machine.memoryCostMs = 150;
    start();
    for (let round = 0; round < 30; round += 1) {
      machine.set({ pid: 100, cpuMs: round }, 100);
      machine.set({ pid: 101, cpuMs: round }, 50);
      await clock.advance(2000);
    }
    assert.equal(machine.memoryReads, 2 * 4);
  });

  it('measures a new browser at once', async () => {
    start();
    await clock.advance(100);
    machine.browser();
    await clock.advance(2000);
    assert.equal(sampler.latest?.trees[0]?.memory?.pssBytes, 150 * MB);
  });

  it('tells growth from noise: how many MB a minute, and how sure', async () => {
    machine.browser();
    start();
    for (let round = 0; round < 60; round += 1) {
      machine.set({ pid: 101, cpuMs: round }, 50 + round * 2);
      await clock.advance(5000);
    }
    const [tree] = sampler.latest!.trees;
    assert.equal(visibleGrowth(tree!.trend), 24);
    assert.ok(tree!.trend!.correlation > 0.99);
    assert.equal(visibleGrowth(tree!.processes[1]!.trend), 24);
    assert.equal(visibleGrowth(tree!.processes[0]!.trend), undefined);
    assert.ok(sampler.history('100@100').length > 40);
  });

  it('forgets growth of long ago', async () => {
    machine.browser();
    start();
    for (let round = 0; round < 150; round += 1) {
      machine.set({ pid: 101, cpuMs: round }, 50 + Math.min(round, 30) * 2);
      await clock.advance(5000);
    }
    assert.equal(visibleGrowth(sampler.latest!.trees[0]!.trend), undefined);
  });

  it('keeps a bounded history of what lives and none of what died', async () => {
    machine.browser();
    start({ historyPoints: 10 });
    await clock.advance(200_000);
    assert.equal(sampler.history('100@100').length, 10);
    machine.processes.clear();
    await clock.advance(2000);
    assert.equal(sampler.history('100@100').length, 0);
  });
});
