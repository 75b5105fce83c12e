import assert from 'node:assert/strict';
import { Analyst } from '../../../../src/leaks/snapshot/analyse.ts';
import { HeapGraphLoader } from '../../../../src/leaks/snapshot/heapGraph.ts';
import { FOUR_ITERATIONS, type HeapNode, each, heapText, idIn, pageWith } from './heapText.ts';

/** A callback in `listeners`, with what it refers to as the second object of its iteration. */
async function componentWith(
  record: (iteration: number) => HeapNode['edges'],
  others: readonly HeapNode[],
  name = 'FiberNode',
) {
  const kept: HeapNode = {
    id: 101,
    type: 'object',
    name: 'Array',
    edges: each((iteration) => ['element', iteration, idIn(iteration, 1)] as const),
  };
  const nodes = each((iteration): HeapNode[] => [
    { id: idIn(iteration, 1), type: 'closure', name: 'changed', edges: [['context', 'it', idIn(iteration, 2)]] },
    { id: idIn(iteration, 2), type: 'object', name, edges: record(iteration) ?? [] },
  ]).flat();
  const loader = new HeapGraphLoader();
  loader.write(heapText(pageWith([['listeners', 101]], [kept, ...others, ...nodes])));
  const { groups } = new Analyst().analyse(await loader.finish(), FOUR_ITERATIONS);
  return groups.find(({ className }) => className === 'function changed')?.component;
}
const written = (id: number, name: string): HeapNode => ({ id, type: 'closure', name, location: [9, 3, 0] });

describe('the component that a callback keeps', () => {
  it('is the one whose record it refers to: of React by its function, of Vue by what it says', async () => {
    const fiber = () => [['property', 'elementType', 103] as const, ['property', 'type', 103] as const];
    assert.deepEqual(await componentWith(fiber, [written(103, 'Badge')]), {
      name: 'Badge',
      location: { scriptId: 9, line: 4, column: 1 },
    });
    const vue: HeapNode[] = [
      { id: 103, type: 'object', name: 'Object', edges: [['property', '__name', 105]] },
      { id: 105, type: 'string', name: 'WidthPanel' },
    ];
    const instance = () => ['type', 'appContext', 'provides'].map((name) => ['property', name, 103] as const);
    assert.deepEqual(await componentWith(instance, vue, 'Object'), { name: 'WidthPanel' });
  });

  it('is an instance of a class that Angular made one', async () => {
    const angular: HeapNode[] = [
      { id: 103, type: 'object', name: 'Object', edges: [['property', 'constructor', 105]] },
      { ...written(105, 'Menu'), edges: [['property', 'ɵcmp', 107]] },
      { id: 107, type: 'object', name: 'Object' },
    ];
    const instance = () => [['property', '__proto__', 103] as const];
    assert.equal((await componentWith(instance, angular, 'Menu'))?.name, 'Menu');
    assert.equal(await componentWith(instance, [angular[0]!, written(105, 'Menu')], 'Menu'), undefined);
  });

  it('is none where each iteration keeps another, or the one that all of them share', async () => {
    const two = [written(103, 'Badge'), written(105, 'Card')];
    const other = (iteration: number) =>
      ['elementType', 'type'].map((name) => ['property', name, 103 + (iteration % 2) * 2] as const);
    assert.equal(await componentWith(other, two), undefined);
    const root: HeapNode = {
      id: 107,
      type: 'object',
      name: 'FiberNode',
      edges: ['elementType', 'type'].map((name) => ['property', name, 103] as const),
    };
    assert.equal(
      await componentWith(() => [['property', 'root', 107]], [written(103, 'App'), root], 'Panel'),
      undefined,
    );
  });
});
