import assert from 'node:assert/strict';
import { DevToolsAPI } from 'heap-snapshot-toolkit';
import {
  type DominatorTree,
  type EdgeTable,
  type RetainerTable,
  findDominators,
  findRetainers,
} from '../../../../src/leaks/snapshot/dominators.ts';

/** A heap by its edges: `[from, to]` keeps, `[from, to, 'weak']` does not. Node 0 is the root. */
type Edge = readonly [from: number, to: number, weak?: 'weak'];
interface Heap {
  readonly edges: EdgeTable;
  readonly essential: Uint8Array;
  readonly sizes: Uint32Array;
}
const FIELDS = { edgeFieldsCount: 3, nodeFieldCount: 7 };

function heapOf(nodeCount: number, list: readonly Edge[]): Heap {
  const sorted = list.toSorted(([a], [b]) => a - b);
  const firstEdgeIndexes = new Uint32Array(nodeCount + 1);
  for (const [from] of sorted) firstEdgeIndexes[from + 1]! += FIELDS.edgeFieldsCount;
  for (let node = 0; node < nodeCount; node += 1) firstEdgeIndexes[node + 1]! += firstEdgeIndexes[node]!;
  const essential = new Uint8Array(Math.ceil(sorted.length / 8));
  for (const [index, [from, to, weak]] of sorted.entries()) {
    if (weak === undefined && from !== to) essential[index >> 3]! |= 1 << (index & 7);
  }
  return {
    edges: { nodeCount, firstEdgeIndexes, edgeToNodeOrdinals: Uint32Array.from(sorted, ([, to]) => to), ...FIELDS },
    essential,
    sizes: Uint32Array.from({ length: nodeCount }, (_, node) => node * 8 + 8),
  };
}

const ours = ({ edges, essential, sizes }: Heap): RetainerTable & DominatorTree => {
  const retainers = findRetainers(edges);
  return { ...retainers, ...findDominators(edges, retainers, 0, essential, sizes) };
};

/** What DevTools' own second half says of the same heap. */
async function theirs({ edges, essential, sizes }: Heap): Promise<RetainerTable & DominatorTree> {
  const { SecondaryInitManager } = DevToolsAPI as unknown as { SecondaryInitManager: new (port: unknown) => unknown };
  return await new Promise((resolve, reject) => {
    const port = {
      onmessage: undefined as ((event: { data: unknown }) => void) | undefined,
      postMessage(data: { resultsFromSecondWorker?: RetainerTable & DominatorTree; error?: string }) {
        if (data.resultsFromSecondWorker) resolve(data.resultsFromSecondWorker);
        else if (data.error !== undefined) reject(new Error(data.error));
      },
    };
    const listening = new SecondaryInitManager(port);
    assert.ok(listening);
    const steps = [edges, { rootNodeOrdinal: 0, essentialEdgesBuffer: essential.buffer }, { nodeSelfSizes: sizes }];
    for (const [index, args] of steps.entries()) port.onmessage!({ data: { step: index + 1, args } });
  });
}

/** Numbers that are the same in each run (Park and Miller). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % sides;
  };
}

describe('dominators', () => {
  it('are what a node cannot live without, and hold what would go with them', () => {
    // 0 → 1 → {2, 3} → 4 → 5, and 5 back to 1
    const heap = heapOf(6, [
      [0, 1],
      [1, 2],
      [1, 3],
      [2, 4],
      [3, 4],
      [4, 5],
      [5, 1],
    ]);
    const { dominatorsTree, retainedSizes, firstRetainerIndex, retainingNodes } = ours(heap);
    assert.deepEqual([...dominatorsTree], [0, 0, 1, 1, 1, 4]);
    assert.deepEqual([...retainedSizes], [168, 160, 24, 32, 88, 48]);
    const retainersOf4 = retainingNodes.slice(firstRetainerIndex[4], firstRetainerIndex[5]);
    assert.deepEqual(
      [...retainersOf4].map((index) => index / FIELDS.nodeFieldCount),
      [3, 2],
    );
  });

  it('are the root for what is held weakly, or only by what nothing holds', () => {
    const heap = heapOf(6, [
      [0, 1],
      [1, 2, 'weak'],
      [2, 3],
      [4, 5],
      [5, 4],
    ]);
    assert.deepEqual([...ours(heap).dominatorsTree], [0, 0, 0, 2, 0, 0]);
  });

  it('are those of a chain that is deeper than any stack', () => {
    const length = 200_000;
    const heap = heapOf(
      length,
      Array.from({ length: length - 1 }, (_, node) => [node, node + 1] as const),
    );
    const { dominatorsTree } = ours(heap);
    assert.ok(dominatorsTree.every((dominator, node) => dominator === Math.max(0, node - 1)));
  });

  it("are the same as DevTools', and so are sizes and retainers, for heaps of any shape", async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const roll = dice(seed);
      const nodeCount = 2 + roll(60);
      const density = 1 + roll(4);
      const list = Array.from(
        { length: roll(nodeCount * density) },
        () => [roll(nodeCount), roll(nodeCount), ...(roll(5) === 0 ? (['weak'] as const) : [])] as unknown as Edge,
      );
      const heap = heapOf(nodeCount, list);
      const [mine, other] = [ours(heap), await theirs(heap)];
      for (const key of ['firstRetainerIndex', 'retainingNodes', 'retainingEdges'] as const) {
        assert.deepEqual(mine[key], other[key], `${key} of heap ${seed}`);
      }
      assert.deepEqual(mine.dominatorsTree, other.dominatorsTree, `dominators of heap ${seed}`);
      assert.deepEqual(mine.retainedSizes, other.retainedSizes, `sizes of heap ${seed}`);
    }
  });
});
