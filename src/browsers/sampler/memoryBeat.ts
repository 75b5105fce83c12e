import type { Clock } from '../../support/index.ts';
import { type ProcessReader, identityKey } from '../../processes/index.ts';
import type { BrowserTree } from '../browserTree.ts';
import { type TreeMemory, measureTree } from '../measureTree.ts';
import type { Trend } from '../trend.ts';
import { sumCpu } from './cpuUse.ts';
import { HistoryByKey, type HistoryPoint, type ProcessPoint } from './history.ts';

export interface MemoryBeatOptions {
  readonly reader: ProcessReader;
  readonly clock: Clock;
  /** Time between measurements, in ms. */
  readonly intervalMs: number;
  /** How many measurements are kept of each tree. */
  readonly historyPoints: number;
}

/** Measuring takes at most this part of the time (*25 ms for a browser of 11 processes*), but never waits longer than half a minute. */
const MAX_DUTY = 0.02;
const MAX_WAIT_MS = 30_000;

/** Ten minutes of each process. */
const PROCESS_POINTS = 120;

/** Measures trees less often than samples are taken, and keeps the history of living trees. */
export class MemoryBeat {
  readonly #options: MemoryBeatOptions;
  readonly #trees: HistoryByKey<HistoryPoint>;
  readonly #processes = new HistoryByKey<ProcessPoint>(PROCESS_POINTS);
  /** By tree key. */
  #memory = new Map<string, TreeMemory>();
  #measuredAt = -Infinity;
  #costMs = 0;

  constructor(options: MemoryBeatOptions) {
    this.#options = options;
    this.#trees = new HistoryByKey(options.historyPoints);
  }

  /**
   * Measures what is due: everything on the beat or when `now` is true, else only trees that are new.
   *
   * @param cpu percent by process key, for the history
   * @throws the signal's reason when it aborts
   */
  async measure(
    trees: readonly BrowserTree[],
    now: boolean,
    cpu: ReadonlyMap<string, number>,
    signal: AbortSignal,
  ): Promise<void> {
    const { reader, clock, intervalMs } = this.#options;
    const started = clock.monotonic();
    const wait = Math.max(intervalMs, Math.min(this.#costMs / MAX_DUTY, MAX_WAIT_MS));
    const due = now || started >= this.#measuredAt + wait;
    const memory = new Map<string, TreeMemory>();
    const processKeys = new Set<string>();
    for (const tree of trees) {
      const key = identityKey(tree.root);
      for (const { info } of tree.processes) processKeys.add(identityKey(info));
      const previous = this.#memory.get(key);
      if (previous && !due) {
        memory.set(key, previous);
        continue;
      }
      const options = { now: () => clock.now(), signal, ...(previous ? { previous } : {}) };
      const measured = await measureTree(reader, tree, options);
      memory.set(key, measured);
      this.#record(key, tree, measured, cpu);
    }
    this.#memory = memory;
    this.#trees.keep(new Set(memory.keys()));
    this.#processes.keep(processKeys);
    if (!due) return;
    this.#measuredAt = started;
    this.#costMs = clock.monotonic() - started;
  }

  /** As last measured. */
  memory(treeKey: string): TreeMemory | undefined {
    return this.#memory.get(treeKey);
  }

  history(treeKey: string): readonly HistoryPoint[] {
    return this.#trees.points(treeKey);
  }

  processHistory(processKey: string): readonly ProcessPoint[] {
    return this.#processes.points(processKey);
  }

  treeTrend(treeKey: string): Trend | undefined {
    return this.#trees.trend(treeKey, 'anonBytes');
  }

  processTrend(processKey: string): Trend | undefined {
    return this.#processes.trend(processKey, 'anonBytes');
  }

  #record(key: string, tree: BrowserTree, memory: TreeMemory, cpu: ReadonlyMap<string, number>): void {
    const at = this.#options.clock.now();
    const { pssBytes, ussBytes, anonBytes } = memory;
    const cpuPercent = sumCpu(tree, cpu) ?? 0;
    this.#trees.add(key, { at, pssBytes, ussBytes, anonBytes, cpuPercent, processes: tree.processes.length });
    for (const [processKey, measured] of memory.processes) {
      this.#processes.add(processKey, {
        at,
        pssBytes: measured.pssBytes,
        ussBytes: measured.ussBytes,
        anonBytes: measured.anonBytes,
        cpuPercent: cpu.get(processKey) ?? 0,
      });
    }
  }
}
