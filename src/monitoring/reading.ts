import type { CheckSummary } from '../history/index.ts';
import type { OwnershipStatus } from '../orphans/index.ts';

/** One browser tree as the monitor saw it. Memory in bytes. */
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
  /** Of its anonymous memory over the last minutes; undefined while there is too little to say. */
  readonly growth:
    { readonly bytesPerSecond: number; readonly correlation: number; readonly overMs: number } | undefined;
}

/** Something of ours that may grow, and what bounds it. */
export interface StructureReading {
  readonly name: string;
  readonly entries: number;
  readonly limit: number;
}

/** What the monitor knows at one moment. */
export interface MonitorReading {
  /** Wall-clock time in ms since the epoch. */
  readonly at: number;
  readonly machine: { readonly totalBytes: number; readonly usedBytes: number };
  /** The share of the machine (or of a limit given) that the browsers may take, in bytes. */
  readonly browserLimitBytes: number;
  readonly self: { readonly rssBytes: number; readonly heapUsedBytes: number; readonly heapLimitBytes: number };
  readonly trees: readonly TreeReading[];
  /** Files that outlived their browser and may be removed. */
  readonly leftovers: { readonly count: number; readonly bytes: number };
  readonly structures: readonly StructureReading[];
  /** How long reading the processes took, in ms. */
  readonly sampleMs: number;
}

/** The newest run of a scenario, from the history. */
export interface ScenarioReading {
  readonly scenario: string;
  readonly leaks: boolean;
  readonly leakedBytesPerIteration: number;
  readonly lastRunAt: number;
  readonly durationMs: number;
  readonly peakMb: number;
}

/** @param startedAt of its run, ISO 8601 */
export function scenarioReading(check: CheckSummary, startedAt: string): ScenarioReading {
  return {
    scenario: check.scenario,
    leaks: check.verdict === 'leak',
    leakedBytesPerIteration: check.findings.reduce((sum, { bytesPerIteration }) => sum + bytesPerIteration, 0),
    lastRunAt: Date.parse(startedAt),
    durationMs: check.durationMs,
    peakMb: check.peakMb,
  };
}
