import assert from 'node:assert/strict';
import { Analyst } from '../../../../src/leaks/snapshot/analyse.ts';
import { HeapGraphLoader } from '../../../../src/leaks/snapshot/heapGraph.ts';
import type { AnalysisRequest, GroupReport } from '../../../../src/leaks/snapshot/messages.ts';
import { type HeapNode, heapText, pageWith } from './heapText.ts';

/** Objects up to id 999 are old; each of four iterations then has a hundred ids. */
const request: AnalysisRequest = {
  boundaries: [999, 1099, 1199, 1299, 1399],
  iterations: [1, 1, 1, 1],
  iterationsSince: 4,
  bucketSince: 0,
  minBuckets: 2,
};

interface DomNode {
  readonly id: number;
  readonly name: string;
  readonly children?: readonly DomNode[];
}

const isDetached = ({ name }: DomNode): boolean => name.startsWith('Detached ');

/**
 * The nodes of a document as Chromium 156 lists them: each refers to its first child, its document, its parent, the sibling before
 * it (the first child to the last one) and the one after it.
 */
function documentWith(root: DomNode, scope: DomNode = { id: 201, name: 'HTMLDocument' }): HeapNode[] {
  const nodes: HeapNode[] = [{ id: scope.id, type: 'native', name: scope.name, edges: [['element', 1, root.id]] }];
  const add = (node: DomNode, parent: DomNode | undefined, siblings: readonly DomNode[]): void => {
    const at = siblings.indexOf(node);
    const beside = parent ? [siblings.at(at - 1), siblings[at + 1]] : [];
    const targets = [node.children?.[0], scope, parent, ...beside].filter((target) => target !== undefined);
    nodes.push({
      id: node.id,
      type: 'native',
      name: node.name,
      size: 10,
      edges: targets.map((target, index) => ['element', index + 1, target.id] as const),
    });
    for (const child of node.children ?? []) add(child, node, node.children!);
  };
  add(root, isDetached(root) ? undefined : scope, [root]);
  return nodes;
}

async function groupsOf(...heaps: readonly (readonly HeapNode[])[]): Promise<readonly GroupReport[]> {
  const analyst = new Analyst();
  let groups: readonly GroupReport[] = [];
  for (const nodes of heaps) {
    const loader = new HeapGraphLoader();
    loader.write(heapText(nodes));
    ({ groups } = analyst.analyse(await loader.finish(), request));
  }
  return groups;
}

const inPage = (nodes: readonly HeapNode[]): HeapNode[] => pageWith([['document', nodes[0]!.id]], nodes);
const counted = (groups: readonly GroupReport[]): unknown =>
  groups.map(({ className, holder, survivors, ageless }) => [className, holder.name, survivors, ageless]);

/** One entry of each iteration, with a text in it that has no JavaScript object. */
const entries = (name: (iteration: number) => string): DomNode[] =>
  [1, 2, 3, 4].map((iteration) => ({
    id: 1001 + (iteration - 1) * 100,
    name: name(iteration),
    children: [{ id: 3000 + iteration * 2, name: 'Text' }],
  }));

