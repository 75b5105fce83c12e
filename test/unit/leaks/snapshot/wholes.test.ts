import assert from 'node:assert/strict';
import { Analyst } from '../../../../src/leaks/snapshot/analyse.ts';
import { HeapGraphLoader } from '../../../../src/leaks/snapshot/heapGraph.ts';
import type { AnalysisRequest, GroupReport } from '../../../../src/leaks/snapshot/messages.ts';
import { FOUR_ITERATIONS, type HeapNode, each, heapText, idIn, pageWith } from './heapText.ts';

/** What two functions have where their code is: the first ran, the second did not. */
const code: HeapNode[] = [
  { id: 201, type: 'code', name: 'ran', edges: [['internal', 'trusted_function_data', 203]] },
  { id: 203, type: 'code', name: 'system / BytecodeArray' },
  { id: 205, type: 'code', name: 'lazy', edges: [['internal', 'trusted_function_data', 207]] },
  { id: 207, type: 'code', name: 'system / UncompiledDataWithoutPreparseData' },
];
const method = (id: number, name: string, shared: number, isScript = true): HeapNode => ({
  id,
  type: 'closure',
  name,
  edges: [['internal', 'shared', shared]],
  ...(isScript ? { location: [9, 3, 0] as const } : {}),
});

async function groupsOf(
  nodes: readonly HeapNode[],
  stacks: readonly (readonly string[])[] = [],
  request: AnalysisRequest = FOUR_ITERATIONS,
) {
  const loader = new HeapGraphLoader();
  loader.write(heapText(nodes, stacks));
  return new Analyst().analyse(await loader.finish(), request).groups;
}

const kept = (nth: number): HeapNode => ({
  id: 101,
  type: 'object',
  name: 'Array',
  edges: each((iteration) => ['element', iteration, idIn(iteration, nth)] as const),
});

describe('how an object is ended', () => {
  const endingOf = async (prototype: HeapNode[], own: readonly (readonly ['property', string, number])[] = []) => {
    const nodes = pageWith(
      [['panels', 101]],
      [
        kept(1),
        ...code,
        ...prototype,
        ...each((iteration) => ({
          id: idIn(iteration, 1),
          type: 'object',
          name: 'Chart',
          edges: [['property', '__proto__', 103] as const, ...own],
        })),
      ],
    );
    const [group] = await groupsOf(nodes);
    return group?.ending;
  };

  it('is the plainest method of its class, and says whether that ever ran', async () => {
    const proto = (shared: number): HeapNode[] => [
      {
        id: 103,
        type: 'object',
        name: 'Object',
        edges: [
          ['property', 'stop', 105],
          ['property', 'destroy', 107],
        ],
      },
      method(105, 'stop', 201),
      method(107, 'destroy', shared),
    ];
    assert.deepEqual(await endingOf(proto(205)), { method: 'destroy', ran: false });
    assert.deepEqual(await endingOf(proto(201)), { method: 'destroy', ran: true });
    const other: HeapNode[] = [
      { id: 103, type: 'object', name: 'Object', edges: [['property', 'unset', 105]] },
      method(105, 'unset', 205),
    ];
    assert.deepEqual(await endingOf(other), { method: 'unset', ran: false });
  });

  it('may be inherited, or the object’s own', async () => {
    const base: HeapNode[] = [
      { id: 103, type: 'object', name: 'Object', edges: [['property', '__proto__', 109]] },
      { id: 109, type: 'object', name: 'Base', edges: [['property', 'dispose', 105]] },
      method(105, 'dispose', 205),
    ];
    assert.equal((await endingOf(base))?.method, 'dispose');
    assert.equal(
      (
        await endingOf(
          [{ id: 103, type: 'object', name: 'Object' }, method(105, 'close', 205)],
          [['property', 'close', 105]],
        )
      )?.method,
      'close',
    );
  });

  it('is what unloads it rather than what stops it for a while', async () => {
    const sound: HeapNode = {
      id: 103,
      type: 'object',
      name: 'Object',
      edges: [
        ['property', 'stop', 105],
        ['property', 'unload', 107],
      ],
    };
    const nodes = [sound, method(105, 'stop', 201), method(107, 'unload', 205)];
    assert.equal((await endingOf(nodes))?.method, 'unload');
  });

  it('is no method of the browser’s own', async () => {
    const element: HeapNode[] = [
      { id: 103, type: 'object', name: 'Element', edges: [['property', 'remove', 105]] },
      method(105, 'remove', 205, false),
    ];
    assert.equal(await endingOf(element), undefined);
  });
});

