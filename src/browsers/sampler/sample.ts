import type { ProcessMemory } from '../../processes/index.ts';
import type { BrowserProcess, BrowserTree } from '../browserTree.ts';
import type { TreeMemory } from '../measureTree.ts';
import type { Trend } from '../trend.ts';

/** One process of a browser at one moment, with what was learned about it over time. */
export interface ProcessSample {
  /** Its identity as a string, stable for its whole life. */
  readonly key: string;
  readonly process: BrowserProcess;
  /** Share of one processor core since the sample before, in percent; undefined the first time. */
  readonly cpuPercent: number | undefined;
  /** As last measured; undefined until then. */
  readonly memory: ProcessMemory | undefined;
  /** Of `anonBytes`. */
  readonly trend: Trend | undefined;
}

export interface TreeSample {
  /** The identity of the tree's root as a string. */
  readonly key: string;
  readonly tree: BrowserTree;
  /** In the order of `tree.processes`. */
  readonly processes: readonly ProcessSample[];
  /** Of all its processes; 100 is one core. */
  readonly cpuPercent: number | undefined;
  readonly memory: TreeMemory | undefined;
  /** Of `anonBytes`. */
  readonly trend: Trend | undefined;
}

export interface SamplerSnapshot {
  /** Wall-clock time in ms since the epoch. */
  readonly at: number;
  /** In start order. */
  readonly trees: readonly TreeSample[];
  /** Whether every process of the machine was read for it. */
  readonly full: boolean;
  /** How long reading the processes took, in ms. */
  readonly costMs: number;
}

/** Growth worth an arrow: a megabyte a minute at least, over half a minute at least, on something like a line. */
const MIN_SLOPE_MB_PER_MINUTE = 1;
const MIN_CORRELATION = 0.6;
const MIN_TREND_MS = 30_000;

/** Growth in whole MB a minute where there is any worth showing, else undefined. */
export function visibleGrowth(trend: Trend | undefined): number | undefined {
  if (!trend || trend.overMs < MIN_TREND_MS || trend.correlation < MIN_CORRELATION) return undefined;
  const slope = (trend.slopePerSecond * 60) / (1024 * 1024);
  return slope < MIN_SLOPE_MB_PER_MINUTE ? undefined : Math.round(slope);
}
