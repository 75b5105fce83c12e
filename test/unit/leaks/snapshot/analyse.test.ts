import assert from 'node:assert/strict';
import { Analyst } from '../../../../src/leaks/snapshot/analyse.ts';
import { HeapGraphLoader } from '../../../../src/leaks/snapshot/heapGraph.ts';
import type { AnalysisRequest, SnapshotAnalysis } from '../../../../src/leaks/snapshot/messages.ts';
import { type HeapNode, heapText, pageWith } from './heapText.ts';

/** Objects up to id 999 are old; each iteration then has a hundred ids. */
const ITERATIONS = 4;
const request: AnalysisRequest = {
  boundaries: Array.from({ length: ITERATIONS + 1 }, (_, index) => 999 + index * 100),
  iterations: Array.from({ length: ITERATIONS }, () => 1),
  iterationsSince: ITERATIONS,
  minBuckets: 2,
};
const idIn = (iteration: number, nth = 1): number => 1001 + (iteration - 1) * 100 + nth * 2;

async function analyse(
  nodes: readonly HeapNode[],
  analyst = new Analyst(),
  stacks: readonly (readonly string[])[] = [],
  asked = request,
): Promise<SnapshotAnalysis> {
  const loader = new HeapGraphLoader();
  const text = heapText(nodes, stacks);
  // In pieces that cut numbers in two, as the browser's chunks do.
  for (let at = 0; at < text.length; at += 333) loader.write(text.slice(at, at + 333));
  return analyst.analyse(await loader.finish(), asked);
}

const range = (make: (iteration: number) => HeapNode): HeapNode[] =>
  Array.from({ length: ITERATIONS }, (_, index) => make(index + 1));

