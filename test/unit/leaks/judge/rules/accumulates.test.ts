import assert from 'node:assert/strict';
import { accumulates } from '../../../../../src/leaks/judge/rules/accumulates.ts';

describe('the rule on sizes', () => {
  const judged = (sizes: readonly number[], iterationsInAll: number, earlier: readonly number[] = []): string =>
    accumulates.judge({ sizes, iterationsInAll, earlier }).answer;

  it('calls a leak a list of numbers that grows in each iteration and holds them all', () => {
    assert.equal(judged([24_000, 24_400, 24_800, 25_200], 63), 'leak');
  });

  it('calls a leak a list that was not empty at first', () => {
    assert.equal(judged([90_000, 90_400, 90_800, 91_200], 63), 'leak');
  });

  it('calls bounded a buffer that is flushed now and then only where a flush was seen', () => {
    assert.equal(judged([100, 200, 300, 400], 63, [300, 400, 500]), 'bounded');
    assert.equal(judged([100, 200, 300, 400], 63), 'cannot-say');
  });

  it('calls bounded what shrinks, and what stands still', () => {
    assert.equal(judged([6000, 6100, 5900, 6000], 60), 'bounded');
    assert.equal(judged([249, 249, 249, 249], 13), 'bounded');
  });

  it('does not answer from too few readings', () => {
    assert.equal(judged([1, 2], 10), 'cannot-say');
  });

  it('calls a leak what doubles each time, on a page known to grow so, and not what holds too little', () => {
    const multiplied = (sizes: readonly number[]): string =>
      accumulates.judge({ sizes, iterationsInAll: 13, multiplies: true }).answer;
    assert.equal(multiplied([16_380, 32_764, 65_532]), 'leak');
    assert.equal(multiplied([40, 16_424, 49_192]), 'cannot-say');
    assert.equal(judged([16_380, 32_764, 65_532], 13), 'cannot-say');
  });
});
