import { type NumberArray, type ParsedSnapshot, parseSnapshot } from './devtoolsSnapshot.ts';
import { type RawSnapshot, SnapshotText } from './snapshotText.ts';

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

  /** The node at the end of the first edge that is wanted; undefined where there is none. */
  find(ordinal: number, isWanted: (edge: number, to: number) => boolean): number | undefined {
    const { firstEdgeIndexes, edgeFieldsCount, edgeToNodeOffset, nodeFieldCount } = this.#snapshot;
    const end = firstEdgeIndexes[ordinal + 1] ?? 0;
    for (let edge = firstEdgeIndexes[ordinal] ?? 0; edge < end; edge += edgeFieldsCount) {
      const to = this.#edges.getValue(edge + edgeToNodeOffset) / nodeFieldCount;
      if (isWanted(edge, to)) return to;
    }
    return undefined;
  }

  /** The node at the end of the first edge of a type and name. */
  target(ordinal: number, type: EdgeType, name: string): number | undefined {
    return this.find(ordinal, (edge) => this.edgeType(edge) === type && this.edgeName(edge) === name);
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
  return new HeapGraph(await parseSnapshot(raw));
}
