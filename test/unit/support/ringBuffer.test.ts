import assert from 'node:assert/strict';
import { RingBuffer } from '../../../src/support/index.ts';

describe('RingBuffer', () => {
  it('keeps the newest values in order and counts what it dropped', () => {
    const ring = new RingBuffer<number>(3);
    for (let value = 1; value <= 5; value += 1) ring.push(value);
    assert.deepEqual(ring.toArray(), [3, 4, 5]);
    assert.equal(ring.last(), 5);
    assert.equal(ring.dropped, 2);
  });

  it('refuses a capacity that could not hold anything', () => {
    assert.throws(() => new RingBuffer(0), RangeError);
  });
});
