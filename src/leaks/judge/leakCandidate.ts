import type { Because, FindingKind } from '../model.ts';
import type { GeneratedFrame } from '../explain/sources/index.ts';
import type { GroupReport, GrowthReport } from '../snapshot/messages.ts';
import type { PageResource } from '../measure/pageHooks/index.ts';

/** Something judged a leak, before its lines are looked for. */
export interface LeakCandidate {
  readonly kind: FindingKind;
  readonly name: string;
  readonly perIteration: number;
  readonly bytesPerIteration: number;
  readonly retainedBytes: number;
  readonly survivors: readonly number[];
  readonly because: Because;
  /** From the heap. */
  readonly group?: GroupReport;
  /** A holder that grew without objects that show it. */
  readonly growth?: GrowthReport;
  /** The variable of a suspended function or the entry of a map that grew, where the holder has several. */
  readonly place?: string;
  /** Objects of the browser of which no iteration is known. */
  readonly native?: GroupReport;
  /** From the page hooks: one of the resources. */
  readonly resource?: PageResource;
  /** The hooks' creation stack, innermost first. */
  readonly creation?: readonly GeneratedFrame[];
  /** Other objects of the same cause, reported with it; none of these has parts of its own. */
  readonly parts?: readonly LeakCandidate[];
}
