import { DevToolsAPI } from 'heap-snapshot-toolkit';
import { describeError } from '../../support/index.ts';
import { type EdgeTable, type RetainerTable, findDominators, findRetainers } from './dominators.ts';
import { type RawSnapshot, SnapshotText } from './snapshotText.ts';

/** The part of DevTools' parsed snapshot that we read. Its own declarations leave much of this private or untyped. */
interface ParsedSnapshot {
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

interface NumberArray {
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

export type NodeType =
  | 'hidden'
  | 'array'
  | 'string'
  | 'object'
  | 'code'
  | 'closure'
  | 'regexp'
  | 'number'
  | 'native'
  | 'synthetic'
  | 'concatenated string'
  | 'sliced string'
  | 'symbol'
  | 'bigint'
  | 'object shape';

export type EdgeType = 'context' | 'element' | 'property' | 'internal' | 'hidden' | 'shortcut' | 'weak' | 'invisible';

/** Where a function was compiled from. `line` and `column` count from 1, as V8's traces do. */
export interface FunctionPosition {
  readonly scriptId: number;
  readonly url: string;
  readonly line: number;
  readonly column: number;
  readonly functionName: string;
}

/**
 * A heap as one snapshot shows it: a graph of nodes numbered from 0 (their *ordinal*, valid in this snapshot only),
 * with their heap object ids (valid as long as the object lives).
 *
 * Parsing, and which edges keep what, are DevTools' own code (heap-snapshot-toolkit): they are V8's format and its exceptions
 * (ephemerons, objects of the inspector, sizes of backing stores counted to their owner), kept up by others.
 */
export class HeapGraph {
  readonly #snapshot: ParsedSnapshot;
  readonly #nodes: NumberArray;
  readonly #edges: NumberArray;

  constructor(snapshot: ParsedSnapshot) {
    this.#snapshot = snapshot;
    this.#nodes = snapshot.nodes;
    this.#edges = snapshot.containmentEdges;
  }

  get nodeCount(): number {
    return this.#snapshot.nodeCount;
  }

  get root(): number {
    return this.#snapshot.rootNodeIndex / this.#snapshot.nodeFieldCount;
  }

  id(ordinal: number): number {
    return this.#nodes.getValue(ordinal * this.#snapshot.nodeFieldCount + this.#snapshot.nodeIdOffset);
  }

  type(ordinal: number): NodeType {
    const type = this.#nodes.getValue(ordinal * this.#snapshot.nodeFieldCount + this.#snapshot.nodeTypeOffset);
    return this.#snapshot.nodeTypes[type] as NodeType;
  }

  /** The name in the snapshot: the constructor's for objects, the function's for closures, the text for strings. */
  rawName(ordinal: number): string {
    const name = this.#nodes.getValue(ordinal * this.#snapshot.nodeFieldCount + this.#snapshot.nodeNameOffset);
    return this.#snapshot.strings[name] ?? '';
  }

  /** A number that is equal for nodes of equal names. */
  nameIndex(ordinal: number): number {
    return this.#nodes.getValue(ordinal * this.#snapshot.nodeFieldCount + this.#snapshot.nodeNameOffset);
  }

  isDetached(ordinal: number): boolean {
    return this.#snapshot.createNode(ordinal * this.#snapshot.nodeFieldCount).detachedness() === 2;
  }

  /** Bytes of the object itself and of the backing stores that only it owns. */
  selfSize(ordinal: number): number {
    return this.#nodes.getValue(ordinal * this.#snapshot.nodeFieldCount + this.#snapshot.nodeSelfSizeOffset);
  }

  retainedSize(ordinal: number): number {
    return this.#snapshot.retainedSizes[ordinal] ?? 0;
  }

  dominator(ordinal: number): number {
    return this.#snapshot.dominatorsTree[ordinal] ?? this.root;
  }

  /** A number that is equal for objects allocated by the same stack; 0 where no stack is known. */
  traceId(ordinal: number): number {
    return this.#nodes.getValue(ordinal * this.#snapshot.nodeFieldCount + this.#snapshot.nodeTraceNodeIdOffset);
  }

