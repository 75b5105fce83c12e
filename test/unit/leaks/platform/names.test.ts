import assert from 'node:assert/strict';
import { isBufferClass } from '../../../../src/leaks/platform/index.ts';
import { kindOf } from '../../../../src/leaks/platform/kinds.ts';

describe('Names of buffers', () => {
  // `all = Buffer.concat([all, piece])` was growth that could not be told.
  it("are Node's as well, whose growth is then followed", () => {
    assert.ok(isBufferClass('Buffer') && isBufferClass('Uint8Array'));
    assert.ok(!isBufferClass('RingBuffer') && !isBufferClass('Buffers'));
    // A class of a page may have the name.
    assert.equal(kindOf('Buffer', undefined), 'object');
    assert.equal(kindOf('Uint8Array', undefined), 'array-buffer');
  });
});
