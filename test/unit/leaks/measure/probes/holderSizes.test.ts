import assert from 'node:assert/strict';
import { sizesIn, steadiest } from '../../../../../src/leaks/measure/probes/holderSizes.ts';

describe('sizes of what a holder holds', () => {
  const sizes = (holder: object, ...steps: string[]): Record<string, number> => ({
    ...sizesIn(holder, 'thing', steps, false),
  });

  it('reads entries, characters and bytes, however deep they lie', () => {
    assert.deepEqual(sizes([1, 2, 3]), { '': 3 });
    assert.deepEqual(sizes(new Map([[1, 1]])), { '': 1 });
    assert.deepEqual(sizes({ text: 'abcd' }, 'text'), { '': 4 });
    assert.deepEqual(sizes({ data: new Float32Array(4) }, 'data'), { '': 16 });
    assert.deepEqual(sizes({ state: { rows: ['', 'abc'] } }, 'state', 'rows', '1'), { '': 3 });
    assert.deepEqual(sizes({ [Symbol('log')]: 'abc' }, '<symbol log>'), { '': 3 });
    assert.deepEqual(sizes({ state: null }, 'state', 'rows'), {});
  });

  it('calls no getter of the page', () => {
    let called = false;
    const own = {
      get data() {
        called = true;
        return 'x';
      },
    };
    assert.deepEqual(sizes(own, 'data'), {});
    assert.equal(called, false);
  });

  it('has a place for each entry of a map and each variable of a scope', () => {
    const entries = [{ key: 'log', value: 'abc' }, { key: {}, value: new Uint8Array(8) }, { value: {} }];
    assert.deepEqual({ ...sizesIn(entries, 'entries', [], false) }, { log: 3, 1: 8, 2: 0 });
    const scope = { object: { log: 'ab', count: 1 } };
    assert.deepEqual({ ...sizesIn(scope, 'variables', [], false) }, { log: 2 });
    assert.deepEqual({ ...sizesIn(scope, 'scope', ['log'], false) }, { '': 2 });
  });

  it('finds the place that grows in each step, not the one that gained most by chance', () => {
    const readings = [
      { log: 10, draft: 500 },
      { log: 20, draft: 100 },
      { log: 30, draft: 900 },
    ];
    assert.deepEqual(steadiest(readings)?.place, 'log');
    assert.equal(steadiest([{ log: 1 }, {}]), undefined);
  });
});
