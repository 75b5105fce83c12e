import { isChildNodeName, isParentName, isTreeScopeName } from '../platform/index.ts';
import { classOf } from './classOf.ts';
import type { HeapGraph } from './heapGraph.ts';

const NONE = -1;

/**
 * The tree of DOM nodes as script sees it. In a snapshot a parent refers to its first child alone, each child to its siblings,
 * and no reference has a name: by them, what keeps a node is the element before it, which is another one in each snapshot.
 *
 * Chromium lists the references of a node in one order: its children, its document or shadow root, its parent, its siblings. So
 * the parent is the one that follows the document.
 */
export class DomTree {
  readonly #parent: Int32Array;
  /** The edge from a node to its parent. */
  readonly #parentEdge: Int32Array;
  readonly #firstChild: Int32Array;
  readonly #nextSibling: Int32Array;
  readonly #children: Int32Array;

  constructor(graph: HeapGraph) {
    const { nodeCount } = graph;
    this.#parent = new Int32Array(nodeCount).fill(NONE);
    this.#parentEdge = new Int32Array(nodeCount).fill(NONE);
    this.#firstChild = new Int32Array(nodeCount).fill(NONE);
    this.#nextSibling = new Int32Array(nodeCount).fill(NONE);
    this.#children = new Int32Array(nodeCount);
    const kinds = new NodeKinds(graph);
    for (let node = 0; node < nodeCount; node += 1) {
      if (graph.type(node) !== 'native' || !kinds.of(node).isChild) continue;
      let afterScope = false;
      let found = false;
      graph.forEachEdge(node, (edge, to) => {
        if (found || graph.edgeType(edge) !== 'element' || graph.type(to) !== 'native') return;
        if (afterScope) {
          found = true;
          if (to !== node && kinds.of(to).isParent) this.#add(to, node, edge);
        } else afterScope = kinds.of(to).isScope;
      });
    }
  }

  #add(parent: number, child: number, edge: number): void {
    this.#parent[child] = parent;
    this.#parentEdge[child] = edge;
    this.#nextSibling[child] = this.#firstChild[parent]!;
    this.#firstChild[parent] = child;
    this.#children[parent]! += 1;
  }

  /** The parent; undefined for a root, and for what is no DOM node. */
  parentOf(node: number): number | undefined {
    const parent = this.#parent[node]!;
    return parent === NONE ? undefined : parent;
  }

  childCount(node: number): number {
    return this.#children[node]!;
  }

  hasParent(node: number): boolean {
    return this.#parent[node] !== NONE;
  }

  /** Calls `visit` for each child, with the edge from the child to its parent. */
  forEachChild(node: number, visit: (edge: number, child: number) => void): void {
    for (let child = this.#firstChild[node]!; child !== NONE; child = this.#nextSibling[child]!)
      visit(this.#parentEdge[child]!, child);
  }
}

/** What the snapshot before says of the age of nodes that have no iteration. */
export interface NodesSince {
  /** Classes of which there are more nodes than before. */
  readonly grown: ReadonlySet<string>;
  /** Iterations since. */
  readonly iterations: number;
}

/**
 * A node with a child for every second iteration since the snapshot before is a list that the iterations add to: a leak of less than
 * that rate is not looked for among the browser's own objects (`nativeRate`).
 */
const CHILDREN_OF_LIST = 0.5;
/** Nothing is a list for fewer children than this. */
const MIN_CHILDREN_OF_LIST = 4;

/**
 * Tells nodes that iterations were run on from nodes that iterations added, where the ids of the nodes do not: the browser's own ids
 * are given anew from snapshot to snapshot. Old is a node of a class of which there are no more than before, one that has something
 * old below it, and one that has a child for every second iteration.
 *
 * Fooled by: an added node with a list of hundreds in it, whose entries are then told beside it.
 */
export class OldNodes {
  readonly #hasOld: Uint8Array;
  readonly #graph: HeapGraph;
  readonly #dom: DomTree;
  readonly #since: NodesSince | undefined;

  /** @param isOld whether the id of a node shows that it is old */
  constructor(graph: HeapGraph, dom: DomTree, since: NodesSince | undefined, isOld: (node: number) => boolean) {
    this.#graph = graph;
    this.#dom = dom;
    this.#since = since;
    this.#hasOld = new Uint8Array(graph.nodeCount);
    for (let node = 0; node < graph.nodeCount; node += 1) {
      if (dom.parentOf(node) === undefined || !isOld(node)) continue;
      for (let at: number | undefined = node; at !== undefined && !this.#hasOld[at]; at = dom.parentOf(at))
        this.#hasOld[at] = 1;
    }
  }

  has(node: number): boolean {
    if (this.#hasOld[node] || !this.#since?.grown.has(classOf(this.#graph, node))) return true;
    return this.#dom.childCount(node) >= Math.max(MIN_CHILDREN_OF_LIST, this.#since.iterations * CHILDREN_OF_LIST);
  }
}

/** How many DOM nodes there are, by class. */
export function countNodes(graph: HeapGraph): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (graph.type(node) !== 'native' || !isChildNodeName(graph.rawName(node))) continue;
    const name = classOf(graph, node);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

interface NodeKind {
  readonly isChild: boolean;
  readonly isParent: boolean;
  readonly isScope: boolean;
}

/** What each name stands for: thousands of nodes have the same. */
class NodeKinds {
  readonly #graph: HeapGraph;
  readonly #known = new Map<number, NodeKind>();

  constructor(graph: HeapGraph) {
    this.#graph = graph;
  }

  of(node: number): NodeKind {
    const index = this.#graph.nameIndex(node);
    let kind = this.#known.get(index);
    if (!kind) {
      const name = this.#graph.rawName(node);
      kind = { isChild: isChildNodeName(name), isParent: isParentName(name), isScope: isTreeScopeName(name) };
      this.#known.set(index, kind);
    }
    return kind;
  }
}
