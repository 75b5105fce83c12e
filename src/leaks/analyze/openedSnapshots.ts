import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { PassThrough, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LeakwrightError, describeError } from '../../support/index.ts';
import { type HeapGraph, HeapGraphLoader } from '../snapshot/heapGraph.ts';
import { type SnapshotOutline, compare, outline } from './compare.ts';
import { HeapView } from './heapView.ts';
import type { CopiedText, ObjectReport, Part, Questions } from './messages.ts';
import type { Growth, Kept, Piece } from './model.ts';
import { PathTree } from './pathTree.ts';
import { MAX_FILE_BYTES, isGzip } from './snapshotFile.ts';
import { countClasses, findLargest, summarize } from './summary.ts';
import { findCopies } from './suspects/duplicatedStrings.ts';
import { type Grouped, groupByPath } from './suspects/grouped.ts';

const READ_BYTES = 4 * 1024 * 1024;
/** Groups of a class that one question looks at; beyond it the smallest are left out. */
const MAX_GROUPS = 2000;
/** Longer texts are cut in an answer. */
const MAX_TEXT = 300;

interface Opened {
  readonly path: string;
  readonly name: string;
  readonly outline: SnapshotOutline;
}

/** The latest answers, since the pages of one list are requested one after the other. */
interface Remembered {
  readonly key: string;
  readonly items: readonly unknown[];
}

/**
 * The snapshots of one analysis, in the worker. Of all of them an outline is held, and of one its graph: a question to another
 * one reads its file again.
 */
export class OpenedSnapshots {
  readonly #opened: Opened[] = [];
  readonly #collectGarbage: () => void;
  #view: { readonly snapshot: number; readonly view: HeapView } | undefined;
  #remembered: Remembered | undefined;

  constructor(collectGarbage: () => void) {
    this.#collectGarbage = collectGarbage;
  }

  async open({ path, name }: Questions['open']['ask']): Promise<Questions['open']['answer']> {
    const view = await this.#load(path, name);
    this.#opened.push({ path, name, outline: outline(view) });
    this.#view = { snapshot: this.#opened.length - 1, view };
    return view.facts;
  }

