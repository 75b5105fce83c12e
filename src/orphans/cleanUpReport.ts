import type { Evidence } from '../browsers/index.ts';
import type { ProcessIdentity } from '../processes/index.ts';
import type { CleanUpResult, CleanedLeftover, CleanedTree } from './cleanUpModel.ts';
import type { OwnershipStatus } from './model.ts';
import { defined } from '../support/index.ts';

/** The JSON of `clean` and `kill`: part of the command line's contract. */
export interface CleanUpReport {
  readonly schema: 1;
  readonly trees: readonly {
    readonly root: ProcessIdentity;
    readonly family: string;
    readonly product: string;
    readonly automatedBy: string | null;
    readonly status: OwnershipStatus;
    readonly owner: string | null;
    readonly evidence: readonly Evidence[];
    /** How long it has been idle, in seconds; only with `--idle`. */
    readonly idleSeconds?: number;
    readonly processes: number;
    /** PSS before. */
    readonly memoryBytes: number;
    readonly action: CleanedTree['action'];
    readonly outcome: CleanedTree['outcome'];
    readonly reason?: string;
  }[];
  readonly leftovers: readonly {
    readonly path: string;
    readonly kind: string;
    readonly bytes: number;
    readonly ageSeconds: number;
    readonly action: CleanedLeftover['action'];
    readonly outcome: CleanedLeftover['outcome'];
    readonly reason?: string;
  }[];
  readonly summary: CleanUpSummary;
}

export interface CleanUpSummary {
  /** Trees to end and leftovers to remove. */
  readonly found: number;
  /** Trees that are gone now. */
  readonly ended: number;
  /** Trees of which something is still alive. */
  readonly survived: number;
  /** Leftovers that are gone now. */
  readonly removed: number;
  /** Trees and leftovers that a rule forbade to touch, or that could not be removed. */
  readonly refused: number;
  /** On disk. */
  readonly bytesFreed: number;
  /** PSS of the ended trees before. */
  readonly memoryBytesFreed: number;
  /** Percentage of the trees and leftovers found that are gone; 100 when none was found. */
  readonly effectivenessPercentage: number;
  readonly errors: readonly string[];
}

export function summarize(result: CleanUpResult): CleanUpSummary {
  const toEnd = result.trees.filter(({ action }) => action === 'end');
  const toRemove = result.leftovers.filter(({ action }) => action === 'remove');
  const ended = toEnd.filter(({ outcome }) => outcome === 'ended' || outcome === 'gone');
  const removed = toRemove.filter(({ outcome }) => outcome === 'removed' || outcome === 'gone');
  const refused = [...toEnd, ...toRemove].filter(({ outcome }) => outcome === 'refused' || outcome === 'failed');
  const found = toEnd.length + toRemove.length;
  const gone = ended.length + removed.length;
  return {
    found,
    ended: ended.length,
    survived: toEnd.filter(({ outcome }) => outcome === 'survived').length,
    removed: removed.length,
    refused: refused.length,
    bytesFreed: removed.reduce((sum, { bytesFreed }) => sum + bytesFreed, 0),
    memoryBytesFreed: ended.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    effectivenessPercentage: found === 0 ? 100 : Math.round((gone / found) * 1000) / 10,
    errors: result.errors,
  };
}

export function toReport(result: CleanUpResult): CleanUpReport {
  return {
    schema: 1,
    trees: result.trees.map(({ owned, memoryBytes, action, outcome, reason }) => ({
      root: { pid: owned.tree.root.pid, startTime: owned.tree.root.startTime },
      family: owned.tree.family,
      product: owned.tree.product,
      automatedBy: owned.tree.automatedBy ?? null,
      status: owned.status,
      owner: owned.owner?.name ?? null,
      evidence: owned.evidence,
      ...defined({ idleSeconds: owned.idle === undefined ? undefined : Math.floor(owned.idle.forMs / 1000) }),
      processes: owned.tree.processes.length,
      memoryBytes,
      action,
      outcome,
      ...defined({ reason }),
    })),
    leftovers: result.leftovers.map(({ leftover, action, outcome, reason }) => ({
      path: leftover.path,
      kind: leftover.kind,
      bytes: leftover.bytes,
      ageSeconds: Math.round(leftover.ageMs / 1000),
      action,
      outcome,
      ...defined({ reason }),
    })),
    summary: summarize(result),
  };
}
