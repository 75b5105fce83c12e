import type { Leftover } from '../browsers/index.ts';
import type { OwnedTree } from '../orphans/index.ts';

/** How often the owners of the browsers are decided anew, in ms: they change rarely, and deciding costs more than a sample. */
export const OWNERS_EVERY_MS = 8000;
/** How often leftover files are looked for, in ms. Sizing some hundred profiles costs seconds. */
export const LEFTOVERS_EVERY_MS = 30_000;

/**
 * How old an orphan or a leftover folder must be before an alert names it, in ms: what ends by itself within this time is no
 * leak. The editor's settings `processLeakAlertAfter` and `fileLeakAlertAfter` have these as their defaults.
 */
export const ALERT_AGES = { orphanMs: 30_000, leftoverMs: 60_000 } as const;

export function isDueOrphan(
  { status, orphanForMs = 0 }: Pick<OwnedTree, 'status' | 'orphanForMs'>,
  ageMs: number,
): boolean {
  return status === 'orphan' && orphanForMs >= ageMs;
}

export function isDueLeftover(leftover: Pick<Leftover, 'removable' | 'ageMs'>, ageMs: number): boolean {
  return leftover.removable && leftover.ageMs >= ageMs;
}
