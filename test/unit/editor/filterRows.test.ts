import assert from 'node:assert/strict';
import { buildRows } from '../../../src/editor/processTree/buildRows.ts';
import { filterRows } from '../../../src/editor/processTree/filterRows.ts';
import type { ShownTree } from '../../../src/editor/processTree/row.ts';
import { SteadyNumbers } from '../../../src/editor/processTree/steadyNumbers.ts';
import { memory, renderer, shown } from './support/shownTrees.ts';

const smoke: ShownTree = {
  ...shown({ pid: 100, roles: ['browser', 'renderer', 'gpu'], owner: { kind: 'task', name: 'smoke', alive: true } }),
  pages: new Map([[101, renderer({ title: 'Checkout', heapMb: 10, nodes: 100, listeners: 1 })]]),
};
const other = shown({ pid: 200, owner: { kind: 'process', name: 'node watch.js (pid 8)', alive: true } });

function filtered(filter: string): string[] {
  return filterRows(buildRows([smoke, other], new SteadyNumbers()), filter).flatMap((group) =>
    group.children.flatMap((row) => [row.id, ...row.children.map(({ id }) => id)]),
  );
}

describe('The filter of the Processes view', () => {
  it('shows all without a word', () => {
    assert.equal(filtered('  ').length, 7);
  });

  it('shows a browser whole when it is the browser that matches: its owner, its pid', () => {
    assert.deepEqual(filtered('SMOKE'), ['tree 100@1000', 'process 100@1000', 'process 101@1010', 'process 102@1020']);
    assert.deepEqual(filtered('watch.js'), ['tree 200@2000', 'process 200@2000', 'process 201@2010']);
  });

  it('shows of a browser only what matches when that is one of its processes, by name or address', () => {
    assert.deepEqual(filtered('checkout'), ['tree 100@1000', 'process 101@1010']);
    assert.deepEqual(filtered('smoke shop.test'), ['tree 100@1000', 'process 101@1010']);
    assert.deepEqual(filtered('gpu'), ['tree 100@1000', 'process 102@1020']);
  });

  it('shows nothing where a word is found nowhere', () => {
    assert.deepEqual(filtered('smoke nothing'), []);
  });
});

describe('Sorting by memory', () => {
  const ids = (trees: readonly ShownTree[], order: 'role' | 'memory') =>
    buildRows(trees, new SteadyNumbers(), [], [], order).flatMap(({ children }) => children.map(({ id }) => id));
  const small = shown({ pid: 100, mb: 10 });
  const large = shown({ pid: 200, mb: 400 });

  it('puts the largest browser first, and the largest process of each', () => {
    assert.deepEqual(ids([small, large], 'role'), ['tree 100@1000', 'tree 200@2000']);
    assert.deepEqual(ids([small, large], 'memory'), ['tree 200@2000', 'tree 100@1000']);
    const { sample } = small;
    const heavy = sample.processes.map((process, index) => ({ ...process, memory: memory(index === 1 ? 300 : 10) }));
    const [group] = buildRows(
      [{ ...small, sample: { ...sample, processes: heavy } }],
      new SteadyNumbers(),
      [],
      [],
      'memory',
    );
    assert.equal(group!.children[0]!.children[0]!.id, 'process 101@1010');
  });

  // Rows that change places under the pointer are clicked by mistake.
  it('keeps rows in place while they differ by less than is shown', () => {
    const steady = new SteadyNumbers();
    const order = (a: number, b: number) =>
      buildRows([shown({ pid: 100, mb: a }), shown({ pid: 200, mb: b })], steady, [], [], 'memory').flatMap(
        ({ children }) => children.map(({ id }) => id),
      );
    const first = order(50, 50.4);
    assert.deepEqual(order(50.4, 50), first);
  });
});
