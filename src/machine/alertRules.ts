import { formatBytes, plainText } from '../support/index.ts';
import { ALERT_AGES, isDueLeftover, isDueOrphan } from './ages.ts';
import type { MachineReading, TreeReading } from './reading.ts';

export type AlertLevel = 'notice' | 'warning' | 'critical';

export const LEVEL_RANK: Readonly<Record<AlertLevel, number>> = { notice: 0, warning: 1, critical: 2 };

/** A condition that holds now and needs a person's attention. */
export interface Alert {
  /** The same alert has the same key as long as it lasts. */
  readonly key: string;
  readonly kind: 'memory-usage' | 'memory-growth' | 'orphan' | 'leftovers' | 'large-structure';
  readonly level: AlertLevel;
  /** What it is about: `machine`, `Chromium (pid 4711)`. */
  readonly subject: string;
  /** A sentence for people. */
  readonly message: string;
  /** What was measured, and what it must stay below, in one unit. */
  readonly value: number;
  readonly threshold: number;
}

const MB = 1024 * 1024;

/** The values from which on an alert is raised. Shares are from 0 to 1, growth is in bytes a second. */
export interface AlertThresholds {
  readonly usage: Readonly<Record<AlertLevel, number>>;
  readonly growth: { readonly warning: number; readonly critical: number };
  /** A lower correlation (Pearson's r) or a shorter time (ms) than these counts as no growth. */
  readonly growthCorrelation: number;
  readonly growthMs: number;
  /** An orphan, or a leftover folder, must be this old (ms): what ends by itself within that time is no leak. */
  readonly orphanMs: number;
  readonly leftoverMs: number;
  /** Share of a structure's own bound. */
  readonly structure: number;
  /** Bytes of leftovers that turn a notice into a warning. */
  readonly leftoverBytes: number;
}

export const alertDefaults: AlertThresholds = {
  usage: { notice: 0.7, warning: 0.8, critical: 0.9 },
  growth: { warning: 0.1 * MB, critical: 0.5 * MB },
  growthCorrelation: 0.6,
  growthMs: 30_000,
  ...ALERT_AGES,
  structure: 0.9,
  leftoverBytes: 1024 * MB,
};

/** Factor of the threshold below which an alert ends: a value that hovers must not raise it again and again. */
const HYSTERESIS = 0.97;

/**
 * All alerts that hold for a reading.
 *
 * @param active keys of those that held before, with their level
 */
export function alertsOf(
  reading: MachineReading,
  thresholds: AlertThresholds = alertDefaults,
  active: ReadonlyMap<string, AlertLevel> = new Map(),
): Alert[] {
  const { machine, trees, browserLimitBytes, self, structures, leftovers } = reading;
  const browserBytes = trees.reduce((sum, { pssBytes }) => sum + pssBytes, 0);
  const usage = (subject: string, what: string, used: number, of: number) =>
    usageAlert(subject, what, used, of, thresholds, active.get(`memory-usage:${subject}`));
  return [
    ...usage('machine', "The machine's memory", machine.usedBytes, machine.totalBytes),
    ...usage('browsers', "The browsers' share of memory", browserBytes, browserLimitBytes),
    ...usage('monitor', "The monitor's own heap", self.heapUsedBytes, self.heapLimitBytes),
    ...trees.flatMap((tree) => [...growthAlert(tree, thresholds), ...orphanAlert(tree, thresholds)]),
    ...leftoverAlert(leftovers, thresholds),
    ...structures
      .filter(({ entries, limit }) => limit > 0 && entries >= limit * thresholds.structure)
      .map(({ name, entries, limit }): Alert => ({
        key: `large-structure:${name}`,
        kind: 'large-structure',
        level: 'warning',
        subject: name,
        message: `${name} has ${entries} entries; it is bounded at ${limit}, and the oldest go.`,
        value: entries,
        threshold: limit,
      })),
  ];
}

function usageAlert(
  subject: string,
  what: string,
  used: number,
  of: number,
  thresholds: AlertThresholds,
  before: AlertLevel | undefined,
): Alert[] {
  if (!(of > 0)) return [];
  const value = used / of;
  const holds = (level: AlertLevel) =>
    value >= thresholds.usage[level] || (before === level && value >= thresholds.usage[level] * HYSTERESIS);
  const level = (['critical', 'warning', 'notice'] as const).find((each) => holds(each));
  if (!level) return [];
  const message = `${what} is ${Math.round(value * 100)} % used: ${formatBytes(used)} of ${formatBytes(of)}.`;
  const threshold = thresholds.usage[level];
  return [{ key: `memory-usage:${subject}`, kind: 'memory-usage', level, subject, message, value, threshold }];
}

function growthAlert(tree: TreeReading, thresholds: AlertThresholds): Alert[] {
  const { growth } = tree;
  // No alert for a person's own browser: how much it holds is their choice.
  if (!growth || tree.status === 'personal') return [];
  const { bytesPerSecond, correlation, overMs } = growth;
  if (overMs < thresholds.growthMs || correlation < thresholds.growthCorrelation) return [];
  const level = (['critical', 'warning'] as const).find((each) => bytesPerSecond > thresholds.growth[each]);
  if (!level) return [];
  const rate = (bytesPerSecond / MB).toFixed(2);
  return [
    {
      key: `memory-growth:${tree.key}`,
      kind: 'memory-growth',
      level,
      subject: titleOf(tree),
      message: `${titleOf(tree)} grows by ${rate} MB/s, for ${Math.round(overMs / 1000)} s now; it takes ${formatBytes(tree.pssBytes)}.`,
      value: bytesPerSecond,
      threshold: thresholds.growth[level],
    },
  ];
}

function orphanAlert(tree: TreeReading, { orphanMs }: AlertThresholds): Alert[] {
  if (!isDueOrphan(tree, orphanMs)) return [];
  const owner = tree.owner === undefined ? 'what launched it' : plainText(tree.owner);
  return [
    {
      key: `orphan:${tree.key}`,
      kind: 'orphan',
      level: 'warning',
      subject: titleOf(tree),
      message: `${titleOf(tree)} was left behind: ${owner} is gone. It takes ${formatBytes(tree.pssBytes)} in ${tree.processes} processes.`,
      value: tree.pssBytes,
      threshold: 0,
    },
  ];
}

function leftoverAlert(leftovers: MachineReading['leftovers'], thresholds: AlertThresholds): Alert[] {
  const due = leftovers.filter((leftover) => isDueLeftover(leftover, thresholds.leftoverMs));
  if (due.length === 0) return [];
  const count = due.length;
  const bytes = due.reduce((sum, leftover) => sum + leftover.bytes, 0);
  return [
    {
      key: 'leftovers',
      kind: 'leftovers',
      level: bytes > thresholds.leftoverBytes ? 'warning' : 'notice',
      subject: 'leftovers',
      message: `${count} ${count === 1 ? 'folder was' : 'folders were'} left behind by browsers that have ended: ${formatBytes(bytes)}.`,
      value: bytes,
      threshold: thresholds.leftoverBytes,
    },
  ];
}

function titleOf(tree: TreeReading): string {
  return `${plainText(tree.product)} (pid ${tree.pid})`;
}
