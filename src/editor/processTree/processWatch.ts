import type { HistoryPoint, ProcessPoint } from '../../browsers/index.ts';
import type { MachineView, MachineWatch, NodeProgram } from '../../machine/index.ts';
import type { OwnerObservations } from '../../orphans/index.ts';
import { type ProcessReader, type ProcessTable, sameProcess } from '../../processes/index.ts';
import type { SessionInfo } from '../../sessions/index.ts';
import { type Log, defined } from '../../support/index.ts';
import { engine } from '../lazyBundles.ts';
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

/**
 * The machine's browsers as this window shows them: the machine's watch, which starts with the first reader, and beside each
 * tree its session, its pages, and whether it is being ended.
 */
export class ProcessWatch {
  readonly #options: ProcessWatchOptions;
  readonly #listeners = new Set<(trees: readonly ShownTree[]) => void>();
  readonly #ending = new Set<string>();
  #machine: MachineWatch | undefined;
  #isWatched = false;
  #folders: readonly string[] = [];
  #paused = false;

  constructor(options: ProcessWatchOptions) {
    this.#options = options;
  }

  get reader(): ProcessReader {
    return this.#started.reader;
  }

  /** What was seen while owners lived. */
  get observations(): OwnerObservations {
    return this.#started.observations;
  }

  /** Takes a sample every `everyMs` for this reader; undefined ends that. */
  watch(who: string, everyMs: number | undefined): void {
    if (everyMs === undefined && !this.#machine) return;
    this.#started.setInterval(who, everyMs);
    this.#isWatched = this.#started.isWatched;
  }

  /**
   * Looks for programs on Node in these folders with each sample; none is looked for without a folder.
   *
   * @param folders absolute paths
   */
  watchPrograms(folders: readonly string[]): void {
    this.#folders = folders;
    this.#machine?.watchPrograms(folders);
  }

  /** Whether any reader has an interval. */
  get isWatched(): boolean {
    return this.#isWatched;
  }

  get paused(): boolean {
    return this.#paused;
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#machine?.setPaused(paused);
  }

  /** All processes as the last sample saw them. */
  get table(): ProcessTable | undefined {
    return this.#view?.table;
  }

  /** How long the last reading of the processes took, in ms. */
  get costMs(): number | undefined {
    return this.#view?.costMs;
  }

  get hasSampled(): boolean {
    return this.#view !== undefined;
  }

  /** The sessions of this window, those elsewhere included. */
  get sessions(): readonly SessionInfo[] {
    return this.#options.sessions();
  }

  /** The browsers as last seen, in start order. */
  get trees(): readonly ShownTree[] {
    const sessions = this.#options.sessions();
    return (this.#view?.trees ?? []).map(({ sample, owned }): ShownTree => {
      const { tree } = sample;
      const ids = [tree.root, ...(tree.browser ? [tree.browser] : [])];
      const session = sessions.find(({ root }) => root !== undefined && ids.some((id) => sameProcess(id, root)));
      return {
        sample,
        owned,
        session,
        pages: (session && this.#options.pages?.(session.id, sample.key)) ?? NO_PAGES,
        ending: this.#ending.has(sample.key),
      };
    });
  }

  /** The programs on Node as last seen, in start order. */
  get programs(): readonly NodeProgram[] {
    return this.#view?.programs ?? [];
  }

  /** What was measured of a tree while it was watched, oldest first. */
  history(treeKey: string): readonly HistoryPoint[] {
    return this.#machine?.history(treeKey) ?? [];
  }

  processHistory(processKey: string): readonly ProcessPoint[] {
    return this.#machine?.processHistory(processKey) ?? [];
  }

  onDidChange(listener: (trees: readonly ShownTree[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A full sample now, paused or not, with the owner of each tree decided anew. */
  async refresh(): Promise<readonly ShownTree[]> {
    await this.#started.refresh();
    return this.trees;
  }

  /** Shows a tree as being ended. */
  setEnding(key: string, ending: boolean): void {
    if (ending) this.#ending.add(key);
    else this.#ending.delete(key);
    this.announce();
  }

  /** Tells listeners of a change beside the processes, such as a session's name. */
  announce(): void {
    const { trees } = this;
    for (const listener of this.#listeners) listener(trees);
  }

  dispose(): void {
    void this.#machine?.dispose();
    this.#listeners.clear();
    this.#isWatched = false;
  }

  get #view(): MachineView | undefined {
    return this.#machine?.view;
  }

  get #started(): MachineWatch {
    if (this.#machine) return this.#machine;
    const { log, reader } = this.#options;
    const machine = new (engine().MachineWatch)({ log, ...defined({ reader }) });
    machine.onView(({ trees }) => {
      for (const key of this.#ending) if (!trees.some(({ sample }) => sample.key === key)) this.#ending.delete(key);
      this.announce();
    });
    machine.watchPrograms(this.#folders);
    if (this.#paused) machine.setPaused(true);
    this.#machine = machine;
    return machine;
  }
}
