import assert from 'node:assert/strict';
import { EVIDENCE_VERSION, type ComparedSeen, type Evidence } from '../../../../src/leaks/evidence.ts';
import { decide } from '../../../../src/leaks/judge/decide.ts';

type Grown = ComparedSeen['grew'][number];

/** A page whose iterations close a window: the count was lost, and four snapshots were compared. */
function evidenceOf(grew: readonly Partial<Grown>[], iterations = [10, 26, 42, 58]): Evidence {
  return {
    version: EVIDENCE_VERSION,
    browser: 'Chromium 156',
    settings: { warmup: 5, iterations: 7, escalateTo: 60, deep: false },
    observations: [
      {
        saw: 'compared',
        begun: iterations.at(-1)!,
        iterations,
        grew: grew.map((one) => ({
          name: 'Item',
          heldBy: 'store[]',
          path: ['Window', 'store', '[]', 'Item'],
          counts: [10, 26, 42, 58],
          bytes: [4_600, 11_960, 19_320, 26_680],
          grows: 'objects',
          ...one,
        })),
      },
      { saw: 'failure', begun: iterations.at(-1)!, message: 'A window that the page had opened was closed.' },
    ],
  };
}

// Every leak of a page that also opens and closes a window was "inconclusive": nothing could be told apart by its iteration.
describe('What grows on a page that closes windows', () => {
  const namesOf = (...grew: Partial<Grown>[]) => decide(evidenceOf(grew)).leaks.map(({ leak }) => leak.name);

  it('is a leak where as many more come with each iteration, with its number, size and holder', () => {
    const { verdict, because, leaks } = decide(evidenceOf([{}]));
    assert.equal(verdict, 'leak');
    assert.match(because.reason, /10, 26, 42, 58 after 10, 26, 42, 58 iterations/);
    const [{ leak }] = leaks as [(typeof leaks)[number]];
    assert.deepEqual([leak.kind, leak.perIteration, leak.bytesPerIteration], ['object', 1, 460]);
    assert.equal(leak.group?.holder.name, 'store[]');
  });

  it('is of the worker whose heap was compared', () => {
    const evidence = evidenceOf([{}]);
    const observations = evidence.observations.map((seen) => (seen.saw === 'compared' ? { ...seen, heap: 1 } : seen));
    assert.deepEqual(
      decide({ ...evidence, observations }).leaks.map(({ heap }) => heap),
      [1],
    );
  });

  it('is a leak whatever it is: nodes, functions, several an iteration, one in two', () => {
    assert.deepEqual(namesOf({ name: '<li>', heldBy: '' }), ['<li>']);
    assert.deepEqual(namesOf({ name: 'function onResize', counts: [30, 78, 126, 174] }), ['function onResize']);
    assert.deepEqual(namesOf({ counts: [5, 13, 21, 29] }), ['Item']);
    assert.deepEqual(namesOf({}, { name: 'Panel' }), ['Item', 'Panel']);
  });

  for (const [name, grew] of [
    ['a cache that fills', { counts: [10, 26, 30, 30] }],
    ['a cache that filled in the last stretch', { counts: [10, 26, 42, 50] }],
    ['what comes once in a while', { counts: [10, 11, 13, 14] }],
    ['what came all at once', { counts: [10, 11, 59, 60] }],
    ['what the browser notes for itself', { name: 'PerformanceEventTiming', heldBy: '', counts: [56, 136, 216, 296] }],
    ['what no name leads to', { name: 'Object', heldBy: '' }],
    ['a storage that grows in steps', { grows: 'content' as const }],
  ] as const)
    it(`is no leak where it is ${name}`, () => {
      const { verdict, because } = decide(evidenceOf([grew]));
      assert.equal(verdict, 'inconclusive');
      assert.match(because.reason, /before it could tell: A window/);
    });

  it('is a leak where the hooks count it: timers and listeners that no name of the page keeps', () => {
    const counted = (intervals: readonly number[]) => {
      const evidence = evidenceOf([]);
      const [seen, failure] = evidence.observations as [ComparedSeen & { readonly begun: number }, never];
      const counters = intervals.map((count) => ({ intervals: count, windowListeners: 3 }));
      return decide({ ...evidence, observations: [{ ...seen, counters }, failure] });
    };
    assert.deepEqual(
      counted([10, 26, 42, 58]).leaks.map(({ leak }) => [leak.kind, leak.name, leak.perIteration]),
      [['timer', 'setInterval', 1]],
    );
    assert.equal(counted([10, 26, 30, 36]).verdict, 'inconclusive');
    assert.equal(counted([10, 26, 30, 30]).verdict, 'clean');
    assert.equal(counted([3, 3, 3, 3]).verdict, 'clean');
  });

  it('is not told from two stretches', () => {
    const short = evidenceOf([{ counts: [10, 26, 42], bytes: [1, 2, 3] }], [10, 26, 42]);
    assert.equal(decide(short).verdict, 'inconclusive');
  });

  // A cache of 80 was a leak: nothing was followed beyond 60 iterations. And no such page with a cache was ever clean.
  describe('followed further', () => {
    const ITERATIONS = [10, 26, 42, 58, 140, 220];
    const FLAT = { intervals: 2, listeners: 30, nodes: 12 };
    const decided = (grew: readonly Partial<Grown>[], counter: string, readings: readonly number[]) => {
      const evidence = evidenceOf(grew, ITERATIONS);
      const [seen, failure] = evidence.observations as [ComparedSeen & { readonly begun: number }, never];
      const counters = readings.map((reading) => ({ ...FLAT, [counter]: reading }));
      return decide({ ...evidence, observations: [{ ...seen, counters }, failure] });
    };
    const heap = ITERATIONS.map((iteration) => 1_200_000 + iteration * 70);
    const filled = { counts: [10, 26, 42, 58, 80, 81], bytes: [1, 2, 3, 4, 5, 6] };

    it('is clean where the cache filled and the counters rest, with what was seen', () => {
      const { verdict, because } = decided([filled], 'jsHeapBytes', heap);
      assert.equal(verdict, 'clean');
      assert.match(because.reason, /Item in store\[\]: 10, 26, 42, 58, 80, 81 after 10, 26/);
      const own = { name: 'PerformanceEventTiming', heldBy: '', counts: [50, 130, 210, 290, 700, 1100] };
      assert.equal(decided([own], 'jsHeapBytes', heap).verdict, 'clean');
    });

    it('is a leak where as many come until the end', () => {
      assert.equal(decided([{ counts: ITERATIONS }], 'jsHeapBytes', heap).verdict, 'leak');
      assert.equal(decided([filled], 'windowListeners', ITERATIONS).verdict, 'leak');
    });

    it('is not clean where anything goes on: a storage, what comes seldom, a heap, a counter', () => {
      const storage = { grows: 'content' as const, counts: [1, 1, 1, 1, 1, 1], bytes: ITERATIONS.map((at) => at * 8) };
      assert.equal(decided([storage], 'jsHeapBytes', heap).verdict, 'inconclusive');
      const seldom = { counts: ITERATIONS.map((at) => Math.floor(at / 5)) };
      assert.equal(decided([seldom], 'jsHeapBytes', heap).verdict, 'inconclusive');
      const rising = ITERATIONS.map((at) => 1_200_000 + at * 5000);
      assert.equal(decided([filled], 'jsHeapBytes', rising).verdict, 'inconclusive');
      assert.equal(decided([filled], 'nodes', ITERATIONS).verdict, 'inconclusive');
    });
  });
});
