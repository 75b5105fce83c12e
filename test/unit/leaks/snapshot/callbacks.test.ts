import assert from 'node:assert/strict';
import { Analyst } from '../../../../src/leaks/snapshot/analyse.ts';
import { HeapGraphLoader } from '../../../../src/leaks/snapshot/heapGraph.ts';
import { FOUR_ITERATIONS, type HeapNode, each, heapText, idIn, pageWith } from './heapText.ts';

// `this.hide = this.hide.bind(this)`: V8 calls all that `bind` makes by one name, which says nothing.
describe('a function made by bind', () => {
  it('is called as the function behind it, also where it was bound twice', async () => {
    const loader = new HeapGraphLoader();
    const bound = (id: number, to: number): HeapNode => {
      return { id, type: 'closure', name: 'native_bind', edges: [['internal', 'bound_function', to]] };
    };
    const nodes = pageWith(
      [['handlers', 101]],
      [
        {
          id: 101,
          type: 'object',
          name: 'Array',
          edges: each((iteration) => ['element', iteration, idIn(iteration, 1)] as const),
        },
        { id: 103, type: 'closure', name: 'hide', location: [9, 1, 0] },
        ...each((iteration) => [bound(idIn(iteration, 1), idIn(iteration, 2)), bound(idIn(iteration, 2), 103)]).flat(),
      ],
    );
    loader.write(heapText(nodes));
    const [group] = new Analyst().analyse(await loader.finish(), FOUR_ITERATIONS).groups;
    assert.equal(group?.className, 'function hide');
  });
});

// `{type, data, handler}` in a list of jQuery's says nothing; the handler has a name and a line of the user's.
describe('the functions in a record that a library keeps', () => {
  const records = (className: string, old: boolean, count = 1): HeapNode[] =>
    pageWith(
      [['handlers', 101]],
      [
        {
          id: 101,
          type: 'object',
          name: 'Array',
          edges: each((iteration) => ['element', iteration, idIn(iteration, 1)] as const),
        },
        { id: 103, type: 'closure', name: 'guard', location: [9, 1, 0] },
        ...each((iteration): HeapNode[] => [
          {
            id: idIn(iteration, 1),
            type: 'object',
            name: className,
            edges: [
              ['property', 'guard', 103],
              ...(old
                ? []
                : Array.from(
                    { length: count },
                    (_, nth) => ['property', `on${nth}`, idIn(iteration, 2 + nth)] as const,
                  )),
            ],
          },
          ...(old
            ? []
            : Array.from({ length: count }, (_, nth): HeapNode => {
                return { id: idIn(iteration, 2 + nth), type: 'closure', name: 'onResize', location: [9, 7, 2] };
              })),
        ]).flat(),
      ],
    );

  async function callbacks(nodes: readonly HeapNode[]) {
    const loader = new HeapGraphLoader();
    loader.write(heapText(nodes));
    const [group] = new Analyst().analyse(await loader.finish(), FOUR_ITERATIONS).groups;
    return group?.callbacks;
  }

  it('are those of the same iteration', async () => {
    const found = await callbacks(records('Object', false));
    assert.deepEqual(
      found?.map(({ className, location: { line } }) => [className, line]),
      [['function onResize', 8]],
    );
    assert.equal(await callbacks(records('Object', true)), undefined);
  });

  it('are one where an array has it as an entry and in its storage', async () => {
    const nodes = records('Array', false).map((node): HeapNode => {
      if (!node.edges?.some(([, name]) => name === 'guard')) return node;
      return {
        ...node,
        edges: [
          ['element', 0, node.id + 2],
          ['internal', 'elements', node.id + 20],
        ],
      };
    });
    const storages = each((iteration): HeapNode => {
      const edges = [['internal', '0', idIn(iteration, 2)] as const];
      return { id: idIn(iteration, 11), type: 'array', name: '(object elements)', edges };
    });
    assert.equal((await callbacks([...nodes, ...storages]))?.length, 1);
  });

  it('may be bound to an object', async () => {
    const nodes = records('Object', false).map((node): HeapNode => {
      if (node.name !== 'Object') return node;
      const edges = (node.edges ?? []).filter(([, name]) => name === 'guard');
      return { ...node, edges: [...edges, ['property', 'next', node.id + 20]] };
    });
    const bound = each((iteration): HeapNode => {
      const edges = [['internal', 'bound_function', idIn(iteration, 2)] as const];
      return { id: idIn(iteration, 11), type: 'closure', name: 'native_bind', edges };
    });
    assert.deepEqual(
      (await callbacks([...nodes, ...bound]))?.map(({ className }) => className),
      ['function onResize'],
    );
  });

  it('are not looked for in what has a class, or in tables of functions', async () => {
    assert.equal(await callbacks(records('Panel', false)), undefined);
    assert.equal(await callbacks(records('Object', false, 9)), undefined);
  });
});
