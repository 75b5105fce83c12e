import { type Clock, type Log, describeError, isAbort, silentLog, systemClock } from '../../support/index.ts';
import { type ProcessReader, type ProcessTable, identityKey } from '../../processes/index.ts';
import type { BrowserTree } from '../browserTree.ts';
import { findBrowserTrees } from '../findBrowserTrees.ts';
import { CpuUse, sumCpu } from './cpuUse.ts';
import type { HistoryPoint, ProcessPoint } from './history.ts';
import { MemoryBeat } from './memoryBeat.ts';
import type { ProcessSample, SamplerSnapshot, TreeSample } from './sample.ts';

export interface TreeSamplerOptions {
  readonly reader: ProcessReader;
  /** Time between samples in ms, or undefined to take none by itself (a hidden view). Default 2000. */
  readonly intervalMs?: number | undefined;
  /** Time between measurements of memory, in ms. Default 5000. */
  readonly memoryIntervalMs?: number;
  /** Time between samples that read every process of the machine, in ms. Default 10000. */
  readonly fullIntervalMs?: number;
  /** How many measurements are kept of each tree. Default 500. */
  readonly historyPoints?: number;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Which trees a table holds; tests and views with a filter of their own pass another. */
  readonly findTrees?: (table: ProcessTable) => readonly BrowserTree[];
}

type Stop = () => void;

/** At most this part of the time goes into reading processes: where that is slow (powershell), samples come less often. */
const MAX_DUTY = 0.05;

const MAX_RETRY_MS = 60_000;

/** A process this young may still have its parent's command line (fork, then exec): even a cheap sample reads it again. */
const YOUNG_MS = 6000;

/**
 * Watches the machine's browsers: one a window. Nothing runs while it is paused or has no interval, samples never
 * overlap, one that fails is logged and the next is taken all the same, and after `dispose` no timer is left.
 */
export class TreeSampler {
  readonly #reader: ProcessReader;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #findTrees: (table: ProcessTable) => readonly BrowserTree[];
  readonly #fullIntervalMs: number;
  readonly #memory: MemoryBeat;
  readonly #cpu = new CpuUse();
  readonly #sampleListeners = new Set<(snapshot: SamplerSnapshot) => void>();
  readonly #disposal = new AbortController();

  #intervalMs: number | undefined;
  #started = false;
  #paused = false;
  #loop: AbortController | undefined;
  #current: Promise<SamplerSnapshot> | undefined;
  #latest: SamplerSnapshot | undefined;
  #startedAt = -Infinity;
  #fullAt = -Infinity;
  #costMs = 0;
  #failures = 0;
  /** Pids that a cheap sample reads. */
  #watched: ReadonlySet<number> = new Set();

