import { isNativeId } from '../platform/index.ts';
import type { HeapGraph } from '../snapshot/heapGraph.ts';
import type { HeapView } from './heapView.ts';
import type { Comparison, Growth, SnapshotFacts } from './model.ts';
import { type PathKind, PathTree } from './pathTree.ts';

/** Smaller growth from the first snapshot to the last is noise of the engine. */
const MIN_GROWN_BYTES = 256;
/** A single object more in a step can be a cache that was made; below this it is not shown. */
const MIN_SINGLE_BYTES = 4096;
/** Objects of the first snapshot that are looked for in the next one, to tell whether both are of one process. */
const COMPARED_OBJECTS = 2000;
/** Share of them that must be there as they were: some have gone since. */
const SHARE_OF_ONE_PROCESS = 0.5;

/** What is remembered of a snapshot when the next one is read: names, numbers and sizes, without its graph. */
export interface SnapshotOutline {
  readonly facts: SnapshotFacts;
  readonly tree: KindOutline;
  /** All objects of a class, wherever they are kept. */
  readonly classCounts: ReadonlyMap<string, number>;
  /** Ids and names of some objects. */
  readonly identities: ReadonlyMap<number, string>;
  /** The largest id of an object of script. V8 gives ids in the order in which it first sees objects. */
  readonly lastId: number;
}

interface KindOutline {
  readonly count: number;
  readonly ownBytes: number;
  readonly treeBytes: number;
  readonly children: ReadonlyMap<string, KindOutline>;
}

const NOTHING: KindOutline = { count: 0, ownBytes: 0, treeBytes: 0, children: new Map() };

export function outline(view: HeapView): SnapshotOutline {
  return {
    facts: view.facts,
    tree: outlineKind(view.tree.root),
    classCounts: countByClass(view.tree.kinds),
    identities: identitiesOf(view.graph),
    lastId: lastIdOf(view.graph),
  };
}

function outlineKind(kind: PathKind): KindOutline {
  const children = new Map<string, KindOutline>();
  for (const child of kind.children.values()) children.set(keyOf(child), outlineKind(child));
  return { count: kind.count, ownBytes: kind.ownBytes, treeBytes: kind.treeBytes, children };
}

const keyOf = (kind: PathKind): string => `${kind.label}\n${kind.className}`;

function countByClass(kinds: readonly PathKind[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { className, count } of kinds) counts.set(className, (counts.get(className) ?? 0) + count);
  return counts;
}

/**
 * What grew in every step from the first snapshot to the last. Objects are compared by what keeps them, so an object that was
 * replaced by another one is no growth, and snapshots of different processes can be compared.
 *
 * @param before outlines of all snapshots but the last, in their order
 * @param last the last one
 * @returns `taken`: the snapshots by their index, in the order in which they were taken, where that can be told
 */
export function compare(
  before: readonly SnapshotOutline[],
  last: HeapView,
): { comparison: Comparison; grew: Growth[]; taken: readonly number[] } {
  const grew = new GrowthSearch(before, last).find();
  const sameProcess = before.every(({ identities }) => isSameProcess(identities, last.graph));
  const files = [...before.map(({ facts }) => facts), last.facts];
  const lastIds = [...before.map(({ lastId }) => lastId), lastIdOf(last.graph)];
  const given = lastIds.map((_, index) => index);
  const taken = sameProcess ? given.toSorted((a, b) => lastIds[a]! - lastIds[b]!) : given;
  return { comparison: { files, sameProcess, grew: [], more: grew.length }, grew, taken };
}

class GrowthSearch {
  readonly #before: readonly SnapshotOutline[];
  readonly #last: HeapView;
  readonly #classCounts: readonly ReadonlyMap<string, number>[];
  readonly #found: Growth[] = [];

  constructor(before: readonly SnapshotOutline[], last: HeapView) {
    this.#before = before;
    this.#last = last;
    this.#classCounts = [...before.map(({ classCounts }) => classCounts), countByClass(last.tree.kinds)];
  }

