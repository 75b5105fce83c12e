import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { poolBuffers, separateBuffers } from '../../../../src/leaks/node/programBuffers.ts';

describe('Buffers of a program under check', () => {
  const { poolSize } = Buffer;

  it('have memory of their own, so that the bytes of each are counted, and share it again afterwards', () => {
    separateBuffers();
    try {
      separateBuffers();
      for (const buffer of [Buffer.from('text'), Buffer.concat([Buffer.from('te'), Buffer.from('xt')])])
        assert.equal(buffer.buffer.byteLength, 4);
    } finally {
      poolBuffers();
    }
    assert.equal(Buffer.poolSize, poolSize);
    assert.ok(Buffer.from('text').buffer.byteLength > 4);
    poolBuffers();
    assert.equal(Buffer.poolSize, poolSize);
  });

  // A check moves the program's timers on by an hour.
  it('keep it while only the timers of the program say that time has passed', () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    try {
      separateBuffers();
      mock.timers.tick(60 * 60_000);
      assert.equal(Buffer.poolSize, 0);
    } finally {
      poolBuffers();
      mock.timers.reset();
    }
  });
});
