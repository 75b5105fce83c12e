import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { Leftover } from '../browsers/index.ts';
import type { OwnershipStatus } from '../orphans/index.ts';
import type { MachineView, WatchedTree } from './machineWatch.ts';

/** One browser tree. Memory in bytes. */
export interface TreeReading {
  /** The identity of its root, stable for its whole life. */
  readonly key: string;
  readonly pid: number;
  readonly product: string;
  readonly automatedBy: string | undefined;
  readonly status: OwnershipStatus;
  readonly owner: string | undefined;
  /** For how long it has been seen to be an orphan, in ms; 0 while it is none. */
  readonly orphanForMs: number;
  readonly processes: number;
  /** 100 is one core; undefined at first. */
  readonly cpuPercent: number | undefined;
  /** What the tree costs (PSS); 0 until it was measured. */
  readonly pssBytes: number;
  /** Private bytes. */
  readonly ussBytes: number;
  /** Of its anonymous memory over the last five minutes; undefined for fewer than three samples. */
  readonly growth:
    | { readonly bytesPerSecond: number; readonly correlation: number; readonly overMs: number }
    | undefined;
}

/** Something of ours that may grow, and what bounds it. */
interface StructureReading {
  readonly name: string;
  readonly entries: number;
  readonly limit: number;
}

/** The state of the machine at one moment, for alerts and metrics. */
export interface MachineReading {
  /** Wall-clock time in ms since the epoch. */
  readonly at: number;
  readonly machine: { readonly totalBytes: number; readonly usedBytes: number };
  /** The share of the machine (or of a limit given) that the browsers may take, in bytes. */
  readonly browserLimitBytes: number;
  readonly self: { readonly rssBytes: number; readonly heapUsedBytes: number; readonly heapLimitBytes: number };
  readonly trees: readonly TreeReading[];
  /** Folders that outlived their browser and may be removed. */
  readonly leftovers: readonly Pick<Leftover, 'removable' | 'ageMs' | 'bytes'>[];
  readonly structures: readonly StructureReading[];
  /** How long reading the processes took, in ms. */
  readonly sampleMs: number;
}

/** More browsers than any machine runs on purpose. */
const MAX_TREES = 500;

/** @param browserLimitBytes what the browsers may take together. Default: all the memory there is */
export function readMachine(
  view: MachineView,
  leftovers: readonly Leftover[],
  browserLimitBytes?: number,
): MachineReading {
  const machine = machineMemory();
  const heap = getHeapStatistics();
  return {
    at: view.at,
    machine,
    browserLimitBytes: browserLimitBytes ?? machine.totalBytes,
    self: {
      rssBytes: process.memoryUsage.rss(),
      heapUsedBytes: heap.used_heap_size,
      heapLimitBytes: heap.heap_size_limit,
    },
    trees: view.trees.map(readTree),
    leftovers: leftovers.filter(({ removable }) => removable),
    structures: [{ name: 'browser trees', entries: view.trees.length, limit: MAX_TREES }],
    sampleMs: view.costMs,
  };
}

function readTree({ sample: { key, tree, cpuPercent, memory, trend }, owned }: WatchedTree): TreeReading {
  return {
    key,
    pid: tree.root.pid,
    product: tree.product,
    automatedBy: tree.automatedBy,
    status: owned?.status ?? 'unknown',
    owner: owned?.owner?.name,
    orphanForMs: owned?.orphanForMs ?? 0,
    processes: tree.processes.length,
    cpuPercent,
    pssBytes: memory?.pssBytes ?? 0,
    ussBytes: memory?.ussBytes ?? 0,
    growth: trend && {
      bytesPerSecond: trend.slopePerSecond,
      correlation: trend.correlation,
      overMs: trend.overMs,
    },
  };
}

/** What this machine has and uses, or the container that we are in. */
function machineMemory(): MachineReading['machine'] {
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
