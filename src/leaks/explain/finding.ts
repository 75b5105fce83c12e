import type { Finding, SourceSite } from '../model.ts';
import type { IgnoreRule, Thresholds } from '../../scenarios/index.ts';
import { fingerprintOf } from './fingerprint.ts';
import { matchIgnoreRule } from '../../scenarios/index.ts';
import type { LeakCandidate } from '../judge/leakCandidate.ts';
import { severityOf } from '../judge/severity.ts';

export interface FindingSites {
  readonly allocatedAt: SourceSite | undefined;
  readonly keptAt: SourceSite | undefined;
  readonly holder: string | undefined;
  /** Default: the group's. */
  readonly retainedBy?: readonly string[];
}

export function toFinding(
  leak: LeakCandidate,
  { allocatedAt, keptAt, holder, retainedBy }: FindingSites,
  { thresholds, ignore }: { readonly thresholds: Thresholds; readonly ignore: readonly IgnoreRule[] },
): Finding {
  const bytesPerIteration = Math.round(leak.bytesPerIteration);
  const finding: Finding = {
    kind: leak.kind,
    name: leak.name,
    perIteration: Math.round(leak.perIteration * 100) / 100,
    bytesPerIteration,
    survivors: leak.survivors,
    severity: severityOf({ kind: leak.kind, perIteration: leak.perIteration, bytesPerIteration }, thresholds),
    ...(allocatedAt ? { allocatedAt } : {}),
    ...(keptAt ? { keptAt } : {}),
    ...(holder === undefined ? {} : { holder }),
    retainedBy: retainedBy ?? leak.group?.holder.retainedBy ?? [],
    retainedBytes: Math.round(leak.retainedBytes),
    because: leak.because,
    fingerprint: fingerprintOf({ kind: leak.kind, name: leak.name, site: keptAt ?? allocatedAt, holder }),
  };
  const ignored = matchIgnoreRule(finding, ignore);
  return ignored === undefined ? finding : { ...finding, ignored };
}
