import { adviceFor, calledPackage } from './advice.ts';
import type { Explained } from './explained.ts';
import type { Finding, FindingPart, LibraryFacts } from '../model.ts';
import type { IgnoreRule, Thresholds } from '../../scenarios/index.ts';
import { fingerprintOf } from './fingerprint.ts';
import { matchIgnoreRule } from '../../scenarios/index.ts';
import { isMinified, madeBy, startedBy } from './whole.ts';
import { libraryFrame } from './stackRuns.ts';
import { severityOf } from '../judge/severity.ts';
import { withoutShape } from '../platform/index.ts';
import { defined } from '../../support/index.ts';

/** Parts told at most; the smallest are left out. */
const MAX_PARTS = 200;

export function toFinding(
  explained: Explained,
  {
    thresholds,
    ignore,
    followed,
    library,
  }: {
    readonly thresholds: Thresholds;
    readonly ignore: readonly IgnoreRule[];
    /** Iterations after which it still grew. */
    readonly followed?: number;
    readonly library?: LibraryFacts | undefined;
  },
): Finding {
  const { leak, knownAs = leak, allocatedAt, keptAt, holder, retainedBy, parts = [], ending, component } = explained;
  const bytesPerIteration = Math.round(leak.bytesPerIteration);
  const sites = {
    ...(allocatedAt ? { allocatedAt } : {}),
    ...(keptAt ? { keptAt } : {}),
    ...defined({ holder }),
  };
  const name = nameOf(explained);
  const finding: Finding = {
    kind: leak.kind,
    name,
    perIteration: Math.round(leak.perIteration * 100) / 100,
    bytesPerIteration,
    survivors: leak.survivors,
    severity: severityOf({ kind: leak.kind, perIteration: leak.perIteration, bytesPerIteration }, thresholds),
    ...sites,
    retainedBy: retainedBy ?? leak.group?.holder.retainedBy ?? [],
    retainedBytes: Math.round(leak.retainedBytes),
    because: leak.because,
    ...(parts.length > 0 ? { parts: partsOf(parts) } : {}),
    advice: adviceFor({ kind: leak.kind, name, ...sites }, { ending, followed }),
    ...defined({ library, component }),
    // By the shape, as in former versions.
    fingerprint: fingerprintOf({ kind: knownAs.kind, name: knownAs.name, site: keptAt ?? allocatedAt, holder }),
  };
  const ignored = matchIgnoreRule(finding, ignore);
  return ignored === undefined ? finding : { ...finding, ignored };
}

/**
 * Of a class without a name of its own (its package was shipped with a minifier's, `e.ic`), the user's call says more: `new Howl` makes a
 * Howl. The same holds for a plain object with a method that ends it. Without a telling call, the package is named. Listeners, timers and
 * observers that a library set up have the call added to their name.
 */
function nameOf({ leak: { kind, name, group }, ending, allocatedAt }: Explained): string {
  if (kind === 'event-listener' || kind === 'timer' || kind === 'observer') {
    const starts = calledPackage(allocatedAt) === undefined ? undefined : startedBy(allocatedAt!);
    return starts === undefined ? withoutShape(name) : `${name} of ${starts}`;
  }
  const from = libraryFrame(allocatedAt)?.name;
  const isNameless = isMinified(name) || (ending !== undefined && name.startsWith('{'));
  if (kind !== 'object' || group?.nodeType !== 'object' || from === undefined || !isNameless) return withoutShape(name);
  return madeBy(allocatedAt!, group.bases) ?? (isMinified(name) ? `object of ${from}` : withoutShape(name));
}

/** Parts of one name are one, with their rates summed; largest first. */
function partsOf(parts: readonly Explained[]): FindingPart[] {
  const byName = new Map<string, { perIteration: number; bytes: number }>();
  for (const { leak } of parts) {
    const name = withoutShape(leak.name);
    const known = byName.get(name) ?? { perIteration: 0, bytes: 0 };
    byName.set(name, {
      perIteration: known.perIteration + leak.perIteration,
      bytes: known.bytes + leak.bytesPerIteration,
    });
  }
  return [...byName]
    .sort(([, a], [, b]) => b.bytes - a.bytes || b.perIteration - a.perIteration)
    .slice(0, MAX_PARTS)
    .map(([name, { perIteration }]) => ({ name, perIteration: Math.round(perIteration * 100) / 100 }));
}
