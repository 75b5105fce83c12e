import assert from 'node:assert/strict';
import { isKey } from '../../../../src/leaks/explain/isKey.ts';
import type { GroupReport } from '../../../../src/leaks/snapshot/messages.ts';

// A developer who reads that a text stays looks for who puts texts in, and finds `list[id] = null`.
describe('a text that stays', () => {
  const text = (className: string, ...path: string[]): boolean => {
    const holder = { name: 'list', heapObjectId: 1, className, nodeType: 'object', isSlot: false, retainedBy: path };
    const group: GroupReport = {
      key: 'string',
      className: 'string',
      nodeType: 'string',
      survivors: [1],
      ageless: 0,
      bytes: [24],
      holder,
      stack: [],
    };
    return isKey({ group });
  };

  it('is a key where no property or element holds it', () => {
    assert.ok(text('Object', 'list: Object', 'string'));
    assert.ok(text('Array', 'list: Array', 'string'), 'a name beside the elements');
  });

  it('is a value of a property, an element or a Set, or a part of a longer text', () => {
    assert.ok(!text('Object', 'list: Object', 'label: string'));
    assert.ok(!text('Array', 'list: Array', '[3]: string'));
    assert.ok(!text('Set', 'list: Set', 'string'));
    assert.ok(!text('Array', 'list: Array', '[3]: {label}', 'label: string', 'string'));
  });
});
