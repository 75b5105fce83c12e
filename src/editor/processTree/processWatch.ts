import type { HistoryPoint, ProcessPoint, SamplerSnapshot, TreeSampler } from '../../browsers/index.ts';
import type { OwnedTree, OwnerObservations } from '../../orphans/index.ts';
import { type ProcessReader, type ProcessTable, identityKey, sameProcess } from '../../processes/index.ts';
import type { SessionInfo } from '../../sessions/index.ts';
import { type Log, describeError, isAbort } from '../../support/index.ts';
import { engine } from '../loadEngine.ts';
import type { ShownRenderer, ShownTree } from './row.ts';

export interface ProcessWatchOptions {
  readonly log: Log;
  /** The sessions of this window. */
  readonly sessions: () => readonly SessionInfo[];
  /** What lives in the renderers of a session, by pid. */
  readonly pages?: (sessionId: string, treeKey: string) => ReadonlyMap<number, ShownRenderer>;
  readonly reader?: ProcessReader;
}

const NO_PAGES: ReadonlyMap<number, ShownRenderer> = new Map();

/** Whose a tree is changes rarely and costs more to find out than memory: this old, in ms, is it decided again. */
const DECIDE_EVERY_MS = 8000;

/**
 * What the window knows of the machine's browsers: one sampler, whoever asks for it. It runs as fast as the most eager
 * of those that watch, and not at all when nobody does.
 */
export class ProcessWatch {
  readonly #options: ProcessWatchOptions;
  #reader: ProcessReader | undefined;
  #observations: OwnerObservations | undefined;
  readonly #watchers = new Map<string, number>();
  readonly #listeners = new Set<(trees: readonly ShownTree[]) => void>();
  readonly #ending = new Set<string>();
  #sampler: TreeSampler | undefined;
  #paused = false;
  #table: ProcessTable | undefined;
  #owned = new Map<string, OwnedTree>();
  #decidedAt = -Infinity;
  #snapshot: SamplerSnapshot | undefined;
  #judging: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(options: ProcessWatchOptions) {
    this.#options = options;
    this.#reader = options.reader;
  }

  get reader(): ProcessReader {
    this.#reader ??= engine().createProcessReader();
    return this.#reader;
  }

  /** What was seen while owners lived. */
  get observations(): OwnerObservations {
    this.#observations ??= new (engine().OwnerObservations)();
    return this.#observations;
  }

  /** Somebody wants a sample every `everyMs`; undefined: no longer. */
  watch(who: string, everyMs: number | undefined): void {
    if (everyMs === undefined) this.#watchers.delete(who);
    else this.#watchers.set(who, everyMs);
    if (this.#watchers.size === 0) {
      this.#sampler?.setInterval(undefined);
      return;
    }
    this.#start().setInterval(Math.min(...this.#watchers.values()));
  }

  /** Whether anybody wants samples. */
  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  get paused(): boolean {
    return this.#paused;
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (paused) this.#sampler?.pause();
    else this.#sampler?.resume();
  }

  /** All processes as the last sample saw them. */
  get table(): ProcessTable | undefined {
    return this.#table;
  }

  /** How long the last reading of the processes took, in ms. */
  get costMs(): number | undefined {
    return this.#snapshot?.costMs;
  }

  get hasSampled(): boolean {
    return this.#snapshot !== undefined;
  }

  /** The sessions of this window, those elsewhere included. */
  get sessions(): readonly SessionInfo[] {
    return this.#options.sessions();
  }

  /** The browsers as last seen, in start order. */
  get trees(): readonly ShownTree[] {
    const sessions = this.#options.sessions();
    return (this.#snapshot?.trees ?? []).map((sample): ShownTree => {
      const { tree } = sample;
      const ids = [tree.root, ...(tree.browser ? [tree.browser] : [])];
      const session = sessions.find(({ root }) => root !== undefined && ids.some((id) => sameProcess(id, root)));
      return {
        sample,
        owned: this.#owned.get(sample.key),
        session,
        pages: (session && this.#options.pages?.(session.id, sample.key)) ?? NO_PAGES,
        ending: this.#ending.has(sample.key),
      };
    });
  }

  /** What was measured of a tree while anybody watched, oldest first. */
  history(treeKey: string): readonly HistoryPoint[] {
    return this.#sampler?.history(treeKey) ?? [];
  }

  processHistory(processKey: string): readonly ProcessPoint[] {
    return this.#sampler?.processHistory(processKey) ?? [];
  }

  onDidChange(listener: (trees: readonly ShownTree[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A full sample now, paused or not, with whose each tree is. */
  async refresh(): Promise<readonly ShownTree[]> {
    this.#decidedAt = -Infinity;
    await this.#start().refresh();
    await this.#judging;
    return this.trees;
  }

  /** Shows a tree as being ended. */
  setEnding(key: string, ending: boolean): void {
    if (ending) this.#ending.add(key);
    else this.#ending.delete(key);
    this.announce();
  }

  /** Something beside the processes changed (a session's name): whoever listens looks again. */
  announce(): void {
    if (this.#disposed) return;
    const { trees } = this;
    for (const listener of this.#listeners) listener(trees);
  }

  dispose(): void {
    this.#disposed = true;
    this.#sampler?.dispose();
    this.#listeners.clear();
    this.#watchers.clear();
  }

  #start(): TreeSampler {
    if (this.#sampler) return this.#sampler;
    const { TreeSampler, findBrowserTrees } = engine();
    const sampler = new TreeSampler({
      reader: this.reader,
      intervalMs: undefined,
      log: this.#options.log,
      findTrees: (table) => {
        this.#table = table;
        return findBrowserTrees(table);
      },
    });
    sampler.onSample((snapshot) => {
      this.#judging = this.#judging.then(() => this.#judge(snapshot));
    });
    if (this.#paused) sampler.pause();
    sampler.start();
    this.#sampler = sampler;
    return sampler;
  }

  async #judge(snapshot: SamplerSnapshot): Promise<void> {
    const table = this.#table;
    if (!table || this.#disposed) return;
    const trees = snapshot.trees.map(({ tree }) => tree);
    this.observations.observe(trees, table);
    const isNew = trees.some(({ root }) => !this.#owned.has(identityKey(root)));
    if (isNew || snapshot.at - this.#decidedAt >= DECIDE_EVERY_MS) {
      try {
        await this.#decide(snapshot, table);
      } catch (error) {
        if (!isAbort(error))
          this.#options.log.warn(`Whose the browsers are could not be told: ${describeError(error)}`);
      }
    }
    this.#snapshot = snapshot;
    this.announce();
  }

  async #decide(snapshot: SamplerSnapshot, table: ProcessTable): Promise<void> {
    const { decideOwnership, readJournal } = engine();
    const { entries } = await readJournal();
    const owned = await decideOwnership({
      trees: snapshot.trees.map(({ tree }) => tree),
      table,
      journal: entries,
      reader: this.reader,
      observations: this.observations,
    });
    this.#owned = new Map(owned.map((one) => [identityKey(one.tree.root), one]));
    this.#decidedAt = snapshot.at;
    for (const key of this.#ending) if (!this.#owned.has(key)) this.#ending.delete(key);
  }
}
