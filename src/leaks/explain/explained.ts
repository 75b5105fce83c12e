import type { SourceSite } from '../model.ts';
import type { LeakCandidate } from '../judge/leakCandidate.ts';
import type { Ending } from '../snapshot/endings.ts';

/** A leak with its names and lines in source, before what belongs together is put together and weighed. */
export interface Explained {
  readonly leak: LeakCandidate;
  /** Kind and name for the fingerprint, where others are shown: a better name must not make a new finding of a known one. */
  readonly knownAs?: Pick<LeakCandidate, 'kind' | 'name'>;
  readonly allocatedAt: SourceSite | undefined;
  readonly keptAt: SourceSite | undefined;
  readonly holder: string | undefined;
  /** Default: the group's. */
  readonly retainedBy?: readonly string[];
  readonly parts?: readonly Explained[];
  /** The method that ends it, and on what it is called: `the Chart`. */
  readonly ending?: (Ending & { readonly on: string }) | undefined;
  /** Told by what it is a part of: no holder has the object itself. */
  readonly isWhole?: true;
  /** The component that it keeps, as the source calls it. */
  readonly component?: string | undefined;
}

/** The lead with what goes with it. Bytes are summed; the parts of parts are its own. */
export function withExplainedParts(lead: Explained, parts: readonly Explained[]): Explained {
  if (parts.length === 0) return lead;
  const component = [lead, ...parts].find((one) => one.component !== undefined)?.component;
  return {
    ...lead,
    component,
    leak: {
      ...lead.leak,
      bytesPerIteration: parts.reduce((sum, { leak }) => sum + leak.bytesPerIteration, lead.leak.bytesPerIteration),
      retainedBytes: parts.reduce((sum, { leak }) => sum + leak.retainedBytes, lead.leak.retainedBytes),
    },
    parts: [...(lead.parts ?? []), ...parts.flatMap(({ parts: inner = [], ...part }): Explained[] => [part, ...inner])],
  };
}
