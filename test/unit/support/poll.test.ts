import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Clock, poll } from '../../../src/support/index.ts';

describe('poll', () => {
  const clockAt = (slept: number[]): Clock => ({
    now: () => 0,
    monotonic: () => slept.reduce((sum, ms) => sum + ms, 0),
    sleep: async (ms) => void slept.push(ms),
  });

  it('ends as soon as the condition holds, and does not sleep where it holds at once', async () => {
    const slept: number[] = [];
    assert.equal(await poll(() => true, 5, 100, clockAt(slept)), true);
    assert.deepEqual(slept, []);
    assert.equal(await poll(async () => slept.length === 3, 5, 100, clockAt(slept)), true);
    assert.deepEqual(slept, [5, 5, 5]);
  });

  it('gives up after the limit, and says so', async () => {
    const slept: number[] = [];
    assert.equal(await poll(() => false, 5, 12, clockAt(slept)), false);
    assert.deepEqual(slept, [5, 5, 5]);
  });
});
