import assert from 'node:assert/strict';
import { mergeByHolder, nativeCandidates } from '../../../../src/leaks/judge/leftoverGrowth.ts';
import type { GroupReport } from '../../../../src/leaks/snapshot/messages.ts';
import { defined } from '../../../../src/support/index.ts';

const ITERATIONS = 57;
const INTERFACES: ReadonlySet<string> = new Set();
const NODES_ROSE = [{ counter: 'nodes', perIteration: 2 }];

function items(count: number, via: string | undefined, heapObjectId = 1001): GroupReport {
  return {
    key: `<li> ${heapObjectId} ${via ?? ''}`,
    className: '<li>',
    nodeType: 'native',
    survivors: [0, 0],
    ageless: count,
    bytes: [0, count * 100],
    holder: { name: 'ul#log', heapObjectId, className: '<ul>', nodeType: 'native', isSlot: false, retainedBy: [] },
    ...defined({ via }),
    stack: [],
  };
}

// Chromium notes paints and events of some elements, which are then reached by those notes: two parts of one list.
describe('nodes that no script object stands for', () => {
  it('are followed as one list, whatever the browser notes of some of them', () => {
    const parts = [items(20, undefined), items(19, 'InteractionContentfulPaint'), items(18, 'PerformanceEventTiming')];
    const [list, ...others] = nativeCandidates(mergeByHolder(parts), [], NODES_ROSE, INTERFACES, ITERATIONS);
    assert.deepEqual(others, []);
    assert.equal(list?.ageless, 57);
    assert.deepEqual(list.bytes, [0, 5700]);
  });

  it('are not followed where several lists have a few each', () => {
    const parts = [items(20, undefined, 1001), items(19, undefined, 1003)];
    assert.deepEqual(nativeCandidates(mergeByHolder(parts), [], NODES_ROSE, INTERFACES, ITERATIONS), []);
  });
});