describe('the tree of DOM nodes', () => {
  it('holds what is appended to an element by that element, whatever stands before it', async () => {
    const log = entries(() => '<p>');
    const body = {
      id: 205,
      name: '<body>',
      children: [{ id: 207, name: '<h1>' }, { id: 209, name: '<button id="open">' }, ...log],
    };
    const nodes = documentWith({ id: 203, name: '<html>', children: [body] });
    assert.deepEqual(counted(await groupsOf(inPage(nodes))), [['<p>', 'body', [1, 1, 1, 1], 0]]);
  });

  it('does so for what is put in front, for several tags, SVG, comments and texts', async () => {
    const tags = ['<p>', '<div>', '<p>', '<div>'];
    for (const name of [
      () => '<p>',
      (at: number) => tags[at - 1]!,
      () => 'SVGCircleElement',
      () => 'Comment',
      () => 'Text',
    ]) {
      const log = entries(name).map(({ id, name: of }) => ({ id, name: of }));
      const list = { id: 205, name: '<main>', children: [...log.reverse(), { id: 207, name: '<h1>' }] };
      const groups = await groupsOf(inPage(documentWith({ id: 203, name: '<html>', children: [list] })));
      assert.deepEqual(new Set(groups.map(({ holder }) => holder.name)), new Set(['main']));
      const all = [0, 1, 2, 3].map((bucket) => groups.reduce((sum, group) => sum + group.survivors[bucket]!, 0));
      assert.deepEqual(all, [1, 1, 1, 1]);
    }
  });

  it('finds the parent in a shadow root, where it is the scope of the tree as well', async () => {
    const shadow = { id: 301, name: 'ShadowRoot' };
    const list = { id: 303, name: '<section id="log">', children: entries(() => '<p>') };
    const nodes = documentWith(list, shadow);
    const groups = await groupsOf(pageWith([['shadow', shadow.id]], nodes));
    assert.deepEqual(counted(groups), [['<p>', 'section#log', [1, 1, 1, 1], 0]]);
  });

  it('is not taken for what keeps a node that the page itself keeps', async () => {
    const log = entries(() => '<li>');
    const list = { id: 205, name: '<ul>', children: log };
    const nodes = documentWith({ id: 203, name: '<html>', children: [list] });
    const rows: HeapNode = {
      id: 401,
      type: 'object',
      name: 'Array',
      edges: log.map(({ id }, index) => ['element', index, id] as const),
    };
    const groups = await groupsOf(
      pageWith(
        [
          ['document', 201],
          ['rows', 401],
        ],
        [...nodes, rows],
      ),
    );
    assert.deepEqual(counted(groups), [['<li>', 'rows', [1, 1, 1, 1], 0]]);
  });

  it('keeps a detached tree by its inner node where only that is held', async () => {
    const tops = [1, 2, 3, 4].map((iteration) => {
      const id = 1001 + (iteration - 1) * 100;
      const inner = { id: id + 2, name: 'Detached <li>' };
      return documentWith({ id, name: 'Detached <ul>', children: [inner] }).slice(1);
    });
    const kept: HeapNode = {
      id: 401,
      type: 'object',
      name: 'Array',
      edges: tops.map(([, inner], index) => ['element', index, inner!.id] as const),
    };
    const scope: HeapNode = { id: 201, type: 'native', name: 'HTMLDocument' };
    const groups = await groupsOf(
      pageWith(
        [
          ['document', 201],
          ['kept', 401],
        ],
        [scope, ...tops.flat(), kept],
      ),
    );
    assert.deepEqual(
      groups.map(({ holder, survivors }) => [holder.name, survivors]),
      [['kept', [1, 1, 1, 1]]],
    );
  });

  it('is not kept by what the browser notes of a node', async () => {
    const log = entries(() => '<p>');
    const body = { id: 205, name: '<body>', children: log };
    const nodes = documentWith({ id: 203, name: '<html>', children: [body] });
    const shift: HeapNode = {
      id: 501,
      type: 'native',
      name: 'LayoutShift',
      edges: log.map(({ id }, index) => ['element', index, id] as const),
    };
    const groups = await groupsOf(
      pageWith(
        [
          ['shift', 501],
          ['document', 201],
        ],
        [shift, ...nodes],
      ),
    );
    assert.deepEqual(counted(groups), [['<p>', 'body', [1, 1, 1, 1], 0]]);
  });

  it('tells nodes without a JavaScript object by what there was before, each with its text as one', async () => {
    const page = (count: number): HeapNode[] => {
      const log = Array.from({ length: count }, (_, index) => ({
        id: 2000 + index * 4,
        name: '<div>',
        children: [{ id: 2002 + index * 4, name: 'Text' }],
      }));
      const list = { id: 1800, name: '<div id="log">', children: log };
      const body = { id: 1802, name: '<body>', children: [{ id: 209, name: '<button>' }, list] };
      return inPage(documentWith({ id: 1804, name: '<html>', children: [body] }));
    };
    // Ids of the browser's own objects are others in each snapshot, so all of these look new.
    const [group, ...others] = await groupsOf(page(1), page(5).map(renumbered));
    assert.deepEqual([group?.className, group?.ageless, group?.holder.name], ['<div>', 5, 'div#log']);
    assert.deepEqual(counted(others.filter(({ className }) => className === 'Text')), []);
  });
});

/** With other ids for the browser's own objects. */
function renumbered(node: HeapNode): HeapNode {
  const other = (id: number): number => (id % 2 === 0 ? id + 5000 : id);
  const edges = node.edges?.map(([type, name, to]) => [type, name, other(to)] as const);
  return { ...node, id: other(node.id), ...(edges ? { edges } : {}) };
}
