import type { SourceSite } from '../model.ts';
import { type Explained, withExplainedParts } from './explained.ts';
import { siteIndex } from './stackRuns.ts';

/**
 * An object that waits in a collection of the page and in the callback of a timeout is one leak: the entry of the collection, which
 * no code removes. Its timeout is a part: it ends by itself once it is due. An interval does not, and stays a finding.
 */
export function foldTimeouts(explained: readonly Explained[]): Explained[] {
  const timeouts = explained.filter(({ leak }) => leak.kind === 'timer' && leak.name.startsWith('timeout'));
  const partsOf = Map.groupBy(timeouts, (timeout) => explained.find((one) => isHeldBy(one, timeout)));
  partsOf.delete(undefined);
  const folded = new Set([...partsOf.values()].flat());
  return explained
    .filter((one) => !folded.has(one))
    .map((one) => withExplainedParts(one, (partsOf.get(one) ?? []).map(withoutLike(one))));
}

/** Objects of the class and the place of the entry are among what the timeout holds. */
function isHeldBy(entry: Explained, timeout: Explained): boolean {
  const { leak, holder } = entry;
  const { group } = leak;
  // Where each path to an entry leads by its timeout, no survivor shows the collection: its table grows.
  if (leak.growth?.type === 'table' && isSameFunction(entry.allocatedAt, timeout.allocatedAt))
    return (timeout.leak.parts ?? []).some(({ name }) => name === leak.name);
  if (leak.kind !== 'object' || group?.nodeType !== 'object' || holder === undefined || group.via !== undefined)
    return false;
  return (timeout.leak.parts ?? []).some(
    (part) => part.group?.className === group.className && isSamePlace(part.group.stack[0], group.stack[0]),
  );
}

function isSameFunction(a: SourceSite | undefined, b: SourceSite | undefined): boolean {
  if (!a || !b || a.file !== b.file || a.function !== b.function) return false;
  const [callerOfA, callerOfB] = [a, b].map((site) => site.stack[siteIndex(site) + 1]);
  return callerOfA?.file === callerOfB?.file && callerOfA?.line === callerOfB?.line;
}

type Frame = NonNullable<Explained['leak']['group']>['stack'][number];
const isSamePlace = (a: Frame | undefined, b: Frame | undefined): boolean =>
  a !== undefined && a.scriptId === b?.scriptId && a.line === b.line && a.column === b.column;

/** The entry is not a part of itself. */
const withoutLike =
  (entry: Explained) =>
  (timeout: Explained): Explained => ({
    ...timeout,
    parts: (timeout.parts ?? []).filter(({ leak }) => leak.name !== entry.leak.name),
  });
