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
  const passed = new Set([candidate]);
  let top = candidate;
  for (;;) {
    const owner = top.group?.partOf === undefined ? undefined : byKey.get(top.group.partOf);
    // Two that hold each other have no top: each would be a part of the other.
    if (!owner || passed.has(owner)) return top;
    passed.add(owner);
    top = owner;
  }
}