  async summary({ snapshot }: Questions['summary']['ask']): Promise<Questions['summary']['answer']> {
    return summarize(await this.#viewOf(snapshot));
  }

  async compare({ snapshots, ...part }: Questions['compare']['ask']): Promise<Questions['compare']['answer']> {
    if (snapshots.length < 2) throw new LeakwrightError('usage', 'A comparison needs two snapshots at least.');
    const view = await this.#viewOf(snapshots.at(-1)!);
    const former = snapshots.slice(0, -1).map((snapshot) => this.#of(snapshot).outline);
    const { comparison, grew, taken } = compare(former, view);
    const piece = pieceOf<Growth>(grew, part);
    return {
      comparison: { ...comparison, grew: piece.items, more: grew.length - piece.items.length },
      piece,
      taken: taken.map((index) => snapshots[index]!),
    };
  }

  async largest({ snapshot, ...part }: Questions['largest']['ask']): Promise<Piece<Kept>> {
    const view = await this.#viewOf(snapshot);
    return pieceOf(
      this.#remember(`largest ${snapshot}`, () => findLargest(view)),
      part,
    );
  }

  async classes({
    snapshot,
    name = '',
    ...part
  }: Questions['classes']['ask']): Promise<Questions['classes']['answer']> {
    const view = await this.#viewOf(snapshot);
    const all = this.#remember(`classes ${snapshot}`, () => countClasses(view));
    return pieceOf(
      name === '' ? all : all.filter((entry) => entry.name.toLowerCase().includes(name.toLowerCase())),
      part,
    );
  }

  /** Who keeps the objects of a class: groups by the path that keeps them. */
  async keeps({ snapshot, name, ...part }: Questions['keeps']['ask']): Promise<Piece<Kept>> {
    const view = await this.#viewOf(snapshot);
    const groups = this.#remember(`keeps ${snapshot} ${name}`, () => groupsOf(view, name));
    const piece = pieceOf(groups, part);
    return {
      ...piece,
      items: piece.items.map(({ sample, count, retainedBytes }) => view.describe(sample, count, retainedBytes)),
    };
  }

  async object({ snapshot, id }: Questions['object']['ask']): Promise<ObjectReport> {
    const view = await this.#viewOf(snapshot);
    const { graph } = view;
    const node = view.nodeOfId(id);
    if (node === undefined)
      throw new LeakwrightError('usage', `There is no object @${id} in ${this.#of(snapshot).name}.`);
    const links = view.paths.path(node).map(({ edge, to }) => ({
      id: graph.id(to),
      name: view.nameOf(to),
      edge: graph.edgeName(edge).slice(0, MAX_TEXT),
      retainedBytes: graph.retainedSize(to),
    }));
    return { ...view.describe(node, 1, graph.retainedSize(node)), selfBytes: graph.selfSize(node), links };
  }

  async strings({ snapshot, contains = '', ...part }: Questions['strings']['ask']): Promise<Piece<CopiedText>> {
    const view = await this.#viewOf(snapshot);
    const all = this.#remember(`strings ${snapshot}`, () => findCopies(view, 2));
    const piece = pieceOf(contains === '' ? all : all.filter(({ text }) => text.includes(contains)), part);
    return {
      ...piece,
      items: piece.items.map(({ text, copies, wastedBytes, nodes }) => {
        const kind = view.kindOf(nodes[0]!);
        return { text: text.slice(0, MAX_TEXT), copies, wastedBytes, heldBy: kind ? PathTree.describe(kind) : '' };
      }),
    };
  }

  #remember<T>(key: string, find: () => readonly T[]): readonly T[] {
    if (this.#remembered?.key !== key) this.#remembered = { key, items: find() };
    return this.#remembered.items as readonly T[];
  }

  #of(snapshot: number): Opened {
    const opened = this.#opened[snapshot];
    if (!opened)
      throw new LeakwrightError('usage', `There is no snapshot ${snapshot + 1}: ${this.#opened.length} are open.`);
    return opened;
  }

  async #viewOf(snapshot: number): Promise<HeapView> {
    const { path, name } = this.#of(snapshot);
    if (this.#view?.snapshot === snapshot) return this.#view.view;
    const view = await this.#load(path, name);
    this.#view = { snapshot, view };
    return view;
  }

  async #read(path: string): Promise<HeapGraph> {
    const loader = new HeapGraphLoader();
    const file = createReadStream(path, { highWaterMark: READ_BYTES });
    // What goes wrong reaches the loop.
    const stream = pipeline(file, isPacked(path) ? createGunzip() : new PassThrough(), () => {}).setEncoding('utf8');
    let length = 0;
    for await (const text of stream as AsyncIterable<string>) {
      length += text.length;
      // What a packed file says of its size may be wrong.
      if (length > MAX_FILE_BYTES) throw new LeakwrightError('usage', 'it has more than can be read');
      loader.write(text);
    }
    return await loader.finish(this.#collectGarbage);
  }

  async #load(path: string, name: string): Promise<HeapView> {
    // One graph at a time: what the former one took goes back first.
    this.#view = undefined;
    this.#remembered = undefined;
    this.#collectGarbage();
    const graph = await this.#read(path).catch((error: unknown) => {
      throw damaged(name, describeError(error));
    });
    this.#collectGarbage();
    return new HeapView(graph, { name, bytes: statSync(path).size });
  }
}

function isPacked(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const first = Buffer.alloc(2);
    readSync(file, first, 0, 2, 0);
    return isGzip(first);
  } finally {
    closeSync(file);
  }
}

function damaged(name: string, why: string): LeakwrightError {
  return new LeakwrightError('usage', `'${name}' is damaged: ${why}.`, { hint: 'Save it again.' });
}

function groupsOf(view: HeapView, name: string): Grouped[] {
  const { graph } = view;
  const wanted = name.toLowerCase();
  const exact: number[] = [];
  const similar: number[] = [];
  const names = new Map<string, string>();
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (!view.isShown(node)) continue;
    const type = graph.type(node);
    const isPlain = type === 'object' && graph.rawName(node) === 'Object';
    const key = `${type} ${graph.nameIndex(node)}`;
    let className = isPlain ? undefined : names.get(key);
    if (className === undefined) {
      className = view.nameOf(node).toLowerCase();
      if (!isPlain) names.set(key, className);
    }
    const plain = className.replace(/^function /, '');
    if (className === wanted || plain === wanted) exact.push(node);
    else if (className.includes(wanted)) similar.push(node);
  }
  return groupByPath(view, exact.length > 0 ? exact : similar)
    .sort((a, b) => b.retainedBytes - a.retainedBytes)
    .slice(0, MAX_GROUPS);
}

function pieceOf<T>(all: readonly T[], { offset, limit }: Part): Piece<T> {
  const items = all.slice(offset, offset + limit);
  const end = offset + items.length;
  return { items, total: all.length, ...(end < all.length ? { next: String(end) } : {}) };
}