describe('the analysis of a snapshot', () => {
  it('counts what survives of each iteration, and names the array that holds it', async () => {
    const { groups } = await analyse(
      pageWith(
        [['state', 101]],
        [
          { id: 101, type: 'object', name: 'Object', edges: [['property', 'panels', 103]] },
          {
            id: 103,
            type: 'object',
            name: 'Array',
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
          },
          ...range((iteration) => ({ id: idIn(iteration), type: 'object', name: 'Panel', size: 50 })),
        ],
      ),
    );
    assert.equal(groups.length, 1);
    assert.equal(groups[0]?.className, 'Panel');
    assert.deepEqual(groups[0]?.survivors, [1, 1, 1, 1]);
    assert.deepEqual(groups[0]?.bytes, [50, 50, 50, 50]);
    assert.equal(groups[0]?.holder.name, 'state.panels');
    assert.equal(groups[0]?.holder.heapObjectId, 103);
    assert.equal(groups[0]?.holder.isSlot, false);
  });

  // Two listeners on the window that are both written without a name were one leak, and the second had no line.
  it('tells functions without a name apart by where they are written, whatever script an iteration loaded them with', async () => {
    const closure =
      (line: number, nth: number) =>
      (iteration: number): HeapNode => ({
        id: idIn(iteration, nth),
        type: 'closure',
        name: '',
        location: [line === 3 ? 7 : 10 + iteration, line, 37],
        edges: [
          [
            'internal',
            `1 / part of key ( @${idIn(iteration, nth)}) -> value (Object @${idIn(iteration, 3)}) pair in WeakMap (table @105)`,
            idIn(iteration, 3),
          ],
        ],
      });
    const { groups } = await analyse(
      pageWith(
        [['handlers', 103]],
        [
          {
            id: 103,
            type: 'object',
            name: 'Array',
            edges: range(closure(3, 1))
              .concat(range(closure(6, 2)))
              .map(({ id }, index) => ['element', index, id] as const),
          },
          ...range(closure(3, 1)),
          ...range(closure(6, 2)),
          // What a WeakMap has noted of both.
          ...range((iteration) => ({ id: idIn(iteration, 3), type: 'object', name: 'Object' })),
        ],
      ),
    );
    const closures = groups.filter(({ nodeType }) => nodeType === 'closure');
    assert.deepEqual(
      closures.map(({ survivors }) => survivors),
      [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
      ],
    );
    assert.notEqual(closures[0]?.cluster, closures[1]?.cluster);
  });

  it('joins what the entries of a Map have as keys with what they have as values, the lighter to the heavier', async () => {
    const entry = (index: number) => 7 + index * 3;
    const { groups } = await analyse(
      pageWith(
        [['seen', 103]],
        [
          { id: 103, type: 'object', name: 'Map', edges: [['internal', 'table', 105]] },
          {
            id: 105,
            type: 'array',
            name: '',
            edges: Array.from({ length: ITERATIONS }, (_, index) => [
              ['internal', String(entry(index)), idIn(index + 1, 1)] as const,
              ['internal', String(entry(index) + 1), idIn(index + 1, 2)] as const,
            ]).flat(),
          },
          ...range((iteration) => ({ id: idIn(iteration, 1), type: 'object', name: 'Panel', size: 50 })),
          ...range((iteration) => ({ id: idIn(iteration, 2), type: 'object', name: 'Note', size: 20 })),
        ],
      ),
    );
    assert.deepEqual(
      groups.map(({ className, partOf }) => [className, partOf?.split(' ')[0]]),
      [
        ['Panel', undefined],
        ['Note', 'Panel'],
      ],
    );
  });

  it('names what holds the first member of a linked list, and counts the bytes of its members once', async () => {
    const old = [103, 105];
    const members = [...old, ...Array.from({ length: ITERATIONS }, (_, index) => idIn(index + 1))];
    const { groups } = await analyse(
      pageWith(
        [['timeline', 101]],
        [
          { id: 101, type: 'object', name: 'Timeline', edges: [['property', 'first', 103]] },
          ...members.map((id, index): HeapNode => ({
            id,
            type: 'object',
            name: 'Tween',
            size: 50,
            edges: index + 1 < members.length ? [['property', 'next', members[index + 1]!]] : [],
          })),
        ],
      ),
    );
    assert.equal(groups.length, 1);
    assert.equal(groups[0]?.className, 'Tween');
    assert.deepEqual(groups[0]?.survivors, [1, 1, 1, 1]);
    assert.deepEqual(groups[0]?.bytes, [50, 50, 50, 50]);
    assert.equal(groups[0]?.holder.heapObjectId, 101);
    assert.equal(groups[0]?.holder.name, 'timeline.first');
  });

  // Without a stack there is no line: a developer reads of an effect, and not which of all.
  it('takes the stack of what the holder itself holds, where objects of one class hold others that other lines made', async () => {
    const stacks = [['Panel'], ['Panel', 'title'], ['Panel', 'list']];
    const effect = (id: number, trace: number, below: readonly number[] = []): HeapNode => ({
      id,
      type: 'object',
      name: 'Effect',
      trace,
      edges: below.map((to, index) => ['property', `child${index}`, to] as const),
    });
    const inLast = [1, 2, 3].map((nth) => idIn(ITERATIONS, nth * 3));
    const { groups } = await analyse(
      pageWith(
        [['reactions', 103]],
        [
          {
            id: 103,
            type: 'object',
            name: 'Array',
            edges: [idIn(1), idIn(2), idIn(3), ...inLast].map((to, index) => ['element', index, to] as const),
          },
          ...[1, 2, 3].map((iteration) => effect(idIn(iteration), 0)),
          ...inLast.flatMap((id) => [effect(id, 1, [id + 2, id + 4]), effect(id + 2, 2), effect(id + 4, 3)]),
        ],
      ),
      new Analyst(),
      stacks,
      { ...request, iterations: [1, 1, 1, 3] },
    );
    assert.equal(groups.length, 1);
    assert.deepEqual(groups[0]?.survivors, [1, 1, 1, 9]);
    assert.deepEqual(
      groups[0].stack.map(({ functionName }) => functionName),
      ['Panel'],
    );
  });

  it('takes the functions that most stacks begin with, where a log is written to from two handlers', async () => {
    const entry = (nth: number, trace: number) =>
      range((iteration) => ({ id: idIn(iteration, nth), type: 'object', name: 'Entry', trace }));
    const of = async (stacks: readonly (readonly string[])[]) => {
      const { groups } = await analyse(
        pageWith(
          [['log', 103]],
          [
            {
              id: 103,
              type: 'object',
              name: 'Array',
              edges: Array.from({ length: ITERATIONS * 2 }, (_, index) => {
                return ['element', index, idIn((index >> 1) + 1, (index % 2) + 1)] as const;
              }),
            },
            ...entry(1, 1),
            ...entry(2, 2),
          ],
        ),
        new Analyst(),
        stacks,
      );
      return [groups[0]!.stack.map(({ functionName }) => functionName), groups[0]!.callersDiffer];
    };
    assert.deepEqual(
      await of([
        ['onAdd', 'track'],
        ['onRemove', 'track'],
      ]),
      [['track'], true],
    );
    assert.deepEqual(await of([['onAdd'], ['onRemove']]), [['onAdd'], undefined], 'one of two lines');
    assert.deepEqual(
      await of([
        ['onAdd', 'track'],
        ['onAdd', 'track'],
      ]),
      [['track', 'onAdd'], undefined],
      'two traces of one stack',
    );
  });

  it('knows whose part something is that two hold: the object of its iteration on the path by which it is kept', async () => {
    const { groups } = await analyse(
      pageWith(
        [['state', 101]],
        [
          {
            id: 101,
            type: 'object',
            name: 'Object',
            edges: [
              ['property', 'tweens', 103],
              ['property', 'later', 105],
            ],
          },
          {
            id: 103,
            type: 'object',
            name: 'Array',
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
          },
          {
            id: 105,
            type: 'object',
            name: 'Log',
            edges: [['property', 'deep', 107]],
          },
          {
            id: 107,
            type: 'object',
            name: 'Array',
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1, 2)] as const),
          },
          ...range((iteration) => ({
            id: idIn(iteration),
            type: 'object',
            name: 'Tween',
            edges: [['property', 'target', idIn(iteration, 2)]],
          })),
          ...range((iteration) => ({ id: idIn(iteration, 2), type: 'object', name: 'Banner' })),
        ],
      ),
    );
    const [banner, tween] = ['Banner', 'Tween'].map((name) => groups.find(({ className }) => className === name));
    assert.equal(banner?.partOf, tween?.key);
    assert.equal(tween?.partOf, undefined);
    assert.equal(banner?.cluster, tween?.cluster);
  });

  it('counts the last iteration too where each replaces the list by a copy with one thing more', async () => {
    const copy = idIn(ITERATIONS, 2);
    const { groups } = await analyse(
      pageWith(
        [['state', 101]],
        [
          { id: 101, type: 'object', name: 'Object', edges: [['property', 'versions', copy]] },
          {
            id: copy,
            type: 'object',
            name: 'Array',
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
          },
          ...range((iteration) => ({ id: idIn(iteration), type: 'object', name: 'Version', size: 50 })),
        ],
      ),
    );
    const versions = groups.find(({ className }) => className === 'Version');
    assert.deepEqual(versions?.survivors, [1, 1, 1, 1]);
    assert.equal(versions?.holder.name, 'state.versions');
  });

  it('does not count the objects that automation makes in its own world for nodes of the page', async () => {
    const wrapper = (iteration: number): number => idIn(iteration, 5);
    const { groups } = await analyse(
      pageWith(
        [['main', 102]],
        [
          {
            id: 102,
            type: 'native',
            name: '<main>',
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
          },
          ...range((iteration) => ({
            id: idIn(iteration),
            type: 'native',
            name: '<output>',
            edges: [['internal', 'part of key -> value pair in ephemeron table', wrapper(iteration)]],
          })),
          ...range((iteration) => ({
            id: wrapper(iteration),
            type: 'object',
            name: 'HTMLOutputElement',
            edges: [['internal', 'cppgc_object', idIn(iteration)]],
          })),
        ],
      ),
    );
    assert.deepEqual(
      groups.map(({ className }) => className),
      ['<output>'],
    );
  });

  it('counts elements as one kind whose names a program made up, each hanging on the one before', async () => {
    const name = (iteration: number): string => `<x-row${(0x7f3a + iteration * 0x1111).toString(16)} class="row">`;
    const { groups } = await analyse(
      pageWith(
        [['main', 102]],
        [
          { id: 102, type: 'native', name: '<main>', edges: [['element', 0, idIn(1)]] },
          ...range((iteration) => ({
            id: idIn(iteration),
            type: 'native',
            name: name(iteration),
            edges: iteration < ITERATIONS ? [['element', 1, idIn(iteration + 1)]] : [],
          })),
        ],
      ),
    );
    assert.deepEqual(
      groups.map(({ className, survivors }) => ({ className, survivors })),
      [{ className: '<x-row…>', survivors: [1, 1, 1, 1] }],
    );
  });

  it('keeps the names that people gave to elements', async () => {
    const made = (tag: string) =>
      analyse(
        pageWith(
          [['main', 102]],
          [
            {
              id: 102,
              type: 'native',
              name: '<main>',
              edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
            },
            ...range((iteration) => ({ id: idIn(iteration), type: 'native', name: `<${tag}>` })),
          ],
        ),
      );
    for (const tag of ['toast-message', 'sl-h1', 'my-facade', 'h1'])
      assert.deepEqual(
        (await made(tag)).groups.map(({ className }) => className),
        [`<${tag}>`],
      );
  });

  it('does not name a table after its keys, which are others in each run', async () => {
    const keyed = (iteration: number, names: readonly string[]): HeapNode[] => [
      {
        id: idIn(iteration),
        type: 'object',
        name: 'Object',
        edges: names.map((name) => ['property', name, 107] as const),
      },
    ];
    const classOfKeys = async (names: (iteration: number) => readonly string[]): Promise<readonly string[]> => {
      const { groups } = await analyse(
        pageWith(
          [['tables', 102]],
          [
            { id: 107, type: 'number', name: 'heap number' },
            {
              id: 102,
              type: 'object',
              name: 'Array',
              edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
            },
            ...Array.from({ length: ITERATIONS }, (_, index) => keyed(index + 1, names(index + 1))).flat(),
          ],
        ),
      );
      return groups.map(({ className }) => className);
    };
    assert.deepEqual(await classOfKeys((iteration) => [`0.${iteration}71`, `0.${iteration}93`]), ['Object']);
    assert.deepEqual(await classOfKeys(() => ['id', 'total']), ['{id, total}']);
  });

  it('takes what a leaked object owns for part of it, with its bytes', async () => {
    const { groups } = await analyse(
      pageWith(
        [['panels', 101]],
        [
          {
            id: 101,
            type: 'object',
            name: 'Array',
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
          },
          ...range((iteration) => ({
            id: idIn(iteration),
            type: 'object',
            name: 'Panel',
            size: 50,
            edges: [['property', 'title', idIn(iteration, 2)]],
          })),
          ...range((iteration) => ({ id: idIn(iteration, 2), type: 'object', name: 'Title', size: 30 })),
        ],
      ),
    );
    assert.deepEqual(
      groups.map(({ className, bytes }) => [className, bytes[0]]),
      [['Panel', 80]],
    );
  });

  it('names a list by the variable its newest entry is in, each entry being held by the next', async () => {
    const { groups } = await analyse(
      pageWith(
        [['newest', idIn(ITERATIONS)]],
        range((iteration) => ({
          id: idIn(iteration),
          type: 'object',
          name: 'Entry',
          edges: iteration === 1 ? [] : [['property', 'older', idIn(iteration - 1)]],
        })),
      ),
    );
    assert.deepEqual(groups[0]?.survivors, [1, 1, 1, 1]);
    assert.equal(groups[0]?.holder.name, 'newest');
    assert.equal(groups[0]?.holder.isSlot, true);
  });

  it('names the class of what an arrow function has as its own object', async () => {
    const { groups } = await analyse(
      pageWith(
        [['this', 101]],
        [
          { id: 101, type: 'object', name: 'Ticker', edges: [['property', 'listeners', 103]] },
          {
            id: 103,
            type: 'object',
            name: 'Array',
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
          },
          ...range((iteration) => ({ id: idIn(iteration), type: 'object', name: 'Entry' })),
        ],
      ),
    );
    assert.equal(groups[0]?.holder.name, 'Ticker.listeners');
  });

  it('says no number that a library made up for a name', async () => {
    const lists = (name: string) =>
      pageWith(
        [['app', 101]],
        [
          { id: 101, type: 'object', name: 'App', edges: [['property', name, 103]] },
          {
            id: 103,
            type: 'object',
            name: 'Array',
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
          },
          ...range((iteration) => ({ id: idIn(iteration), type: 'object', name: 'Entry' })),
        ],
      );
    const holderOf = async (name: string) => (await analyse(lists(name))).groups[0]?.holder.name;
    assert.equal(await holderOf('jQuery40000274426327215226971'), 'app.jQuery…');
    assert.equal(await holderOf('page2024'), 'app.page2024');
  });

  // A cache of node-cache was `timerListMap._idleNext._onTimeout.data`: its sweep is a timer, and any function of Node leads to those.
  it('names a list of a module by its variable, though a timer of Node leads to it in fewer steps', async () => {
    const { groups } = await analyse(
      pageWith(
        [
          ['clearTimeout', 101],
          ['app', 109],
        ],
        [
          { id: 101, type: 'closure', name: 'clearTimeout', edges: [['internal', 'context', 103]] },
          { id: 103, type: 'object', name: 'system / Context', edges: [['context', 'timerListMap', 105]] },
          { id: 105, type: 'object', name: 'Object', edges: [['property', '_onTimeout', 107]] },
          {
            id: 107,
            type: 'object',
            name: 'Cache',
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
          },
          { id: 109, type: 'object', name: 'App', edges: [['property', 'router', 111]] },
          { id: 111, type: 'object', name: 'Router', edges: [['property', 'routes', 113]] },
          { id: 113, type: 'object', name: 'Routes', edges: [['property', 'get', 115]] },
          { id: 115, type: 'closure', name: 'get', edges: [['internal', 'context', 117]] },
          { id: 117, type: 'object', name: 'system / Context', edges: [['context', 'cache', 107]] },
          ...range((iteration) => ({ id: idIn(iteration), type: 'object', name: 'Entry', size: 50 })),
        ],
      ),
    );
    assert.equal(groups[0]?.holder.name, 'cache');
  });

  it('names the string key under which a Map holds a collection', async () => {
    const { groups } = await analyse(
      pageWith(
        [['subscribers', 101]],
        [
          { id: 101, type: 'object', name: 'Map', edges: [['internal', 'table', 103]] },
          {
            id: 103,
            type: 'array',
            name: '',
            edges: [
              ['internal', '4', 105],
              ['internal', '5', 107],
            ],
          },
          { id: 105, type: 'string', name: 'price' },
          {
            id: 107,
            type: 'object',
            name: 'Array',
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
          },
          ...range((iteration) => ({ id: idIn(iteration), type: 'closure', name: 'onPrice' })),
        ],
      ),
    );
    assert.equal(groups[0]?.holder.name, 'subscribers.price');
    assert.equal(groups[0]?.className, 'function onPrice');
  });

  it('does not count what only the inspector or a weak reference keeps', async () => {
    const heap = pageWith(
      [],
      range((iteration) => ({ id: idIn(iteration), type: 'object', name: 'Logged' })),
    );
    const nodes = heap.map((node) =>
      node.id === 3
        ? {
            ...node,
            edges: [
              ...(node.edges ?? []),
              ...Array.from(
                { length: ITERATIONS },
                (_, index) => ['internal', `${index} / DevTools console`, idIn(index + 1)] as const,
              ),
            ],
          }
        : node,
    );
    assert.deepEqual((await analyse(nodes)).groups, []);
    const weak = heap.map((node) =>
      node.id === 9
        ? {
            ...node,
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['weak', `${index}`, idIn(index + 1)] as const),
          }
        : node,
    );
    assert.deepEqual((await analyse(weak)).groups, []);
  });

  // The browser looks for addresses there while it draws; each way from there is shorter than that through a long list.
  it("goes by no way that begins on the browser's own stack", async () => {
    const stack = 13;
    const entry = (iteration: number): HeapNode => ({
      id: idIn(iteration),
      type: 'object',
      name: 'Entry',
      edges: iteration < ITERATIONS ? [['property', 'next', idIn(iteration + 1)]] : [],
    });
    // From the list to its first entry the way is long.
    const cells = Array.from({ length: 20 }, (_, index) => 201 + index * 2);
    const chain = cells.map((id, index): HeapNode => {
      return { id, type: 'array', name: 'cell', edges: [['hidden', 0, cells[index + 1] ?? idIn(1)]] };
    });
    const onStack = range(entry).map(({ id }, index) => ['element', index, id] as const);
    const heap = pageWith(
      [['state', 101]],
      [
        { id: 101, type: 'object', name: 'Object', edges: [['property', 'first', 103]] },
        { id: 103, type: 'object', name: 'List', edges: [['hidden', 0, cells[0]!]] },
        ...chain,
        ...range(entry),
        { id: stack, type: 'synthetic', name: 'C++ native stack roots', edges: onStack },
      ],
    ).map((node) => (node.id === 3 ? { ...node, edges: [...node.edges!, ['element', 2, stack] as const] } : node));
    const [group, ...others] = (await analyse(heap)).groups;
    assert.deepEqual(others, []);
    assert.equal(group?.className, 'Entry');
    assert.equal(group.holder.heapObjectId, 103);
  });

  it('does not count literals that the engine keeps to copy from', async () => {
    const nodes = pageWith(
      range(() => ({ id: 0, type: '', name: '' })).map((_, index) => [`site${index}`, 201 + index * 2] as const),
      [
        ...range((iteration) => ({
          id: 199 + iteration * 2,
          type: 'code',
          name: 'system / AllocationSite',
          edges: [['internal', 'transition_info', idIn(iteration)]],
        })),
        ...range((iteration) => ({ id: idIn(iteration), type: 'object', name: 'Object' })),
      ],
    );
    assert.deepEqual((await analyse(nodes)).groups, []);
  });

  it('counts the value of a WeakMap by its key, and not at all when the key is gone', async () => {
    const pair = 'part of key (Object @101) -> value (Array @103) pair in WeakMap (table @107)';
    const heap = (keyIsHeld: boolean): HeapNode[] =>
      pageWith(
        [['cache', 105], ...(keyIsHeld ? [['owner', 101] as const] : [])],
        [
          { id: 101, type: 'object', name: 'Object', edges: [['internal', `1 / ${pair}`, 103]] },
          {
            id: 103,
            type: 'object',
            name: 'Array',
            edges: Array.from({ length: ITERATIONS }, (_, index) => ['element', index, idIn(index + 1)] as const),
          },
          { id: 105, type: 'object', name: 'WeakMap', edges: [['internal', 'table', 107]] },
          { id: 107, type: 'array', name: '', edges: [['internal', `1 / ${pair}`, 103]] },
          ...range((iteration) => ({ id: idIn(iteration), type: 'object', name: 'Note' })),
        ],
      );
    assert.equal((await analyse(heap(true))).groups[0]?.className, 'Note');
    assert.deepEqual((await analyse(heap(false))).groups, []);
  });

  it('measures a table of numbers against the snapshot before, although no object shows it', async () => {
    const heap = (bytes: number, table: number): HeapNode[] =>
      pageWith(
        [['durations', 101]],
        [
          { id: 101, type: 'object', name: 'Array', edges: [['internal', 'elements', table]] },
          { id: table, type: 'array', name: '(object elements)', size: bytes },
        ],
      );
    const analyst = new Analyst();
    await analyse(heap(1000, 1003), analyst);
    const { growth } = await analyse(heap(3000, 1203), analyst);
    assert.deepEqual(
      growth.map(({ type, holder, bytesBefore, bytesAfter }) => [type, holder.name, bytesBefore, bytesAfter]),
      [['table', 'durations', 1016, 3016]],
    );
  });

  it('sees a text that is replaced by an ever longer one, by the object that has it', async () => {
    const heap = (bytes: number, text: number): HeapNode[] =>
      pageWith(
        [['terminal', 101]],
        [
          { id: 101, type: 'object', name: 'Object', edges: [['property', 'text', text]] },
          { id: text, type: 'string', name: 'line 1', size: bytes },
        ],
      );
    const analyst = new Analyst();
    await analyse(heap(1000, 1003), analyst);
    const { growth } = await analyse(heap(3000, 1203), analyst);
    assert.deepEqual(
      growth.map(({ type, slot, holder, className }) => [type, slot, holder.name, className]),
      [['slot', 'text', 'terminal', 'string']],
    );
  });

  it('sees it in slots that script has no name for, and in what is made anew', async () => {
    type Edges = NonNullable<HeapNode['edges']>;
    const way = async (from: HeapNode, between: (text: number) => HeapNode[]): Promise<unknown> => {
      const heap = (bytes: number, text: number): HeapNode[] =>
        pageWith(
          [['kept', from.id]],
          [{ ...from, edges: [...(from.edges ?? [])] as Edges }, ...between(text)].concat({
            id: text,
            type: 'string',
            name: 'line 1',
            size: bytes,
          }),
        );
      const analyst = new Analyst();
      await analyse(heap(1000, 1003), analyst);
      const { growth } = await analyse(heap(3000, 1203), analyst);
      return growth.map(({ slot, within, className }) => [slot, within, className]);
    };
    const array = (id: number, to: number): HeapNode => ({
      id,
      type: 'array',
      name: '',
      edges: [['internal', '1', to]],
    });
    const inner = [undefined, ['[[inner]]'], 'string'];
    for (const [name, edge] of [
      ['Generator', 'parameters_and_registers'],
      ['Map', 'table'],
    ] as const)
      assert.deepEqual(
        await way({ id: 101, type: 'object', name, edges: [['internal', edge, 103]] }, (text) => [array(103, text)]),
        [inner],
        name,
      );
    assert.deepEqual(
      await way({ id: 101, type: 'closure', name: 'native_bind', edges: [['internal', 'bindings', 103]] }, (text) => [
        array(103, text),
      ]),
      [inner],
    );
    // An object that an iteration made stands between what is old and the text.
    assert.deepEqual(
      await way({ id: 101, type: 'object', name: 'Store', edges: [['property', 'state', 1001]] }, (text) => [
        { id: 1001, type: 'object', name: 'Object', edges: [['property', 'log', text]] },
      ]),
      [['state', ['log'], 'string']],
    );
  });

  it('says what the entries of a growing list are, where they are objects', async () => {
    const heap = (bytes: number, table: number): HeapNode[] =>
      pageWith(
        [['kept', 101]],
        [
          { id: 101, type: 'object', name: 'Array', edges: [['internal', 'elements', table]] },
          {
            id: table,
            type: 'array',
            name: '(object elements)',
            size: bytes,
            edges: [
              ['internal', '0', 202],
              ['internal', '1', 204],
            ],
          },
          { id: 202, type: 'native', name: 'PerformanceResourceTiming' },
          { id: 204, type: 'native', name: 'PerformanceResourceTiming' },
        ],
      );
    const analyst = new Analyst();
    await analyse(heap(1000, 1003), analyst);
    const { growth } = await analyse(heap(3000, 1203), analyst);
    assert.deepEqual(
      growth.map(({ entries }) => entries),
      ['PerformanceResourceTiming'],
    );
  });
});
