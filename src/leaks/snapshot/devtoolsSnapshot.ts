import { DevToolsAPI } from 'heap-snapshot-toolkit';
import { describeError } from '../../support/index.ts';
import { type EdgeTable, type RetainerTable, findDominators, findRetainers } from './dominators.ts';
import type { RawSnapshot } from './snapshotText.ts';

/** The part of DevTools' parsed snapshot that we read. Its own declarations leave much of this private or untyped. */
export interface ParsedSnapshot {
  readonly nodes: NumberArray;
  readonly containmentEdges: NumberArray;
  readonly strings: readonly string[];
  readonly profile: {
    readonly snapshot: {
      readonly meta: { readonly node_fields: readonly string[] };
      readonly trace_function_count?: number;
    };
  };
  readonly nodeFieldCount: number;
  readonly nodeTypeOffset: number;
  readonly nodeNameOffset: number;
  readonly nodeIdOffset: number;
  readonly nodeSelfSizeOffset: number;
  readonly nodeTraceNodeIdOffset: number;
  readonly nodeTypes: readonly string[];
  readonly edgeFieldsCount: number;
  readonly edgeTypeOffset: number;
  readonly edgeNameOffset: number;
  readonly edgeToNodeOffset: number;
  readonly edgeTypes: readonly string[];
  readonly nodeCount: number;
  readonly rootNodeIndex: number;
  readonly retainedSizes: Float64Array;
  readonly firstEdgeIndexes: Uint32Array;
  readonly retainingNodes: Uint32Array;
  readonly retainingEdges: Uint32Array;
  readonly firstRetainerIndex: Uint32Array;
  readonly dominatorsTree: Uint32Array;
  createNode(nodeIndex: number): { detachedness(): number };
  tryParseWeakMapEdgeName(edgeNameIndex: number): { duplicatedPart: string; tableId: string } | undefined;
  getLocation(
    nodeIndex: number,
  ): { readonly scriptId: number; readonly lineNumber: number; readonly columnNumber: number } | null;
  allocationStack(nodeIndex: number): readonly RawAllocationFrame[] | null;
}

export interface NumberArray {
  readonly length: number;
  getValue(index: number): number;
}

interface RawAllocationFrame {
  readonly functionName: string;
  readonly scriptName: string;
  readonly scriptId: number;
  readonly line: number;
  readonly column: number;
}

/** DevTools' class of a snapshot, as far as we make one. */
type SnapshotClass = new (
  profile: RawSnapshot,
  progress: Progress,
) => ParsedSnapshot & {
  initialize(secondWorker: Port): Promise<void>;
};

interface Progress {
  updateStatus(status: string): void;
  updateProgress(title: string, value: number, total: number): void;
  reportProblem(problem: string): void;
}

interface SnapshotLoader {
  readonly parsingComplete: Promise<void>;
  write(chunk: string): void;
  close(): void;
  buildSnapshot(port: Port): Promise<ParsedSnapshot>;
}

/** Finds what keeps what in a snapshot whose text was read, with DevTools' own code. */
export async function parseSnapshot(raw: RawSnapshot): Promise<ParsedSnapshot> {
  const Snapshot = await (snapshotClass ??= findSnapshotClass());
  const snapshot = new Snapshot(raw, { updateStatus() {}, updateProgress() {}, reportProblem() {} });
  await snapshot.initialize(secondHalf());
  return snapshot;
}

let snapshotClass: Promise<SnapshotClass> | undefined;

/** The smallest snapshot: its root. */
const ROOT_ALONE = JSON.stringify({
  snapshot: {
    meta: {
      node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
      node_types: [['synthetic'], 'string', 'number', 'number', 'number', 'number'],
      edge_fields: ['type', 'name_or_index', 'to_node'],
      edge_types: [['weak'], 'string_or_number', 'node'],
    },
    node_count: 1,
    edge_count: 0,
  },
  nodes: [0, 0, 1, 0, 0, 0],
  edges: [],
  strings: [''],
});

/**
 * DevTools' class of a snapshot, which the package does not export, without what DevTools computes for its views and nothing here
 * reads: distances from the root, names of classes, interfaces of plain objects, sums by kind of memory (*measured: as long as the
 * dominators take*).
 */
async function findSnapshotClass(): Promise<SnapshotClass> {
  // The package declares the namespace object as if it were the class.
  const { HeapSnapshotLoader: LoaderNamespace } = DevToolsAPI as unknown as {
    HeapSnapshotLoader: { HeapSnapshotLoader: new (dispatcher?: unknown) => SnapshotLoader };
  };
  const loader = new LoaderNamespace.HeapSnapshotLoader();
  loader.write(ROOT_ALONE);
  loader.close();
  await loader.parsingComplete;
  const { constructor } = await loader.buildSnapshot(secondHalf());
  class Snapshot extends (constructor as SnapshotClass) {
    declare nodeDetachednessAndClassIndexOffset: number;
    declare detachednessAndClassIndexArray: Uint32Array;

    calculateDistances(): void {}

    calculateObjectNames(): void {
      // Old snapshots do not say what is detached: then it is written here.
      if (this.nodeDetachednessAndClassIndexOffset === -1)
        this.detachednessAndClassIndexArray = new Uint32Array(this.nodeCount);
    }

    inferInterfaceDefinitions(): void {}

    applyInterfaceDefinitions(): void {}

    calculateStatistics(): void {}
  }
  return Snapshot;
}

/** As much of a MessagePort as DevTools' code uses. */
interface Port {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(data: SecondHalfStep): void;
}

type SecondHalfStep =
  | { readonly step: 1; readonly args: EdgeTable }
  | {
      readonly step: 2;
      readonly args: { readonly rootNodeOrdinal: number; readonly essentialEdgesBuffer: ArrayBuffer };
    }
  | { readonly step: 3; readonly args: { readonly nodeSelfSizes: Uint32Array } };

/**
 * What DevTools asks a second worker for, in three steps; we are in a worker already. The lists of what each node dominates,
 * of which it makes its summaries, are left empty: summaries are not used here.
 */
function secondHalf(): Port {
  let edges: EdgeTable;
  let retainers: RetainerTable;
  let kept: (SecondHalfStep & { step: 2 })['args'];
  const answerTo = (message: SecondHalfStep): unknown => {
    if (message.step === 1) {
      edges = message.args;
      retainers = findRetainers(edges);
      return undefined;
    }
    if (message.step === 2) {
      kept = message.args;
      return undefined;
    }
    const essential = new Uint8Array(kept.essentialEdgesBuffer);
    const tree = findDominators(edges, retainers, kept.rootNodeOrdinal, essential, message.args.nodeSelfSizes);
    const none = { dominatedNodes: new Uint32Array(0), firstDominatedNodeIndex: new Uint32Array(0) };
    return { resultsFromSecondWorker: { ...retainers, ...tree, ...none } };
  };
  const port: Port = {
    onmessage: null,
    // As they are: a MessageChannel would copy arrays of tens of MB.
    postMessage: (message) =>
      void setImmediate(() => {
        let data: unknown;
        try {
          data = answerTo(message);
        } catch (error) {
          data = { error: describeError(error) };
        }
        if (data !== undefined) port.onmessage?.({ data });
      }),
  };
  return port;
}
