import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isNodeRecentEnough, refuseOldNode } from '../../../src/support/index.ts';

// npm only warns of an old Node; a check there ended with "Map.groupBy is not a function".
describe('The version of Node', () => {
  it('is refused when it is too old, with what is needed and what is there', () => {
    assert.throws(() => refuseOldNode('20.20.2'), /needs Node\.js 22\.12 or later, and this is 20\.20\.2/);
    assert.throws(() => refuseOldNode('22.11.0'), { code: 'usage' });
    for (const enough of ['22.12.0', '22.22.1', '24.0.0', '25.1.0-nightly'])
      assert.ok(isNodeRecentEnough(enough), enough);
    refuseOldNode();
  });
});
