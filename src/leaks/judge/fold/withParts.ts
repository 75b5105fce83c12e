import type { LeakCandidate } from '../leakCandidate.ts';

/** The lead with what goes with it: bytes are summed, and the parts of parts are its own. */
export function withParts(lead: LeakCandidate, parts: readonly LeakCandidate[]): LeakCandidate {
  if (parts.length === 0) return lead;
  return {
    ...lead,
    bytesPerIteration: parts.reduce((sum, part) => sum + part.bytesPerIteration, lead.bytesPerIteration),
    retainedBytes: parts.reduce((sum, part) => sum + part.retainedBytes, lead.retainedBytes),
    parts: [
      ...(lead.parts ?? []),
      ...parts.flatMap(({ parts: inner = [], ...part }): LeakCandidate[] => [part, ...inner]),
    ],
  };
}
