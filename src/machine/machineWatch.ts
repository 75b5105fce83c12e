import {
  type HistoryPoint,
  type ProcessPoint,
  type SamplerSnapshot,
  type TreeSample,
  TreeSampler,
  findBrowserTrees,
} from '../browsers/index.ts';
import { readJournal } from '../journal/index.ts';
import { OwnerObservations, type OwnedTree, decideOwnership } from '../orphans/index.ts';
import { type ProcessReader, type ProcessTable, createProcessReader, identityKey } from '../processes/index.ts';
import { type Clock, type Log, describeError, isAbort, systemClock } from '../support/index.ts';
import { OWNERS_EVERY_MS } from './ages.ts';
import { type NodeProgram, NodeWatch } from './nodeWatch.ts';

export interface MachineWatchOptions {
  readonly log: Log;
  readonly reader?: ProcessReader;
  readonly clock?: Clock;
  /** Which trees count. Default: all. */
  readonly filter?: (tree: OwnedTree) => boolean;
}

/** A browser tree with what was measured of it and whose it is. */
export interface WatchedTree {
  readonly sample: TreeSample;
  /** Undefined while deciding it failed. */
  readonly owned: OwnedTree | undefined;
}

/** The machine's browsers at one moment. */
export interface MachineView {
  /** Wall-clock time in ms since the epoch. */
  readonly at: number;
  /** In start order. */
  readonly trees: readonly WatchedTree[];
  /** Programs on Node in the folders that are watched for them, in start order. */
  readonly programs: readonly NodeProgram[];
  /** All processes of the machine. */
  readonly table: ProcessTable;
  /** How long reading the processes took, in ms. */
  readonly costMs: number;
}

/**
 * The one watch of this machine's browsers in a process: samples, whose each tree is, and what was seen while owners lived.
 * It samples as often as the reader with the shortest interval needs, and not at all without one.
 */
export class MachineWatch {
  readonly reader: ProcessReader;
  /** What was seen while owners lived. */
  readonly observations = new OwnerObservations();
  readonly #options: MachineWatchOptions;
  readonly #clock: Clock;
  readonly #sampler: TreeSampler;
  readonly #intervals = new Map<string, number>();
  readonly #listeners = new Set<(view: MachineView) => void>();
  readonly #nodes: NodeWatch;
  #folders: readonly string[] = [];
  #table: ProcessTable | undefined;
  #view: MachineView | undefined;
  #owned = new Map<string, OwnedTree>();
  #decidedAt = -Infinity;
  #deciding: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(options: MachineWatchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.reader = options.reader ?? createProcessReader();
    this.#nodes = new NodeWatch({ reader: this.reader, clock: this.#clock });
    this.#sampler = new TreeSampler({
      reader: this.reader,
      intervalMs: undefined,
      clock: this.#clock,
      log: options.log,
      findTrees: (table) => {
        this.#table = table;
        return findBrowserTrees(table);
      },
    });
    this.#sampler.onSample((snapshot) => {
      // One after the other: a sample whose owners take long to decide is not overtaken by the next.
      this.#deciding = this.#deciding.then(() => this.#take(snapshot));
    });
    this.#sampler.start();
  }

  /** Samples every `everyMs` for this reader; undefined ends that. */
  setInterval(who: string, everyMs: number | undefined): void {
    if (everyMs === undefined) this.#intervals.delete(who);
    else this.#intervals.set(who, everyMs);
    this.#sampler.setInterval(this.#intervals.size === 0 ? undefined : Math.min(...this.#intervals.values()));
  }

  /**
   * Looks for programs on Node in these folders with each sample from now on; none is looked for without a folder.
   *
   * @param folders absolute paths
   */
  watchPrograms(folders: readonly string[]): void {
    this.#folders = folders;
  }

  /** Whether any reader has an interval. */
  get isWatched(): boolean {
    return this.#intervals.size > 0;
  }

  setPaused(paused: boolean): void {
    if (paused) this.#sampler.pause();
    else this.#sampler.resume();
  }

  /** The last view, however old. */
  get view(): MachineView | undefined {
    return this.#view;
  }

  /** What was measured of a living tree, oldest first. */
  history(treeKey: string): readonly HistoryPoint[] {
    return this.#sampler.history(treeKey);
  }

  processHistory(processKey: string): readonly ProcessPoint[] {
    return this.#sampler.processHistory(processKey);
  }

  /** Called with each view. Returns what ends it. */
  onView(listener: (view: MachineView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A full view now, paused or not, with owners decided anew. */
  async refresh(): Promise<MachineView> {
    this.#decidedAt = -Infinity;
    await this.#sampler.refresh();
    await this.#deciding;
    return this.#view!;
  }

  /** Decides the owners anew with the next sample: after a clean-up the last decision is out of date. */
  forget(): void {
    this.#decidedAt = -Infinity;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#sampler.dispose();
    this.#listeners.clear();
    this.#intervals.clear();
    await this.#deciding;
  }

  async #take(snapshot: SamplerSnapshot): Promise<void> {
    const table = this.#table;
    if (!table || this.#disposed) return;
    const trees = snapshot.trees.map(({ tree }) => tree);
    this.observations.observe(trees, table);
    const isNew = trees.some(({ root }) => !this.#owned.has(identityKey(root)));
    if (isNew || this.#clock.monotonic() - this.#decidedAt >= OWNERS_EVERY_MS) {
      try {
        await this.#decide(snapshot, table);
      } catch (error) {
        if (!isAbort(error))
          this.#options.log.warn(`The owners of the browsers could not be decided: ${describeError(error)}`);
      }
    }
    const programs = await this.#readPrograms(table);
    this.#view = {
      at: snapshot.at,
      trees: snapshot.trees.flatMap((sample) => this.#withOwner(sample)),
      programs,
      table,
      costMs: snapshot.costMs,
    };
    for (const listener of this.#listeners) {
      try {
        listener(this.#view);
      } catch (error) {
        this.#options.log.error(`A reader of the browser processes failed: ${describeError(error)}`);
      }
    }
  }

  async #readPrograms(table: ProcessTable): Promise<readonly NodeProgram[]> {
    if (this.#folders.length === 0) return [];
    try {
      return await this.#nodes.look(table, this.#folders);
    } catch (error) {
      this.#options.log.warn(`Node programs could not be read: ${describeError(error)}`);
      return [];
    }
  }

  async #decide(snapshot: SamplerSnapshot, table: ProcessTable): Promise<void> {
    // The table first: an entry is written before its browser runs, so the journal read after it has every browser in it.
    const { entries } = await readJournal();
    const owned = await decideOwnership({
      trees: snapshot.trees.map(({ tree }) => tree),
      table,
      journal: entries,
      reader: this.reader,
      observations: this.observations,
    });
    this.#owned = new Map(owned.map((one) => [identityKey(one.tree.root), one]));
    this.#decidedAt = this.#clock.monotonic();
  }

  #withOwner(sample: TreeSample): WatchedTree[] {
    const owned = this.#owned.get(sample.key);
    const { filter } = this.#options;
    // A tree whose owner is not known cannot be filtered: it is left out.
    return filter && !(owned && filter(owned)) ? [] : [{ sample, owned }];
  }
}