  /** The functions that were on the stack when the object was made, innermost first; empty where that is not known. */
  allocationStack(ordinal: number): FunctionPosition[] {
    // A snapshot taken without stacks keeps the trace ids of a tracking that ended, and has nothing behind them.
    if (this.traceId(ordinal) === 0 || !this.#snapshot.profile.snapshot.trace_function_count) return [];
    const frames = this.#snapshot.allocationStack(ordinal * this.#snapshot.nodeFieldCount) ?? [];
    return frames
      .filter((frame) => frame.line > 0 && frame.scriptId > 0)
      .map((frame) => ({
        scriptId: frame.scriptId,
        url: frame.scriptName,
        line: frame.line,
        column: frame.column,
        functionName: frame.functionName,
      }));
  }

  /** Where a closure's function (or an object's constructor) is written; `line` and `column` from 1. */
  location(ordinal: number): { scriptId: number; line: number; column: number } | undefined {
    const location = this.#snapshot.getLocation(ordinal * this.#snapshot.nodeFieldCount);
    if (!location) return undefined;
    return { scriptId: location.scriptId, line: location.lineNumber + 1, column: location.columnNumber + 1 };
  }

  /** Calls `visit` for each edge from a node. `edge` is the edge's index, for the functions below. */
  forEachEdge(ordinal: number, visit: (edge: number, to: number) => void): void {
    const { firstEdgeIndexes, edgeFieldsCount, edgeToNodeOffset, nodeFieldCount } = this.#snapshot;
    const end = firstEdgeIndexes[ordinal + 1] ?? 0;
    for (let edge = firstEdgeIndexes[ordinal] ?? 0; edge < end; edge += edgeFieldsCount) {
      visit(edge, this.#edges.getValue(edge + edgeToNodeOffset) / nodeFieldCount);
    }
  }

  /** Calls `visit` for each edge that leads to a node. */
  forEachRetainer(ordinal: number, visit: (edge: number, from: number) => void): void {
    const { firstRetainerIndex, retainingNodes, retainingEdges, nodeFieldCount } = this.#snapshot;
    const end = firstRetainerIndex[ordinal + 1] ?? 0;
    for (let index = firstRetainerIndex[ordinal] ?? 0; index < end; index += 1) {
      visit(retainingEdges[index]!, retainingNodes[index]! / nodeFieldCount);
    }
  }

  /** How many edges lead from a node. */
  edgeCount(ordinal: number): number {
    const { firstEdgeIndexes, edgeFieldsCount } = this.#snapshot;
    return (firstEdgeIndexes[ordinal + 1]! - firstEdgeIndexes[ordinal]!) / edgeFieldsCount;
  }

  /** How many edges the heap has. */
  get totalEdges(): number {
    return this.#edges.length / this.#snapshot.edgeFieldsCount;
  }

  /** Whether the stacks that made the objects were recorded. */
  get hasStacks(): boolean {
    return (this.#snapshot.profile.snapshot.trace_function_count ?? 0) > 0;
  }

  edgeType(edge: number): EdgeType {
    return this.#snapshot.edgeTypes[this.#edges.getValue(edge + this.#snapshot.edgeTypeOffset)] as EdgeType;
  }

  /** A property or variable name, or an index (as text) for elements and hidden edges. */
  edgeName(edge: number): string {
    const value = this.#edges.getValue(edge + this.#snapshot.edgeNameOffset);
    const type = this.edgeType(edge);
    return type === 'element' || type === 'hidden' ? String(value) : (this.#snapshot.strings[value] ?? '');
  }

  /** The number of the name's text, or the index itself for elements and hidden edges: compare edges of one type only. */
  edgeNameIndex(edge: number): number {
    return this.#edges.getValue(edge + this.#snapshot.edgeNameOffset);
  }

  /** All property edges of a name. */
  edgesNamed(name: string): { readonly edge: number; readonly to: number }[] {
    const { strings, edgeFieldsCount, edgeTypes, edgeTypeOffset, edgeNameOffset, edgeToNodeOffset, nodeFieldCount } =
      this.#snapshot;
    const index = strings.indexOf(name);
    const property = edgeTypes.indexOf('property');
    const found: { edge: number; to: number }[] = [];
    if (index === -1) return found;
    for (let edge = 0; edge < this.#edges.length; edge += edgeFieldsCount) {
      if (this.#edges.getValue(edge + edgeNameOffset) !== index) continue;
      if (this.#edges.getValue(edge + edgeTypeOffset) !== property) continue;
      found.push({ edge, to: this.#edges.getValue(edge + edgeToNodeOffset) / nodeFieldCount });
    }
    return found;
  }

  /**
   * The two edges that lead to a value of a WeakMap, from its key and from the table, have the same name, which holds the
   * table's id. Undefined for all other edges.
   */
  weakMapPair(edge: number): { readonly name: string; readonly tableId: number } | undefined {
    if (this.edgeType(edge) !== 'internal') return undefined;
    const index = this.#edges.getValue(edge + this.#snapshot.edgeNameOffset);
    const pair = this.#snapshot.tryParseWeakMapEdgeName(index);
    return pair && { name: pair.duplicatedPart, tableId: Number(pair.tableId) };
  }
}

/** Takes the text of a snapshot in pieces of any size, as the browser sends it. */
export class HeapGraphLoader {
  #text = new SnapshotText();

  /** @throws Error where the text cannot be that of a snapshot */
  write(chunk: string): void {
    this.#text.push(chunk);
  }

  /**
   * @param onParsed called when the text is no longer needed, before retainers and dominators are computed
   * @throws Error where the text is no snapshot, or not a whole one
   */
  async finish(onParsed: () => void = () => {}): Promise<HeapGraph> {
    const raw = this.#text.finish();
    this.#text = new SnapshotText();
    onParsed();
    return await buildGraph(raw);
  }
}

/** Finds what keeps what in a snapshot that was parsed. */
export async function buildGraph(raw: RawSnapshot): Promise<HeapGraph> {
  const Snapshot = await (snapshotClass ??= findSnapshotClass());
  const snapshot = new Snapshot(raw, { updateStatus() {}, updateProgress() {}, reportProblem() {} });
  await snapshot.initialize(secondHalf());
  return new HeapGraph(snapshot);
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