  find(): Growth[] {
    this.#walk(
      this.#last.tree.root,
      this.#before.map(({ tree }) => tree),
    );
    const gain = ({ bytes }: Growth): number => bytes.at(-1)! - bytes[0]!;
    return this.#found.sort((a, b) => gain(b) - gain(a));
  }

  #walk(kind: PathKind, former: readonly KindOutline[]): void {
    for (const child of kind.children.values()) {
      const before = former.map(({ children }) => children.get(keyOf(child)) ?? NOTHING);
      const grows = this.#grows(child, before);
      if (grows !== undefined) this.#add(child, before, grows);
      // What hangs on objects that became more came with them.
      if (grows !== 'objects') this.#walk(child, before);
    }
  }

  #grows(kind: PathKind, before: readonly KindOutline[]): Growth['grows'] | undefined {
    const counts = [...before.map(({ count }) => count), kind.count];
    const trees = [...before.map(({ treeBytes }) => treeBytes), kind.treeBytes];
    if (rises(counts) && rises(this.#classCounts.map((all) => all.get(kind.className) ?? 0))) {
      const bytes = kind.treeBytes - trees[0]!;
      const many = kind.count - counts[0]! >= 2 * before.length;
      if (bytes >= (many ? MIN_GROWN_BYTES : MIN_SINGLE_BYTES)) return 'objects';
    }
    const own = [...before.map(({ ownBytes }) => ownBytes), kind.ownBytes];
    const isAsMany = counts.every((count) => count === counts[0]) && kind.count > 0;
    // A storage grows in steps, with its entries: the growth of the entries is reported instead.
    if (isAsMany && rises(own) && own.at(-1)! - own[0]! >= MIN_SINGLE_BYTES && !this.#entriesGrow(kind, before))
      return 'content';
    return undefined;
  }

  #entriesGrow(kind: PathKind, before: readonly KindOutline[]): boolean {
    for (const child of kind.children.values()) {
      const counts = [...before.map(({ children }) => children.get(keyOf(child))?.count ?? 0), child.count];
      if (child.label === '[]' && rises(counts)) return true;
    }
    return false;
  }

  #add(kind: PathKind, before: readonly KindOutline[], grows: Growth['grows']): void {
    // Nothing of the program's own names it: a warm-up of Node or of the browser.
    if (kind.isEngines && PathTree.describe(kind) === '') return;
    const counts = [...before.map(({ count }) => count), kind.count];
    const bytes = [...before.map(({ treeBytes }) => treeBytes), kind.treeBytes];
    this.#found.push({
      ...this.#last.describe(kind.sample, kind.count, kind.treeBytes),
      counts,
      bytes,
      grows,
    });
  }
}

const rises = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > numbers[index - 1]!);

function identitiesOf(graph: HeapGraph): Map<number, string> {
  const identities = new Map<number, string>();
  const step = Math.max(1, Math.floor(graph.nodeCount / COMPARED_OBJECTS));
  for (let node = 0; node < graph.nodeCount; node += step) {
    if (graph.type(node) === 'object' || graph.type(node) === 'closure')
      identities.set(graph.id(node), graph.rawName(node));
  }
  return identities;
}

function lastIdOf(graph: HeapGraph): number {
  let last = 0;
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const id = graph.id(node);
    if (id > last && !isNativeId(id)) last = id;
  }
  return last;
}

/** In one process an object keeps its id; in another one the id belongs to something else. */
function isSameProcess(identities: ReadonlyMap<number, string>, graph: HeapGraph): boolean {
  if (identities.size === 0) return false;
  let same = 0;
  for (let node = 0; node < graph.nodeCount; node += 1)
    if (identities.get(graph.id(node)) === graph.rawName(node)) same += 1;
  return same >= identities.size * SHARE_OF_ONE_PROCESS;
}
