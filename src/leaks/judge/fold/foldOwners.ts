import type { LeakCandidate } from '../leakCandidate.ts';
import { withParts } from './withParts.ts';

/**
 * What a leaked object holds goes with it, also where a second thing holds it, so that the first does not retain it alone: the
 * element that a tween turns, the scope and the nodes of an effect.
 */
export function foldOwners(candidates: readonly LeakCandidate[]): LeakCandidate[] {
  const byKey = new Map(candidates.map((candidate) => [candidate.group?.key, candidate]));
  const parts = new Map<LeakCandidate, LeakCandidate[]>();
  const leads: LeakCandidate[] = [];
  for (const candidate of candidates) {
    const owner = topOwner(candidate, byKey);
    if (owner === candidate) leads.push(candidate);
    else parts.set(owner, [...(parts.get(owner) ?? []), candidate]);
  }
  return leads.map((lead) => withParts(lead, parts.get(lead) ?? []));
}

function topOwner(candidate: LeakCandidate, byKey: ReadonlyMap<string | undefined, LeakCandidate>): LeakCandidate {
  const passed = [candidate];
  for (;;) {
    const { partOf } = passed.at(-1)!.group ?? {};
    const owner = partOf === undefined ? undefined : byKey.get(partOf);
    if (!owner) return passed.at(-1)!;
    const before = passed.indexOf(owner);
    // Of those that hold each other, the largest stands for all.
    if (before >= 0) return passed.slice(before).reduce((most, one) => (isLarger(one, most) ? one : most));
    passed.push(owner);
  }
}

function isLarger(a: LeakCandidate, b: LeakCandidate): boolean {
  const gain = a.retainedBytes - b.retainedBytes;
  return gain > 0 || (gain === 0 && a.group!.key < b.group!.key);
}
