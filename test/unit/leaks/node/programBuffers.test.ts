import assert from 'node:assert/strict';
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
});
