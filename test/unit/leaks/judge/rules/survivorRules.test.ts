import assert from 'node:assert/strict';
import { type Bucket, type SurvivorEvidence, firstAnswer } from '../../../../../src/leaks/judge/rules/rule.ts';
import { survivorRules } from '../../../../../src/leaks/judge/table.ts';

/** Seven iterations told apart, then stretches of 40 and 10, as a check has them after escalation. */
function buckets(singles: readonly number[], first: number, last: number): Bucket[] {
  return [
    ...singles.map((survivors) => ({ iterations: 1, survivors })),
    { iterations: 40, survivors: first },
    { iterations: 10, survivors: last },
  ];
}

function judged(evidence: Partial<SurvivorEvidence> & { buckets: readonly Bucket[] }): string {
  return firstAnswer(survivorRules, { name: 'Panel', escalated: true, retainedBy: [], madeByPage: true, ...evidence })
    .answer;
}

describe('survivor rules', () => {
  it('call a leak what survives from every iteration, or every check would miss leaks', () => {
    assert.equal(judged({ buckets: buckets([1, 1, 1, 1, 1, 1, 1], 40, 10) }), 'leak');
    assert.equal(judged({ buckets: buckets([3, 2, 3, 3, 2, 3, 3], 115, 29) }), 'leak');
  });

  it('forgive one iteration whose work slipped into the next', () => {
    assert.equal(judged({ buckets: buckets([0, 2, 1, 1, 1, 1, 1], 40, 10) }), 'leak');
  });

  it('call bounded a cache that evicts its oldest, or every cache would be a false alarm', () => {
    assert.equal(judged({ buckets: buckets([0, 0, 0, 0, 0, 0, 0], 20, 10) }), 'bounded');
    assert.equal(judged({ buckets: buckets([0, 0, 1, 0, 0, 0, 0], 5, 10) }), 'bounded');
  });

  it('call a leak a queue that loses its oldest and grows all the same, and bounded what keeps as many, or a queue that is emptied too slowly were clean', () => {
    const latest = buckets([0, 0, 0, 0, 0, 0, 0], 300, 300);
    assert.equal(
      judged({
        buckets: latest,
        kept: [
          [120, 12],
          [600, 60],
        ],
      }),
      'leak',
    );
    assert.equal(
      judged({
        buckets: latest,
        kept: [
          [580, 12],
          [600, 60],
        ],
      }),
      'bounded',
    );
    assert.equal(
      judged({
        buckets: latest,
        kept: [
          [120, 12],
          [300, 60],
        ],
      }),
      'bounded',
    );
  });

  // A warning that is put together from parts, kept once in seven iterations, was "let go": its parts count in stretches alone.
  it('call a leak what comes once in a few iterations and stays, whatever counts in stretches', () => {
    const rarely = (hit: number, parts: number, bytes: readonly [number, number, number]): Bucket[] => {
      const singles = [0, 0, 0, 0, 0, 0, 0].map((_, at) => (at === hit ? 1 : 0));
      return buckets(singles, 6 * parts, parts).map((bucket, at) => {
        const [one, first, last] = bytes;
        return { ...bucket, bytes: at === 7 ? first : at === 8 ? last : at === hit ? one : 0 };
      });
    };
    assert.equal(judged({ buckets: rarely(1, 3, [92, 552, 92]) }), 'leak');
    assert.equal(judged({ buckets: rarely(3, 5, [400, 2400, 400]) }), 'leak');
    assert.equal(judged({ buckets: rarely(0, 1, [64, 384, 64]) }), 'leak');
    // One that is left of many is no sign that the others stayed.
    assert.equal(judged({ buckets: rarely(1, 6, [92, 3312, 552]) }), 'bounded');
    assert.equal(judged({ buckets: rarely(1, 3, [92, 552, 92]), madeByPage: false }), 'cannot-say');
  });

  it('call bounded what fills and stops, be it after 40 iterations', () => {
    assert.equal(judged({ buckets: buckets([1, 1, 1, 1, 1, 1, 1], 23, 0) }), 'bounded');
    assert.equal(judged({ buckets: buckets([5, 5, 5, 5, 5, 5, 5], 160, 2) }), 'bounded');
  });

  it('do not say that what comes with every fourth iteration has stopped because three left none', () => {
    const rare = buckets([1, 0, 0, 0, 1, 0, 0], 10, 3);
    assert.equal(judged({ buckets: [...rare, { iterations: 3, survivors: 0 }] }), 'cannot-say');
    const steady = buckets([1, 1, 1, 1, 1, 1, 1], 40, 10);
    assert.equal(judged({ buckets: [...steady, { iterations: 3, survivors: 0 }] }), 'bounded');
  });

  it('do not call eviction what only counts more in stretches, such as the parts of a tree', () => {
    assert.equal(judged({ buckets: buckets([1, 1, 1, 1, 1, 1, 1], 430, 168) }), 'leak');
  });

  it('call a leak what multiplies, on a page whose counters do, although the first iterations left next to nothing', () => {
    const multiplied = [4, 8, 16, 32, 64, 128, 256].map((survivors) => ({ iterations: 1, survivors }));
    assert.equal(judged({ buckets: multiplied, multiplies: true }), 'leak');
    assert.equal(judged({ buckets: multiplied }), 'bounded', 'a cache that evicts at random has such survivors too');
    const rising = [0, 0, 4, 8, 16].map((survivors) => ({ iterations: 1, survivors }));
    assert.notEqual(judged({ buckets: rising, multiplies: true }), 'leak');
  });

  it('do not count the one that is current as a collection', () => {
    assert.equal(judged({ buckets: buckets([0, 0, 0, 0, 0, 0, 0], 0, 1) }), 'not-a-leak');
  });

  it('call a leak what happens in every second iteration, when page code made it', () => {
    const alternating = buckets([1, 0, 1, 0, 1, 0, 1], 20, 5);
    assert.equal(judged({ buckets: alternating }), 'leak');
    assert.notEqual(judged({ buckets: alternating, madeByPage: false }), 'leak');
    assert.equal(judged({ buckets: buckets([0, 1, 0, 1, 0, 1, 0], 20, 5) }), 'leak', 'whichever comes first');
    assert.notEqual(
      judged({ buckets: buckets([0, 0, 1, 0, 0, 1, 0], 5, 10) }),
      'leak',
      'a cache that evicts at random',
    );
  });

  it('do not call a leak what comes now and then, such as the engine`s own bookkeeping', () => {
    assert.notEqual(judged({ buckets: buckets([2, 0, 0, 0, 0, 0, 0], 1, 0) }), 'leak');
    assert.notEqual(judged({ buckets: buckets([1, 0, 0, 1, 0, 0, 0], 0, 0) }), 'leak');
  });

  it('take what has lost its JavaScript object for possible survivors of a stretch', () => {
    const nodes = [
      ...buckets([1, 1, 1, 1, 1, 1, 1], 0, 0).slice(0, 7),
      { iterations: 40, survivors: 16, possible: 41 },
      { iterations: 10, survivors: 10, possible: 35 },
    ];
    assert.equal(judged({ buckets: nodes }), 'leak');
  });

  for (const name of [
    'InteractionContentfulPaint',
    'PerformanceEventTiming',
    'LayoutShift',
    'PerformanceResourceTiming',
  ]) {
    it(`leave ${name} to the browser: every trusted click makes one`, () => {
      assert.equal(judged({ name, buckets: buckets([1, 1, 1, 1, 1, 1, 1], 40, 10) }), 'not-a-leak');
    });
  }

  it('count performance marks, which the page makes and must clear', () => {
    assert.equal(judged({ name: 'PerformanceMark', buckets: buckets([1, 1, 1, 1, 1, 1, 1], 40, 10) }), 'leak');
  });
});
