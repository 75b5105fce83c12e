import { isScopeName } from '../platform/index.ts';
import type { HeapGraph } from '../snapshot/heapGraph.ts';
import type { RetainingPaths } from '../snapshot/retainingPaths.ts';
import { classOf, isUserVisible } from '../snapshot/classOf.ts';
import { type ScriptPlaces, isProgram } from './scriptPlaces.ts';

/** The most kinds of paths that are distinguished; further ones count as part of what holds them. */
const MAX_KINDS = 400_000;
/** A label and class that come again within this many levels are one kind: `next.next.next`, `children[].children[]`. */
const FOLDED_LEVELS = 6;
/** An object of more properties than this is a table: its keys are data. */
const MAX_NAMED_PROPERTIES = 100;

/** What an edge says to a person. Other labels are names of variables and properties. */
const NO_LABEL = '';
const ENTRY = '[]';
const KEYED = '{}';

/** All objects of one class that are reached by one path, where the entries of a list or table count as one step. */
export interface PathKind {
  readonly index: number;
  /** Undefined for the root. */
  readonly parent: PathKind | undefined;
  /** `closedPanels`, `[]` for entries, `{}` for values under keys that are data, empty for steps without a name. */
  readonly label: string;
  readonly className: string;
  /** Whether no name of the program leads to it: it is Node's or the browser's own. */
  readonly isEngines: boolean;
  readonly children: Map<number, PathKind>;
  count: number;
  /** Bytes of the objects themselves with their storage, without code. */
  ownBytes: number;
  /** The same with all that hangs on them; each object counts once. */
  treeBytes: number;
  /** One of the objects: the one with the highest id, as it is the newest. */
  sample: number;
}

/**
 * The objects of a heap by *how they are kept*, as a tree of kinds of paths. Each object is in the tree once, at the path by
 * which a person would say that it is kept, so sizes add up. Kinds have names only, no ids: trees of different snapshots, and of
 * different processes, can be compared.
 *
 * A path begins at a variable of a module or at the global object where it goes through one. What led there is left out:
 * several functions see the same variable, and which of them is taken may change from snapshot to snapshot.
 */
export class PathTree {
  readonly root: PathKind;
  readonly kinds: PathKind[] = [];
  /** By node: the number of its kind; -1 for what is not kept. */
  readonly kindOf: Int32Array;
  readonly #graph: HeapGraph;
  readonly #paths: RetainingPaths;
  readonly #places: ScriptPlaces;
  readonly #classes = new ClassNames();
  readonly #labels = new Map<string, number>();
  readonly #tables = new Map<number, boolean>();
  readonly #scopes: Map<number, string>;
  readonly #globals = new Set<number>();
  /** By kind of edge and number of its name. */
  readonly #labelByName = new Map<number, string>();

  private constructor(graph: HeapGraph, paths: RetainingPaths, places: ScriptPlaces) {
    this.#graph = graph;
    this.#paths = paths;
    this.#places = places;
    this.kindOf = new Int32Array(graph.nodeCount).fill(-1);
    this.root = this.#add(undefined, NO_LABEL, '', true);
    graph.forEachEdge(graph.root, (edge, to) => {
      if (graph.edgeType(edge) === 'shortcut') this.#globals.add(to);
    });
    this.#scopes = this.#findModuleScopes();
  }

  static build(graph: HeapGraph, paths: RetainingPaths, places: ScriptPlaces): PathTree {
    const tree = new PathTree(graph, paths, places);
    tree.#fill();
    return tree;
  }

  /** `closedPanels[]`, `bus.subscribers.price[]`; empty where no name leads there. */
  static describe(kind: PathKind): string {
    const labels: string[] = [];
    for (let at: PathKind | undefined = kind; at?.parent; at = at.parent) labels.push(at.label);
    let text = '';
    for (const label of labels.reverse()) {
      if (label === NO_LABEL) continue;
      if (label === ENTRY || label === KEYED) text += text.endsWith(label) ? '' : label;
      else text += text === '' ? label : `.${label}`;
    }
    return /^[[{\]}]+$/.test(text) ? '' : text;
  }

