import assert from 'node:assert/strict';
import type { IsolatedWorld } from '../../../../src/leaks/drive/isolatedWorld.ts';
import type { PageTime } from '../../../../src/leaks/drive/pageTime.ts';
import type { RequestsInFlight } from '../../../../src/leaks/drive/requestsInFlight.ts';
import { Settling, type Wait } from '../../../../src/leaks/drive/settle.ts';
import type { PendingPlace } from '../../../../src/leaks/measure/pageHooks/index.ts';
import type { Clock } from '../../../../src/support/index.ts';

/** A page that answers at once, and what it was asked. */
function fakePage(places: (now: number) => PendingPlace[] = () => []) {
  const asked: string[] = [];
  let presses = 0;
  const page = { mutations: 0, effects: 0, now: 0 };
  const world = {
    call: async (fn: { readonly name: string }) => {
      asked.push(fn.name);
      presses += 1;
      const seen = { document: 1, mutations: page.mutations, effects: page.effects, presses };
      return await Promise.resolve({ quiet: true, animationMs: 0, viewTransition: false, seen });
    },
  } as unknown as IsolatedWorld;
  const requests = { count: 0, begun: 0, anyOpen: false, beginIteration() {}, unawaited: () => new Map() };
  const settling = new Settling({
    world,
    clock: {
      monotonic: () => page.now,
      sleep: async (ms: number) => await Promise.resolve(void (page.now += ms)),
    } as Clock,
    requests: requests as unknown as RequestsInFlight,
    time: {
      skips: true,
      isSkipping: true,
      skip: async (ms: number) => await Promise.resolve(void (page.now += ms)),
    } as unknown as PageTime,
    readPlaces: async () => {
      asked.push('readPlaces');
      return await Promise.resolve(places(page.now));
    },
  });
  return { settling, asked, page };
}

describe('waiting for a page whose iterations are synchronous', () => {
  const costs: readonly (readonly [Wait, readonly string[]])[] = [
    ['frame', ['waitForQuiet', 'readPlaces']],
    ['pause', ['waitForQuiet', 'readPlaces']],
    ['rest', ['waitForQuiet', 'readPlaces']],
    ['step', ['readPlaces']],
    ['sprint', ['readPlaces']],
  ];
  for (const [wait, asks] of costs) {
    it(`asks it ${asks.length} ${asks.length === 1 ? 'time' : 'times'} an iteration (${wait}), or every check of such a page would be slower`, async () => {
      const { settling, asked } = fakePage();
      for (let iteration = 0; iteration < 3; iteration += 1) {
        asked.length = 0;
        settling.beginIteration();
        const { ended, waitedFor, skippedMs } = await settling.settle(wait);
        assert.deepEqual([asked, ended, waitedFor, skippedMs], [asks, true, [], 0]);
      }
    });
  }

  it('asks no more where the page polls: what was there before the first iteration is its own', async () => {
    const poll = {
      kind: 'timer',
      key: 'Error\n    at poll (app.js:1:1)',
      count: 1,
      fresh: 1,
      dueInMs: 200,
      lastDueInMs: 200,
      agoMs: 50,
    } as const;
    const { settling, asked } = fakePage(() => [{ ...poll, fresh: 0 }]);
    await settling.settle('load');
    asked.length = 0;
    settling.beginIteration();
    await settling.settle('pause');
    assert.deepEqual(asked, ['waitForQuiet', 'readPlaces']);
  });
});

describe('an interval that an iteration starts', () => {
  const PERIOD_MS = 80;
  /** An interval that is there from each start until so many ms later. */
  function fakeInterval(lastsMs: number) {
    let startedAt = Number.NEGATIVE_INFINITY;
    const interval = {
      kind: 'interval',
      key: 'Error\n    at tick (app.js:1:1)',
      count: 1,
      fresh: 1,
      agoMs: 0,
    } as const;
    const { settling, page } = fakePage((now) => {
      const dueInMs = PERIOD_MS - ((now - startedAt) % PERIOD_MS);
      return now - startedAt < lastsMs ? [{ ...interval, dueInMs, lastDueInMs: dueInMs }] : [];
    });
    return async (wait: Wait): Promise<{ passedMs: number; waitedFor: readonly string[]; timersMs: number }> => {
      settling.beginIteration();
      startedAt = page.now;
      const { waitedFor, timersMs } = await settling.settle(wait);
      return { passedMs: page.now - startedAt, waitedFor, timersMs };
    };
  }

  it('is waited for where it ends by itself: clicks behind a progress bar would do nothing', async () => {
    const iterate = fakeInterval(800);
    for (let iteration = 0; iteration < 3; iteration += 1) {
      const { passedMs, waitedFor } = await iterate('pause');
      assert.ok(passedMs >= 800 && passedMs < 1100, `${passedMs} ms`);
      assert.deepEqual(waitedFor, ['timer']);
    }
  });

  it('is waited for once where it never ends, and later iterations are as quick as others', async () => {
    const iterate = fakeInterval(Number.POSITIVE_INFINITY);
    assert.deepEqual((await iterate('pause')).waitedFor, []);
    assert.deepEqual(await iterate('pause'), { passedMs: 0, waitedFor: [], timersMs: 0 });
  });

  it('is not waited for between the steps of an iteration, of which the last may end it', async () => {
    assert.equal((await fakeInterval(800)('step')).passedMs, 0);
  });

  it('is the page`s own where it was there when the page was loaded: no time is skipped for a game loop', async () => {
    const iterate = fakeInterval(Number.POSITIVE_INFINITY);
    assert.equal((await iterate('load')).passedMs, 0);
    assert.equal((await iterate('pause')).passedMs, 0);
  });
});

describe('a socket or a database that was asked', () => {
  const asked = { kind: 'answer', key: 'Error\n    at save (app.js:1:1)', count: 1, fresh: 1, agoMs: 0 } as const;
  const place = { ...asked, dueInMs: 0, lastDueInMs: 0 };

  it('is waited for until it answers', async () => {
    let asks = 0;
    const { settling } = fakePage(() => ((asks += 1) > 4 ? [] : [place]));
    settling.beginIteration();
    const { waitedFor, ended } = await settling.settle('pause');
    assert.deepEqual([waitedFor, ended], [['answer'], true]);
    assert.ok(asks > 4);
  });

  it('is waited for once where it never answers, or each check of a page that sends its log would take minutes', async () => {
    const { settling, asked: calls } = fakePage(() => [place]);
    for (const isFirst of [true, false]) {
      calls.length = 0;
      settling.beginIteration();
      const { waitedFor, ended } = await settling.settle('pause');
      assert.deepEqual([waitedFor, ended], [[], true]);
      assert.equal(calls.length > 10, isFirst);
    }
  });
});

describe('an iteration of which nothing can be seen', () => {
  it('is one that pressed something and changed nothing, nor had any effect of the browser`s own', async () => {
    const { settling, page } = fakePage();
    await settling.settle('rest');
    const silentAfter = async (change: () => void): Promise<boolean> => {
      settling.beginIteration();
      change();
      return (await settling.settle('pause')).silent;
    };
    assert.equal(await silentAfter(() => {}), true);
    assert.equal(await silentAfter(() => (page.mutations += 1)), false, 'the document changed');
    assert.equal(await silentAfter(() => (page.effects += 1)), false, 'a key was pressed, a field changed');
    assert.equal(await silentAfter(() => {}), true);
  });
});
