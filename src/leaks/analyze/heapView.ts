import { isGlobalName, isScopeName } from '../platform/index.ts';
import type { HeapGraph } from '../snapshot/heapGraph.ts';
import { describePath } from '../snapshot/holderName.ts';
import { RetainingPaths } from '../snapshot/retainingPaths.ts';
import { classOf, isUserVisible } from '../snapshot/classOf.ts';
import type { Kept, Place, SnapshotFacts, SnapshotSource } from './model.ts';
import { PathTree } from './pathTree.ts';
import { ScriptPlaces } from './scriptPlaces.ts';

/** Steps of a path that are shown: its end says the most. */
const MAX_PATH_STEPS = 14;
/** Longer names are cut: a class name can be a whole text. */
const MAX_NAME = 200;

const NO = 1;
const YES = 2;

/** One snapshot, ready for questions: its graph, how each object is kept, and where things are written. */
export class HeapView {
  readonly graph: HeapGraph;
  readonly paths: RetainingPaths;
  readonly places: ScriptPlaces;
  readonly tree: PathTree;
  readonly facts: SnapshotFacts;
  /** By node, computed on first use: the nearest dominator that a person would name. */
  #visibleDominators: Int32Array | undefined;
  #byId: Map<number, number> | undefined;
  /** By node: whether it is shown, 0 where that was not asked yet. */
  readonly #shown: Uint8Array;

  constructor(graph: HeapGraph, file: { readonly name: string; readonly bytes: number }) {
    this.graph = graph;
    this.#shown = new Uint8Array(graph.nodeCount);
    // No iteration began yet: every window is a root.
    this.paths = RetainingPaths.compute(graph, Number.POSITIVE_INFINITY);
    this.places = new ScriptPlaces(graph);
    this.tree = PathTree.build(graph, this.paths, this.places);
    let heapBytes = 0;
    for (let node = 0; node < graph.nodeCount; node += 1) heapBytes += graph.selfSize(node);
    this.facts = {
      file: file.name,
      fileBytes: file.bytes,
      source: sourceOf(graph),
      objects: graph.nodeCount,
      references: graph.totalEdges,
      heapBytes,
      hasStacks: graph.hasStacks,
    };
  }

  /** Whether the node is an object of the program that something keeps. */
  isShown(node: number): boolean {
    const known = this.#shown[node]!;
    if (known !== 0) return known === YES;
    const { graph } = this;
    const isShown = this.paths.isKept(node) && isUserVisible(graph, node) && !isScopeName(graph.rawName(node));
    this.#shown[node] = isShown ? YES : NO;
    return isShown;
  }

  /** Whether a node is a script's source, or a name or literal in it: each of Node's own 190 modules has its `require`. */
  isTextOfCode(node: number): boolean {
    const { graph, paths } = this;
    if (graph.type(node) !== 'string') return false;
    let at = paths.parent(node);
    while (at >= 0 && graph.type(at) === 'array' && graph.rawName(at) === '') at = paths.parent(at);
    return at >= 0 && graph.type(at) === 'code';
  }

  /** The kind of path by which a node is kept; undefined for what is not. */
  kindOf(node: number) {
    const index = this.tree.kindOf[node]!;
    return index < 0 ? undefined : this.tree.kinds[index];
  }

  nodeOfId(id: number): number | undefined {
    if (!this.#byId) {
      this.#byId = new Map();
      for (let node = 0; node < this.graph.nodeCount; node += 1) this.#byId.set(this.graph.id(node), node);
    }
    return this.#byId.get(id);
  }

  nameOf(node: number): string {
    const name = classOf(this.graph, node);
    return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1)}…` : name;
  }

  placesOf(node: number): Place[] {
    return this.places.placesOf(node, (at) => this.paths.parent(at));
  }

  /** The path from a root to the node, for people. */
  pathTo(node: number): string[] {
    const lines = describePath(this.graph, this.paths.path(node), Number.POSITIVE_INFINITY);
    return foldRepeated(lines).slice(-MAX_PATH_STEPS);
  }

  /** What is said of objects of which `sample` is one. */
  describe(sample: number, count: number, retainedBytes: number): Kept {
    const kind = this.kindOf(sample);
    return {
      name: this.nameOf(sample),
      count,
      retainedBytes,
      heldBy: kind ? PathTree.describe(kind) : '',
      path: this.pathTo(sample),
      id: this.graph.id(sample),
      places: this.placesOf(sample),
    };
  }

  /** The nearest object above that the node cannot live without and that a person would name; the root where there is none. */
  visibleDominator(node: number): number {
    this.#visibleDominators ??= this.#findVisibleDominators();
    return this.#visibleDominators[node]!;
  }

  #findVisibleDominators(): Int32Array {
    const { graph } = this;
    const found = new Int32Array(graph.nodeCount).fill(-1);
    found[graph.root] = graph.root;
    const walked: number[] = [];
    for (let node = 0; node < graph.nodeCount; node += 1) {
      if (found[node] !== -1) continue;
      walked.length = 0;
      let at = node;
      while (found[at] === -1) {
        walked.push(at);
        const above = graph.dominator(at);
        if (above === at || above === graph.root) {
          found[at] = graph.root;
          walked.pop();
          break;
        }
        at = above;
      }
      for (let index = walked.length - 1; index >= 0; index -= 1) {
        const below = walked[index]!;
        const above = graph.dominator(below);
        found[below] = this.isShown(above) ? above : found[above]!;
      }
    }
    return found;
  }
}

/** Lines that come again and again, as in a chain of `next`, become one with their number. */
function foldRepeated(lines: readonly string[]): string[] {
  const folded: string[] = [];
  for (let index = 0; index < lines.length;) {
    let times = 1;
    while (lines[index + times] === lines[index]) times += 1;
    folded.push(times > 2 ? `${lines[index]} (${times} times)` : lines[index]!);
    index += times > 2 ? times : 1;
  }
  return folded;
}

/** Node says of its environment, and a browser of its window or its C++ objects. */
function sourceOf(graph: HeapGraph): SnapshotSource {
  let source: SnapshotSource = 'other';
  graph.forEachEdge(graph.root, (edge, to) => {
    const name = graph.rawName(to);
    if (name.startsWith('Node / ')) source = 'node';
    else if (source === 'other' && graph.edgeType(edge) !== 'weak' && isGlobalName(name)) source = 'chrome';
  });
  return source;
}
