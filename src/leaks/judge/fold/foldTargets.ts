import type { LeakCandidate } from '../leakCandidate.ts';
import { withParts } from './withParts.ts';

/** Targets of which a page has one, or that only carry what is registered on them: each listener there is a cause of its own. */
const SHARED_TARGET =
  /^(?:window|document|AbortSignal|MediaQueryList|VisualViewport|Screen|ScreenOrientation|ServiceWorkerContainer|Performance|Navigation|BroadcastChannel|EventTarget)$/;

/**
 * Listeners on targets of one class, where each iteration has targets of its own: it is the target that stays. A library that
 * registers a hundred listeners on each container that it is given makes no hundred leaks.
 */
export function foldTargets(candidates: readonly LeakCandidate[]): LeakCandidate[] {
  const byTarget = new Map<string, LeakCandidate[]>();
  for (const candidate of candidates) {
    const target = targetOf(candidate);
    if (target !== undefined) byTarget.set(target, [...(byTarget.get(target) ?? []), candidate]);
  }
  const folded = new Map<LeakCandidate, LeakCandidate | undefined>();
  for (const together of byTarget.values()) {
    const [lead, ...parts] = together.toSorted((a, b) => b.retainedBytes - a.retainedBytes);
    if (!lead || parts.length === 0) continue;
    folded.set(lead, withParts(lead, parts));
    for (const part of parts) folded.set(part, undefined);
  }
  return candidates.flatMap((candidate) => {
    if (!folded.has(candidate)) return [candidate];
    const lead = folded.get(candidate);
    return lead ? [lead] : [];
  });
}

/** The class of a listener's target, where there may be many targets of that class. */
export function targetOf({ kind, name, resource }: LeakCandidate): string | undefined {
  if (kind !== 'event-listener' || !resource) return undefined;
  const target = / listener on (?<target>.+)$/.exec(name)?.groups?.['target'];
  return target === undefined || SHARED_TARGET.test(target) ? undefined : target;
}

/** A listener on a target of which a page may have many: the target may be what stays. */
export const isOnElement = (leak: LeakCandidate): boolean => targetOf(leak) !== undefined;
