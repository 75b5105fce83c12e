import type { GroupReport, GrowthReport, SnapshotAnalysis } from '../snapshot/messages.ts';
import { isBookkeeping, isEditingRecord, isPlumbing, isRequestRecord, kindOf } from '../platform/index.ts';
import type { LeakCandidate } from './leakCandidate.ts';
import type { Suspicion } from './suspicion.ts';
import { thresholds } from './thresholds.ts';

/** All that a group has, of known age or not. */
export function countOf(group: GroupReport): number {
  return group.survivors.reduce((sum, count) => sum + count, group.ageless);
}

/**
 * Groups of one class under one holder as one, whatever lies between. For the browser's own objects that is arbitrary: siblings
 * lead to each other, and what the browser notes of some of them (a paint, an event) leads to those, so that the
 * shortest path to each is another.
 */
export function mergeByHolder(groups: readonly GroupReport[]): GroupReport[] {
  const merged = new Map<string, GroupReport>();
  for (const group of groups) {
    const key = `${group.className} ${group.holder.heapObjectId}`;
    const known = merged.get(key);
    merged.set(key, known ? { ...known, ...sumOf(known, group) } : group);
  }
  return [...merged.values()];
}

function sumOf(a: GroupReport, b: GroupReport): Pick<GroupReport, 'survivors' | 'ageless' | 'bytes'> {
  const add = (some: readonly number[], more: readonly number[]): number[] =>
    some.map((value, index) => value + (more[index] ?? 0));
  return { survivors: add(a.survivors, b.survivors), ageless: a.ageless + b.ageless, bytes: add(a.bytes, b.bytes) };
}

/**
 * DOM nodes that came, by class, where no group of the snapshot shows them: all that the document gained, less what is known of its
 * nodes. Replies inside replies are such nodes: each is a part of the one before.
 */
export function nodesThatCame(
  before: SnapshotAnalysis | undefined,
  { elements, groups }: SnapshotAnalysis,
): GroupReport[] {
  if (!before?.elements['<html>'] || !elements['<html>']) return [];
  const known = new Map<string, number>();
  for (const group of groups)
    if (group.via !== undefined) known.set(group.className, (known.get(group.className) ?? 0) + countOf(group));
  return Object.entries(elements).flatMap(([className, count]) => {
    const came = count - (before.elements[className] ?? 0) - (known.get(className) ?? 0);
    if (came <= 0 || className.endsWith('(detached)') || kindOf(className, undefined) !== 'dom-node') return [];
    const holder = { name: '', heapObjectId: 0, className: '', nodeType: 'native', isSlot: false, retainedBy: [] };
    const none: readonly number[] = [];
    return [
      { key: className, className, nodeType: 'native', survivors: none, ageless: came, bytes: none, holder, stack: [] },
    ];
  });
}

/** Holders that grew and that no finding names: a Map of leaked objects has a table that grows with them. */
export function unexplainedGrowth(growth: readonly GrowthReport[], leaks: readonly LeakCandidate[]): GrowthReport[] {
  const explained = new Set(leaks.map(({ group }) => group?.holder.heapObjectId));
  return growth.filter(({ holder }) => !explained.has(holder.heapObjectId));
}

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
    const { className, via } = native;
    if (countOf(native) < iterations * thresholds.nativeRate) return false;
    if (isBookkeeping(className) || isPlumbing(className)) return false;
    if (via !== undefined && (isEditingRecord(via) || isRequestRecord(via))) return false;
    const kind = kindOf(className, undefined);
    if (kind === 'dom-node' || kind === 'frame')
      return !hasNodeLeak && (rose.has('nodes') || rose.has('documents') || rose.has('frames'));
    return leaks.length === 0 && interfaces.has(className);
  });
}
