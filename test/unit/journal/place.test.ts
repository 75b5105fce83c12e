import assert from 'node:assert/strict';
import { placeOf } from '../../../src/journal/index.ts';

describe('Where a journal entry was written', () => {
  const here = { bootId: 'b1', pidNamespace: 'pid:[1]' };
  const nobodyKnows = () => undefined;

  for (const [entry, lives, place] of [
    [{ bootId: 'b1', pidNamespace: 'pid:[1]' }, nobodyKnows, 'here'],
    [{ bootId: 'b0', pidNamespace: 'pid:[1]' }, nobodyKnows, 'gone'],
    [{ bootId: 'b1', pidNamespace: 'pid:[2]' }, nobodyKnows, 'elsewhere'],
    [{ bootId: 'b1', pidNamespace: 'pid:[2]' }, () => true, 'elsewhere'],
    [{ bootId: 'b1', pidNamespace: 'pid:[2]' }, () => false, 'gone'],
    // Written by an earlier version, or where there are no namespaces.
    [{ bootId: 'b1' }, nobodyKnows, 'here'],
    [{}, nobodyKnows, 'here'],
  ] as const)
    it(`${JSON.stringify(entry)} is ${place}, so its pids are ${place === 'here' ? '' : 'not '}looked up`, () => {
      assert.equal(placeOf(entry, here, lives), place);
    });
});