  #fill(): void {
    const { nodeCount, root } = this.#graph;
    const paths = this.#paths;
    this.kindOf[root] = 0;
    const walked: number[] = [];
    for (let node = 0; node < nodeCount; node += 1) {
      if (this.kindOf[node] !== -1 || !paths.isKept(node)) continue;
      walked.length = 0;
      let at = node;
      while (this.kindOf[at] === -1) {
        walked.push(at);
        at = paths.parent(at);
      }
      for (let index = walked.length - 1; index >= 0; index -= 1)
        this.#place(walked[index]!, paths.parent(walked[index]!));
    }
    for (let index = this.kinds.length - 1; index > 0; index -= 1) {
      const kind = this.kinds[index]!;
      kind.treeBytes += kind.ownBytes;
      kind.parent!.treeBytes += kind.treeBytes;
    }
  }

  #place(node: number, from: number): void {
    const graph = this.#graph;
    const above = this.kinds[this.kindOf[from]!]!;
    // Texts that code holds are its source and its literals.
    const isOfCode = graph.type(from) === 'code' && graph.type(node) === 'string';
    const className = isOfCode ? undefined : this.#classes.of(graph, node);
    if (className === undefined) {
      this.kindOf[node] = above.index;
      if (!isOfCode && isStorage(graph, node)) above.ownBytes += graph.selfSize(node);
      return;
    }
    const kind = this.#kindAt(above, from, this.#paths.parentEdge(node), className);
    this.kindOf[node] = kind.index;
    kind.ownBytes += graph.selfSize(node);
    kind.count += 1;
    if (kind.sample < 0 || graph.id(node) > graph.id(kind.sample)) kind.sample = node;
  }

  #kindAt(above: PathKind, from: number, edge: number, className: string): PathKind {
    const graph = this.#graph;
    const label = this.#labelOf(from, edge);
    let parent = above;
    if (graph.edgeType(edge) === 'context') {
      const url = this.#scopes.get(from);
      if (url !== undefined) parent = this.#child(this.root, NO_LABEL, url, url !== '' && !isProgram(url));
    } else if (this.#globals.has(from)) {
      parent = this.#child(this.root, NO_LABEL, 'global', false);
    } else {
      let at: PathKind | undefined = above;
      for (let level = 0; level < FOLDED_LEVELS && at?.parent; level += 1, at = at.parent) {
        if (at.className === className && at.label === label) return at;
      }
    }
    const isEngines = (parent.isEngines && parent !== this.root) || label.startsWith('<symbol node:');
    return this.#child(parent, label, className, isEngines);
  }

  #child(parent: PathKind, label: string, className: string, isEngines: boolean): PathKind {
    const key = this.#number(label) * 2 ** 26 + this.#number(className);
    const known = parent.children.get(key);
    if (known) return known;
    if (this.kinds.length >= MAX_KINDS) return parent;
    const kind = this.#add(parent, label, className, isEngines);
    parent.children.set(key, kind);
    return kind;
  }

  #add(parent: PathKind | undefined, label: string, className: string, isEngines: boolean): PathKind {
    const index = this.kinds.length;
    const kind: PathKind = {
      index,
      parent,
      label,
      className,
      isEngines,
      children: new Map(),
      count: 0,
      ownBytes: 0,
      treeBytes: 0,
      sample: -1,
    };
    this.kinds.push(kind);
    return kind;
  }

  #number(text: string): number {
    let number = this.#labels.get(text);
    if (number === undefined) this.#labels.set(text, (number = this.#labels.size));
    return number;
  }

  #labelOf(from: number, edge: number): string {
    const graph = this.#graph;
    const type = graph.edgeType(edge);
    if (type === 'element') return graph.type(from) === 'synthetic' ? NO_LABEL : ENTRY;
    if (type === 'property' && this.#isTable(from)) return KEYED;
    if (type === 'property' || type === 'context') {
      const key = graph.edgeNameIndex(edge);
      let label = this.#labelByName.get(key);
      if (label === undefined) this.#labelByName.set(key, (label = isWord(graph.edgeName(edge))));
      return label;
    }
    if (graph.type(from) === 'array' || graph.weakMapPair(edge)) return ENTRY;
    return NO_LABEL;
  }

  #isTable(node: number): boolean {
    if (this.#graph.edgeCount(node) <= MAX_NAMED_PROPERTIES) return false;
    let isTable = this.#tables.get(node);
    if (isTable !== undefined) return isTable;
    if (this.#globals.has(node)) isTable = false;
    else {
      let properties = 0;
      this.#graph.forEachEdge(node, (edge) => {
        if (this.#graph.edgeType(edge) === 'property') properties += 1;
      });
      isTable = properties > MAX_NAMED_PROPERTIES;
    }
    this.#tables.set(node, isTable);
    return isTable;
  }

  /** Scopes of which there is one each, by their node: where a name starts. The value is the script's URL. */
  #findModuleScopes(): Map<number, string> {
    const graph = this.#graph;
    const byInfo = new Map<number, number>();
    const several = new Set<number>();
    for (let node = 0; node < graph.nodeCount; node += 1) {
      if (graph.type(node) !== 'object' || !isScopeName(graph.rawName(node))) continue;
      const info = graph.target(node, 'internal', 'scope_info');
      if (info === undefined) continue;
      if (byInfo.has(info)) several.add(info);
      else byInfo.set(info, node);
    }
    const scopes = new Map<number, string>();
    for (const [info, context] of byInfo) {
      if (several.has(info)) continue;
      let url: string | undefined;
      graph.forEachRetainer(context, (edge, from) => {
        if (url !== undefined || graph.type(from) !== 'closure' || graph.edgeName(edge) !== 'context') return;
        const location = graph.location(from);
        url = location && this.#places.urlOf(location.scriptId);
      });
      scopes.set(context, url ?? '');
    }
    return scopes;
  }
}

/** Backing stores of arrays, tables and buffers; code and shapes are the engine's, and grow as a program warms up. */
function isStorage(graph: HeapGraph, node: number): boolean {
  const type = graph.type(node);
  return type === 'array' || type === 'native' || type === 'number' || type === 'bigint';
}

const GENERATED = /\d{3}|^\d|[\da-f]{8}|[^$\w\p{L}#]/iu;

/** The name, or that it is a key which is data: it has digits, or what no variable has in its name. */
function isWord(name: string): string {
  return name.startsWith('<symbol ') || !GENERATED.test(name) ? name : KEYED;
}

/** Class names by type and name of a node; undefined for what no person would name. */
class ClassNames {
  readonly #known = new Map<string, Map<number, string | undefined>>();

  of(graph: HeapGraph, node: number): string | undefined {
    const type = graph.type(node);
    if (type === 'string' || type === 'concatenated string' || type === 'sliced string') return 'string';
    let names = this.#known.get(type);
    if (!names) this.#known.set(type, (names = new Map()));
    const index = graph.nameIndex(node);
    if (names.has(index)) return names.get(index);
    const name = graph.rawName(node);
    const isNamed = isUserVisible(graph, node) && !(type === 'object' && isScopeName(name));
    // Shapes are not part of a kind: an object that gets a property more stays of its kind.
    const className = isNamed ? (type === 'object' && name === 'Object' ? name : classOf(graph, node)) : undefined;
    names.set(index, className);
    return className;
  }
}
