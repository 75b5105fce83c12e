import { strict as assert } from 'node:assert';
import { defined } from '../../../src/support/index.ts';

describe('what is defined', () => {
  it('leaves out a key whose value is undefined, so that a default is not overwritten by it', () => {
    const channel: string | undefined = undefined;
    assert.deepEqual(Object.keys({ channel: 'chrome', ...defined({ channel }) }), ['channel']);
    assert.equal({ channel: 'chrome', ...defined({ channel }) }.channel, 'chrome');
  });

  it('keeps every other value that counts as false', () => {
    assert.deepEqual(defined({ a: 0, b: '', c: false, d: null }), { a: 0, b: '', c: false, d: null });
  });
});
