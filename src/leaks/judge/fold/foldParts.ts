import type { GroupReport } from '../../snapshot/messages.ts';
import { isNodesOwn } from '../../platform/index.ts';
import type { LeakCandidate } from '../leakCandidate.ts';
import { withParts } from './withParts.ts';

/**
 * Under one holder, strings go with the objects (a Map's keys with its values), and what one of the browser's objects
 * holds goes together: a listener's closure, its scope, what that refers to.
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
    const leads = whole || named.length === 0 ? [leadOf(together)] : named;
    const parts = together.filter((candidate) => !leads.includes(candidate));
    const [first, ...rest] = leads.sort((a, b) => b.retainedBytes - a.retainedBytes);
    if (first) folded.push(withParts(first, parts), ...rest);
  }
  return folded;
}

/** What users have no name for goes with what they have one for. */
function isNameless({ nodeType, className }: GroupReport): boolean {
  return (
    nodeType === 'string' || nodeType === 'other' || /^(?:anonymous function|Promise|Array|Object)$/.test(className)
  );
}

/**
 * Of things that hang together: the closure, which is what was registered, or else the largest. What Node has open is an object of
 * its own, a Socket, and closures are Node's listeners of it.
 */
function leadOf(candidates: readonly LeakCandidate[]): LeakCandidate {
  const closures = candidates.filter(({ group }) => group?.nodeType === 'closure' && !isNodesOwn(group.via));
  const pool = closures.length > 0 ? closures : candidates;
  return pool.reduce((lead, candidate) => (candidate.retainedBytes > lead.retainedBytes ? candidate : lead));
}