describe('the whole that survivors are parts of', () => {
  /** A listener's function that refers to an observer that refers to the editor, each with the stack that made it. */
  const editors = (editorStack: number): HeapNode[] =>
    pageWith(
      [['listeners', 101]],
      [
        kept(1),
        ...code,
        { id: 103, type: 'object', name: 'Object', edges: [['property', 'destroy', 105]] },
        method(105, 'destroy', 205),
        ...each((iteration): HeapNode[] => [
          {
            id: idIn(iteration, 1),
            type: 'closure',
            name: 'onScroll',
            trace: 3,
            edges: [['context', 'view', idIn(iteration, 2)]],
          },
          {
            id: idIn(iteration, 2),
            type: 'object',
            name: 'DOMObserver',
            trace: 2,
            edges: [
              ['property', 'view', idIn(iteration, 3)],
              ['property', '__proto__', 103],
            ],
          },
          {
            id: idIn(iteration, 3),
            type: 'object',
            name: 'EditorView',
            trace: editorStack,
            edges: [['property', '__proto__', 103]],
          },
        ]).flat(),
      ],
    );
  const stacks = [
    ['open', 'EditorView'],
    ['open', 'EditorView', 'DOMObserver'],
    ['open', 'EditorView', 'DOMObserver', 'listen'],
    ['open', 'EditorView', 'DOMObserver', 'listen', 'later'],
  ];
  const wholes = (groups: readonly GroupReport[]) =>
    groups.map(({ className, whole }) => [className, whole?.className]);

  it('is what the fewest functions made, of what a method ends', async () => {
    const [group] = await groupsOf(editors(1), stacks);
    assert.equal(group?.whole?.className, 'EditorView');
    assert.equal(group?.whole?.perIteration, 1);
    assert.deepEqual(
      group?.whole?.stack.map(({ functionName }) => functionName),
      ['EditorView', 'open'],
    );
    assert.deepEqual(group?.whole?.ending, { method: 'destroy', ran: false });
    assert.equal(group?.whole?.within?.className, 'DOMObserver', 'should the view be the page’s own');
  });

  it('is none that was made further in than the survivors, and none where stacks are not known', async () => {
    assert.deepEqual(wholes(await groupsOf(editors(4), stacks)), [['function onScroll', 'DOMObserver']]);
    assert.deepEqual(wholes(await groupsOf(editors(1))), [['function onScroll', undefined]]);
  });

  /** Three iterations in one bucket, as they are run when stacks are recorded; the first stands alone and has none. */
  const lateStacks: AnalysisRequest = {
    ...FOUR_ITERATIONS,
    boundaries: [FOUR_ITERATIONS.boundaries[0]!, FOUR_ITERATIONS.boundaries[1]!, FOUR_ITERATIONS.boundaries.at(-1)!],
    iterations: [1, 3],
  };
  const traced = (nodes: readonly HeapNode[]): HeapNode[] =>
    nodes.map(({ trace, ...node }) => (trace === undefined || node.id < idIn(2, 0) ? node : { ...node, trace }));

  it('is found in a stretch of iterations, where stacks were recorded in no other', async () => {
    const [group] = await groupsOf(traced(editors(1)), stacks, lateStacks);
    assert.deepEqual([group?.whole?.className, group?.whole?.perIteration], ['EditorView', 1]);
  });

  it('is one for all that an iteration of a stretch left', async () => {
    const nodes = traced(
      editors(1).flatMap((node): HeapNode[] => {
        if (node.name === 'Array')
          return [
            {
              ...node,
              edges: each((iteration) =>
                [1, 4, 5].map((nth) => ['element', iteration * 10 + nth, idIn(iteration, nth)] as const),
              ).flat(),
            },
          ];
        if (node.name !== 'onScroll') return [node];
        // Two more listeners of the same editor, which the first one is reached by.
        return [node, ...[4, 5].map((nth) => ({ ...node, id: node.id + (nth - 1) * 2, edges: [] }))];
      }),
    );
    const [group] = await groupsOf(nodes, stacks, lateStacks);
    assert.deepEqual(
      [group?.survivors, group?.whole?.className, group?.whole?.perIteration],
      [[3, 9], 'EditorView', 1],
    );
  });

  it('is none that only one of the survivors of a stretch has', async () => {
    const nodes = traced(editors(1)).filter(({ id }) => id !== idIn(2, 3) && id !== idIn(3, 3));
    const without = nodes.map((node) => ({
      ...node,
      edges: node.edges?.filter(([, , to]) => nodes.some(({ id }) => id === to)) ?? [],
    }));
    assert.notEqual((await groupsOf(without, stacks, lateStacks))[0]?.whole?.className, 'EditorView');
  });

  it('is as near as its own constructor, not as the one of its base class', async () => {
    const based = [...stacks, ['open', 'EditorView', 'Base', 'Disposable']];
    const nodes = editors(5).map((node): HeapNode => {
      if (node.name !== 'EditorView') return node;
      return { ...node, edges: [['property', '__proto__', 111]] };
    });
    const prototype = (id: number, next: number, made: number): HeapNode => ({
      id,
      type: 'object',
      name: 'Object',
      edges: [
        ['property', '__proto__', next],
        ['property', 'constructor', made],
      ],
    });
    const classes = [
      prototype(111, 113, 121),
      prototype(113, 115, 123),
      prototype(115, 103, 125),
      method(121, 'EditorView', 201),
      method(123, 'Base', 201),
      method(125, 'Disposable', 201),
    ];
    assert.deepEqual(wholes(await groupsOf([...nodes, ...classes], based)), [['function onScroll', 'EditorView']]);
  });

  it('may have been made further in than the element that it is for', async () => {
    const elements = editors(1).map((node) =>
      node.name === 'onScroll' ? { ...node, type: 'native', name: '<ul>', trace: 5 } : node,
    );
    assert.deepEqual(wholes(await groupsOf(elements, [...stacks, ['open']])), [['<ul>', 'EditorView']]);
  });
});
