import assert from 'node:assert/strict';
import type { IsolatedWorld } from '../../../../src/leaks/drive/isolatedWorld.ts';
import type { PageTime } from '../../../../src/leaks/drive/pageTime.ts';
import { QuickClicks } from '../../../../src/leaks/drive/quickClicks.ts';
import type { Settled } from '../../../../src/leaks/drive/settle.ts';
import { systemClock } from '../../../../src/support/index.ts';

describe('quick clicks inside a page', () => {
  const synchronous: Settled = {
    ended: true,
    calm: true,
    waitedMs: 1,
    skippedMs: 0,
    timersMs: 0,
    waitedFor: [],
    tail: [],
    requests: 0,
    silent: false,
  };
  let skips: boolean;
  let isSkipping: boolean;
  let skipped: number[];
  let clicks: { iterations: number; restMs: number }[];

  function make(...seen: Partial<Settled>[]): QuickClicks {
    [skips, isSkipping, skipped, clicks] = [true, false, [], []];
    const world = {
      call: async (_fn: unknown, _steps: unknown, iterations: number, _limitMs: number, restMs: number) => {
        clicks.push({ iterations, restMs });
        return iterations;
      },
    };
    const time = {
      get skips() {
        return skips;
      },
      get isSkipping() {
        return isSkipping;
      },
      skipDuring: async (ms: number, work: () => Promise<unknown>) => {
        skipped.push(ms);
        return await work();
      },
    };
    const quick = new QuickClicks(world as unknown as IsolatedWorld, time as unknown as PageTime, systemClock);
    for (const settled of seen) quick.learn({ ...synchronous, ...settled });
    return quick;
  }

  it('skip no time of a page that has nothing to wait for', async () => {
    const quick = make({});
    assert.equal(quick.can(true, true), true);
    assert.deepEqual(await quick.run(['#go'], 25, false), { done: 25, skippedMs: 0 });
    assert.deepEqual([skipped, clicks], [[], [{ iterations: 25, restMs: 0 }]]);
  });

  it('go on where nothing has to be waited for and time was skipped once: by the page`s clock they end by their number', async () => {
    const quick = make({});
    isSkipping = true;
    assert.equal(quick.can(true, false), true);
    const { done, skippedMs } = await quick.run(['#go'], 5, false);
    assert.equal(done, 5);
    assert.deepEqual(skipped, [skippedMs]);
    assert.ok(skippedMs <= 10, `${skippedMs} ms`);
    assert.equal(quick.can(true, true), false, 'what answers in its own time would be left behind');
  });

  it('give each iteration the time that the slowest so far needed, and no more', async () => {
    const quick = make({ waitedFor: ['timer'], timersMs: 100 }, { waitedFor: ['timer'], timersMs: 300 });
    assert.equal(quick.can(false, false), true);
    const { done, skippedMs } = await quick.run(['#go'], 3, false);
    assert.equal(done, 3);
    const { restMs } = clicks[0]!;
    assert.ok(restMs > 300 && restMs < 400, `${restMs} ms`);
    assert.deepEqual(skipped, [skippedMs]);
    assert.ok(skippedMs >= 3 * restMs && skippedMs < 4 * restMs, `${skippedMs} ms`);
  });

  it('are left to the mouse where work ends in real time, outlasts the iteration, or is answered elsewhere', () => {
    const timer = { waitedFor: ['timer' as const], timersMs: 50 };
    for (const kind of ['animation', 'frames', 'worker', 'view-transition'] as const)
      assert.equal(make(timer, { waitedFor: [kind] }).can(false, false), false, kind);
    assert.equal(make(timer, { tail: [{ kind: 'timer', count: 1, dueInMs: 30_000 }] }).can(false, false), false);
    assert.equal(make({ ended: false, waitedFor: ['request'] }).can(false, false), false);
    const quick = make(timer);
    assert.deepEqual([quick.can(true, false), quick.can(false, true)], [false, false]);
    skips = false;
    assert.equal(quick.can(false, false), false);
  });
});
