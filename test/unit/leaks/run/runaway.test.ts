import assert from 'node:assert/strict';
import type { CounterSample } from '../../../../src/leaks/model.ts';
import {
  findMultiplied,
  findRunaway,
  growsEvenly,
  looksMultiplying,
  multiplies,
} from '../../../../src/leaks/judge/runaway.ts';

const MB = 1024 * 1024;

/** The iteration, from 1, at which it is taken for a runaway. */
function noticedAt(sizes: readonly number[], ms: (index: number) => number = () => 10): number | undefined {
  const index = sizes.findIndex((_, at) =>
    looksMultiplying(
      sizes.slice(0, at + 1),
      sizes.slice(0, at + 1).map((_size, each) => ms(each)),
    ),
  );
  return index === -1 ? undefined : index + 1;
}

describe('a page whose iterations multiply', () => {
  it('is noticed before it can hang the browser', () => {
    const doubling = Array.from({ length: 30 }, (_, n) => 5 * MB + 100 * 2 ** n);
    const at = noticedAt(doubling)!;
    assert.ok(doubling[at - 1]! < 8 * MB, `noticed at iteration ${at}, ${doubling[at - 1]} bytes`);
  });

  it('is noticed by the time an iteration takes, where it is not memory that grows', () => {
    assert.equal(
      noticedAt(
        Array.from({ length: 10 }, () => MB),
        (index) => 20 * 2 ** index,
      ),
      8,
    );
  });

  it('is not what leaks the same each time, or fills and is collected', () => {
    assert.equal(noticedAt(Array.from({ length: 60 }, (_, n) => n * 20 * MB)), undefined);
    assert.equal(noticedAt(Array.from({ length: 60 }, (_, n) => 5 * MB + (n % 4) * MB)), undefined);
  });

  it('is confirmed only by growth that is large', () => {
    assert.ok(multiplies([0, MB, 3 * MB]));
    assert.ok(!multiplies([0, 1000, 3000]));
    assert.ok(!multiplies([0, 3 * MB, 4 * MB]));
  });

  const counted = (counter: string, readings: readonly number[]): CounterSample[] =>
    readings.map((value, iteration) => ({ iteration, atMs: 0, jsHeapBytes: 5 * MB, [counter]: value }));

  it('is known from the exact readings of a count, with how much more the page can take', () => {
    const doubling = findRunaway(
      counted(
        'jsHeapBytes',
        [5, 5.1, 5.3, 5.7].map((mb) => mb * MB),
      ),
    );
    assert.ok(doubling && Math.abs(doubling.factor - 2) < 0.01);
    assert.equal(doubling.iterationsLeft, 3);
    assert.equal(
      findRunaway(
        counted(
          'jsHeapBytes',
          [5, 5.1, 5.2, 5.3].map((mb) => mb * MB),
        ),
      ),
      undefined,
    );
    assert.equal(findRunaway(counted('jsHeapBytes', [5000, 5010, 5030, 5070])), undefined);
  });

  it('is known from three readings of listeners, since five times as many soon are too many', () => {
    const listeners = findRunaway(counted('listeners', [526, 2526, 12_526]));
    assert.equal(listeners?.factor, 5);
    assert.equal(listeners.iterationsLeft, 0);
    assert.equal(findRunaway(counted('listeners', [26, 126, 226])), undefined);
  });

  it('may be behind steps that each are larger, so that nothing is done on the side then', () => {
    assert.ok(growsEvenly(counted('jsHeapBytes', [1000, 2000, 3010, 4000])));
    assert.ok(growsEvenly(counted('jsHeapBytes', [1000, 1000, 1000, 1000])));
    assert.ok(!growsEvenly(counted('jsHeapBytes', [1000, 2000, 3500, 5700])));
    assert.ok(!growsEvenly(counted('listeners', [2, 3, 5, 8])));
  });

  it('is known from what survives of each iteration, where bytes are too few to tell', () => {
    assert.ok(
      findMultiplied([
        [1, 1, 1, 1],
        [64, 128, 256, 512, 1024, 2048],
      ]),
    );
    assert.equal(findMultiplied([[1000, 1010, 1000, 1020]]), undefined);
    assert.equal(findMultiplied([[1, 2, 4, 8, 16]]), undefined);
    assert.equal(findMultiplied([[0, 0, 300, 600, 1200]]), undefined);
  });
});
