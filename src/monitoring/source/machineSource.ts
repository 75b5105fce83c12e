import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { TreeSampler, type TreeSample, type SamplerSnapshot } from '../../browsers/index.ts';
import { OwnerObservations, type OwnedTree, survey, surveyLeftovers } from '../../orphans/index.ts';
import { type ProcessReader, createProcessReader, identityKey } from '../../processes/index.ts';
import { defined, type Clock, type Log, describeError, systemClock } from '../../support/index.ts';
import type { MonitorReading, StructureReading, TreeReading } from '../reading.ts';

export interface MachineSourceOptions {
  readonly intervalMs: number;
  /** What the browsers may take together, in bytes. Default: all the memory there is. */
  readonly browserLimitBytes?: number;
  readonly reader?: ProcessReader;
  readonly clock?: Clock;
  readonly log: Log;
  /** Where to look for leftovers. Default: the OS temp folder. */
  readonly tempFolder?: string;
  /** Which trees count; tests look at their own only. */
  readonly filter?: (tree: OwnedTree) => boolean;
}

/** Whose a tree is costs more to find out than its memory, and leftovers are on a disk: less often, in ms. */
const OWNERS_EVERY_MS = 10_000;
const LEFTOVERS_EVERY_MS = 60_000;

/** Watches this machine's browsers for the monitor. */
export class MachineSource {
  readonly reader: ProcessReader;
  readonly #options: MachineSourceOptions;
  readonly #clock: Clock;
  readonly #sampler: TreeSampler;
  readonly observations = new OwnerObservations();
  #owned = new Map<string, OwnedTree>();
  /** When each tree was first seen to be an orphan. */
  readonly #orphanSince = new Map<string, number>();
  #ownersAt = -Infinity;
  #leftovers: MonitorReading['leftovers'] = { count: 0, bytes: 0 };
  #leftoversAt = -Infinity;
  #working: Promise<void> = Promise.resolve();

  constructor(options: MachineSourceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.reader = options.reader ?? createProcessReader();
    const { log, intervalMs } = options;
    this.#sampler = new TreeSampler({ reader: this.reader, intervalMs, clock: this.#clock, log });
  }

  /** Calls with each reading until it is disposed of. */
  start(listener: (reading: MonitorReading) => void): void {
    this.#sampler.onSample((snapshot) => {
      // In turn: one that takes long must not be passed by the next.
      this.#working = this.#working.then(async () => {
        await this.#refreshSlowFacts(snapshot);
        listener(this.#toReading(snapshot));
      });
      this.#working = this.#working.catch((error: unknown) => {
        this.#options.log.warn(`A sample could not be used: ${describeError(error)}`);
      });
    });
    this.#sampler.start();
  }

  /** Looks at everything again with the next sample: after a clean-up what was true is no more. */
  forget(): void {
    this.#ownersAt = -Infinity;
    this.#leftoversAt = -Infinity;
  }

  /** Takes a whole sample now; its reading comes to the listener before this resolves. */
  async refresh(): Promise<void> {
    await this.#sampler.refresh();
    await this.#working;
  }

  async dispose(): Promise<void> {
    this.#sampler.dispose();
    await this.#working;
  }

  async #refreshSlowFacts(snapshot: SamplerSnapshot): Promise<void> {
    const now = this.#clock.monotonic();
    const isNew = snapshot.trees.some(({ key }) => !this.#owned.has(key));
    const { filter, tempFolder } = this.#options;
    if (isNew || now - this.#ownersAt >= OWNERS_EVERY_MS) {
      this.#ownersAt = now;
      const found = await survey({
        reader: this.reader,
        observations: this.observations,
        ...(filter ? { filter } : {}),
      });
      this.#owned = new Map(found.trees.map((owned) => [identityKey(owned.tree.root), owned]));
    }
    if (now - this.#leftoversAt >= LEFTOVERS_EVERY_MS) {
      this.#leftoversAt = now;
      const table = await this.reader.readTable();
      const found = await surveyLeftovers(defined({ tempFolder }), table);
      const removable = found.filter((leftover) => leftover.removable);
      this.#leftovers = { count: removable.length, bytes: removable.reduce((sum, { bytes }) => sum + bytes, 0) };
    }
  }

  #toReading(snapshot: SamplerSnapshot): MonitorReading {
    const machine = machineMemory();
    const heap = getHeapStatistics();
    return {
      at: snapshot.at,
      machine,
      browserLimitBytes: this.#options.browserLimitBytes ?? machine.totalBytes,
      self: {
        rssBytes: process.memoryUsage.rss(),
        heapUsedBytes: heap.used_heap_size,
        heapLimitBytes: heap.heap_size_limit,
      },
      trees: this.#toTrees(snapshot),
      leftovers: this.#leftovers,
      structures: this.#structures(),
      sampleMs: snapshot.costMs,
    };
  }

  #toTrees({ trees }: SamplerSnapshot): TreeReading[] {
    const keys = new Set(trees.map(({ key }) => key));
    for (const key of this.#orphanSince.keys()) if (!keys.has(key)) this.#orphanSince.delete(key);
    return trees.flatMap((sample) => this.#toTree(sample));
  }

  #toTree({ key, tree, cpuPercent, memory, trend }: TreeSample): TreeReading[] {
    const owned = this.#owned.get(key);
    // With a filter, what it left out is not known.
    if (!owned && this.#options.filter) return [];
    return [
      {
        key,
        pid: tree.root.pid,
        product: tree.product,
        automatedBy: tree.automatedBy,
        status: owned?.status ?? 'unknown',
        owner: owned?.owner?.name,
        orphanForMs: this.#orphanForMs(key, owned?.status === 'orphan'),
        processes: tree.processes.length,
        cpuPercent,
        pssBytes: memory?.pssBytes ?? 0,
        ussBytes: memory?.ussBytes ?? 0,
        growth: trend && {
          bytesPerSecond: trend.slopePerSecond,
          correlation: trend.correlation,
          overMs: trend.overMs,
        },
      },
    ];
  }

  #orphanForMs(key: string, isOrphan: boolean): number {
    if (!isOrphan) {
      this.#orphanSince.delete(key);
      return 0;
    }
    const now = this.#clock.monotonic();
    const since = this.#orphanSince.get(key) ?? now;
    this.#orphanSince.set(key, since);
    return now - since;
  }

  #structures(): StructureReading[] {
    return [{ name: 'browser trees', entries: this.#owned.size, limit: MAX_TREES }];
  }
}

/** More browsers than any machine runs on purpose. */
const MAX_TREES = 500;

/** What this machine has and uses, or the container that we are in. */
function machineMemory(): MonitorReading['machine'] {
  const machineBytes = totalmem();
  const used = machineBytes - process.availableMemory();
  const limit = process.constrainedMemory();
  if (limit > 0 && limit < machineBytes) {
    const containerUsed = readNumber('/sys/fs/cgroup/memory.current');
    if (containerUsed !== undefined) return { totalBytes: limit, usedBytes: Math.min(limit, containerUsed) };
  }
  return { totalBytes: machineBytes, usedBytes: Math.max(0, used) };
}

function readNumber(file: string): number | undefined {
  try {
    const value = Number(readFileSync(file, 'utf8'));
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
