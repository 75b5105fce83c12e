import type { GroupReport } from '../../snapshot/messages.ts';
import { isNodesOwn } from '../../platform/index.ts';
import type { LeakCandidate } from '../leakCandidate.ts';
import { withParts } from './withParts.ts';

/**
 * Under one holder, strings go with the objects (a Map's keys with its values), and what one of the browser's objects
 * holds goes together: a listener's closure, its scope, what that refers to. Listeners that share nothing are causes of their own.
 */
export function foldParts(candidates: readonly LeakCandidate[]): LeakCandidate[] {
  const byHolder = Map.groupBy(
    candidates,
    ({ group }) =>
      `${group!.holder.heapObjectId} ${group!.via ?? ''} ${group!.holder.isSlot ? group!.holder.name : ''}`,
  );
  const folded: LeakCandidate[] = [];
  for (const together of byHolder.values()) {
    const named = together.filter(({ group }) => !isNameless(group!));
    const whole = together.some(({ group }) => group!.via !== undefined);
    const leads = (whole || named.length === 0 ? leadsOf(together) : named).toSorted(
      (a, b) => b.retainedBytes - a.retainedBytes,
    );
    const parts = Map.groupBy(
      together.filter((candidate) => !leads.includes(candidate)),
      (part) => (whole ? leads.find((lead) => clusterOf(lead) === clusterOf(part)) : undefined) ?? leads[0]!,
    );
    folded.push(...leads.map((lead) => withParts(lead, parts.get(lead) ?? [])));
  }
  return folded;
}

const clusterOf = ({ group }: LeakCandidate): number | undefined => group!.cluster;

/** What users have no name for goes with what they have one for. */
function isNameless({ nodeType, className }: GroupReport): boolean {
  return (
    nodeType === 'string' || nodeType === 'other' || /^(?:anonymous function|Promise|Array|Object)$/.test(className)
  );
}

/**
 * Of things that hang together: the closure, which is what was registered, or else the largest. Closures that share no object were
 * registered for themselves. What Node has open is an object of its own, a Socket, and closures are Node's listeners of it.
 */
function leadsOf(candidates: readonly LeakCandidate[]): readonly LeakCandidate[] {
  const closures = candidates.filter(({ group }) => group?.nodeType === 'closure' && !isNodesOwn(group.via));
  if (closures.length === 0) return [largestOf(candidates)];
  const known = closures.filter((closure) => clusterOf(closure) !== undefined);
  return [...Map.groupBy(known.length > 0 ? known : closures, clusterOf).values()].map(largestOf);
}

const largestOf = (candidates: readonly LeakCandidate[]): LeakCandidate =>
  candidates.reduce((lead, candidate) => (candidate.retainedBytes > lead.retainedBytes ? candidate : lead));
