import type { GroupReport, GrowthReport } from '../snapshot/messages.ts';
import { browserBookkeeping } from '../rules/browserBookkeeping.ts';
import { kindOf } from './findingKinds.ts';
import type { LeakCandidate } from './leakCandidate.ts';
import type { Suspicion } from './suspicion.ts';

/** All that a group has, of known age or not. */
export function countOf(group: GroupReport): number {
  return group.survivors.reduce((sum, count) => sum + count, group.ageless);
}

/** Holders that grew and that no finding names: a Map of leaked objects has a table that grows with them. */
export function unexplainedGrowth(growth: readonly GrowthReport[], leaks: readonly LeakCandidate[]): GrowthReport[] {
  const explained = new Set(leaks.map(({ group }) => group?.holder.heapObjectId));
  return growth.filter(({ holder }) => !explained.has(holder.heapObjectId));
}

/** Fewer an iteration are not followed: one in two, so that views that alternate are seen. */
const MIN_RATE = 0.45;

/** What the browser keeps of nodes for its own work, under the names of interfaces. */
const PLUMBING = new Set(['Element', 'Node', 'EventListener', 'StyleSheet', 'CSSStyleDeclaration', 'NodeList']);

/**
 * Objects of the browser that came since the first snapshot and may be a leak of their own: not its own records, not what
 * a leaked object drags along. Nodes count only when the number of nodes rose; other things only when they are of an
 * interface that script knows, and nothing else was found that may have dragged them along.
 */
export function nativeCandidates(
  natives: readonly GroupReport[],
  leaks: readonly LeakCandidate[],
  suspicions: readonly Suspicion[],
  interfaces: ReadonlySet<string>,
  iterations: number,
): GroupReport[] {
  const rose = new Set(suspicions.map(({ counter }) => counter));
  const hasNodeLeak = leaks.some(({ kind }) => kind === 'dom-node' || kind === 'frame');
  return natives.filter((native) => {
    const { className, holder } = native;
    if (countOf(native) < iterations * MIN_RATE) return false;
    const answer = browserBookkeeping.judge({
      name: className,
      buckets: [],
      escalated: true,
      retainedBy: holder.retainedBy,
    });
    if (answer.answer === 'not-a-leak' || PLUMBING.has(className)) return false;
    const kind = kindOf(className, undefined);
    if (kind === 'dom-node' || kind === 'frame')
      return !hasNodeLeak && (rose.has('nodes') || rose.has('documents') || rose.has('frames'));
    return leaks.length === 0 && interfaces.has(className);
  });
}