  constructor(options: TreeSamplerOptions) {
    this.#reader = options.reader;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLog;
    this.#findTrees = options.findTrees ?? ((table) => findBrowserTrees(table));
    this.#intervalMs = 'intervalMs' in options ? options.intervalMs : 2000;
    this.#memory = new MemoryBeat({
      reader: this.#reader,
      clock: this.#clock,
      intervalMs: options.memoryIntervalMs ?? 5000,
      historyPoints: options.historyPoints ?? 500,
    });
    this.#fullIntervalMs = options.fullIntervalMs ?? 10_000;
  }

  /** Begins to sample; until then nothing runs. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#restart();
  }

  /** Changes the beat; undefined stops it. A view that comes back gets a sample at once when the last one is older. */
  setInterval(ms: number | undefined): void {
    if (ms === this.#intervalMs) return;
    this.#intervalMs = ms;
    this.#restart();
  }

  pause(): void {
    this.#paused = true;
    this.#restart();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#restart();
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** The last sample, however old. */
  get latest(): SamplerSnapshot | undefined {
    return this.#latest;
  }

  /** What was measured of a living tree, oldest first. */
  history(treeKey: string): readonly HistoryPoint[] {
    return this.#memory.history(treeKey);
  }

  /** What was measured of a living process of a tree, oldest first: the last ten minutes at most. */
  processHistory(processKey: string): readonly ProcessPoint[] {
    return this.#memory.processHistory(processKey);
  }

  /** Called with every sample. Returns what ends it. */
  onSample(listener: (snapshot: SamplerSnapshot) => void): Stop {
    this.#sampleListeners.add(listener);
    return () => this.#sampleListeners.delete(listener);
  }

  /**
   * Takes a full sample with memory now, paused or not, after the one under way.
   *
   * @throws what the reader throws, and the abort of a disposed sampler
   */
  async refresh(): Promise<SamplerSnapshot> {
    while (this.#current) await this.#current.catch(() => undefined);
    return this.#sample(true);
  }

  dispose(): void {
    this.#disposal.abort();
    this.#loop?.abort();
    this.#sampleListeners.clear();
  }

  #restart(): void {
    this.#loop?.abort();
    this.#loop = undefined;
    if (!this.#started || this.#paused || this.#intervalMs === undefined || this.#disposal.signal.aborted) return;
    this.#loop = new AbortController();
    this.#run(this.#loop.signal).catch((error: unknown) => {
      if (!isAbort(error)) this.#log.error(`Browser processes are no longer watched: ${describeError(error)}`);
    });
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const wait = this.#startedAt + this.#delayMs() - this.#clock.monotonic();
      if (wait > 0) await this.#clock.sleep(wait, signal);
      if (signal.aborted) return;
      try {
        await (this.#current ?? this.#sample(false));
        this.#failures = 0;
      } catch (error) {
        if (this.#disposal.signal.aborted) return;
        this.#failures += 1;
        if (this.#failures === 1) this.#log.warn(`Browser processes could not be read: ${describeError(error)}`);
      }
      if (signal.aborted) return;
    }
  }

  #delayMs(): number {
    const interval = this.#intervalMs ?? Infinity;
    if (this.#failures > 0) return Math.min(interval * 2 ** this.#failures, Math.max(interval, MAX_RETRY_MS));
    return Math.max(interval, this.#costMs / MAX_DUTY);
  }

  #sample(everything: boolean): Promise<SamplerSnapshot> {
    const sample = this.#takeSample(everything).finally(() => {
      this.#current = undefined;
    });
    this.#current = sample;
    return sample;
  }

  async #takeSample(everything: boolean): Promise<SamplerSnapshot> {
    this.#disposal.signal.throwIfAborted();
    const started = this.#clock.monotonic();
    this.#startedAt = started;
    const full = everything || started >= this.#fullAt + this.#fullIntervalMs;
    const table = await this.#reader.readTable(full ? {} : { only: this.#watched });
    const trees = this.#findTrees(table);
    const costMs = this.#clock.monotonic() - started;
    if (full) this.#fullAt = started;
    this.#costMs = costMs;
    const cpu = this.#cpu.percents(trees, started);
    await this.#memory.measure(trees, everything, cpu, this.#disposal.signal);
    this.#disposal.signal.throwIfAborted();

    this.#watched = this.#toWatch(table, trees);
    const snapshot: SamplerSnapshot = {
      at: table.at,
      trees: trees.map((tree) => this.#toSample(tree, cpu)),
      full,
      costMs,
    };
    this.#latest = snapshot;
    this.#tell(snapshot);
    return snapshot;
  }

  #toWatch(table: ProcessTable, trees: readonly BrowserTree[]): ReadonlySet<number> {
    const pids = new Set<number>();
    for (const { processes } of trees) for (const { info } of processes) pids.add(info.pid);
    for (const { pid, startedAtMs } of table.processes.values()) if (startedAtMs > table.at - YOUNG_MS) pids.add(pid);
    return pids;
  }

  #toSample(tree: BrowserTree, cpu: ReadonlyMap<string, number>): TreeSample {
    const key = identityKey(tree.root);
    const memory = this.#memory.memory(key);
    const processes = tree.processes.map((process): ProcessSample => {
      const processKey = identityKey(process.info);
      return {
        key: processKey,
        process,
        cpuPercent: cpu.get(processKey),
        memory: memory?.processes.get(processKey),
        trend: this.#memory.processTrend(processKey),
      };
    });
    return {
      key,
      tree,
      processes,
      cpuPercent: sumCpu(tree, cpu),
      memory,
      trend: this.#memory.treeTrend(key),
    };
  }

  #tell(snapshot: SamplerSnapshot): void {
    for (const listener of this.#sampleListeners) {
      try {
        listener(snapshot);
      } catch (error) {
        this.#log.error(`A view of the browser processes failed: ${describeError(error)}`);
      }
    }
  }
}
