import assert from 'node:assert/strict';
import { RunawayWatch, multiplies } from '../../../../src/leaks/run/runaway.ts';

const MB = 1024 * 1024;

/** The iteration, from 1, at which it is taken for a runaway. */
function noticedAt(sizes: readonly number[], ms: (index: number) => number = () => 10): number | undefined {
  const watch = new RunawayWatch();
  const index = sizes.findIndex((bytes, at) => watch.note(bytes, ms(at)));
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
});
