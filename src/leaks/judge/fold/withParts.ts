import type { LeakCandidate } from '../leakCandidate.ts';

/** The lead with the bytes of what goes with it. */
export function withParts(lead: LeakCandidate, parts: readonly LeakCandidate[]): LeakCandidate {
  return {
    ...lead,
    bytesPerIteration: parts.reduce((sum, part) => sum + part.bytesPerIteration, lead.bytesPerIteration),
    retainedBytes: parts.reduce((sum, part) => sum + part.retainedBytes, lead.retainedBytes),
  };
}
