import type { FindingKind } from '../model.ts';
import type { GeneratedFrame } from '../explain/sources/index.ts';
import type { GroupReport } from '../snapshot/messages.ts';
import type { PageResource } from '../measure/pageHooks/index.ts';
import type { RuleAnswer } from './rules/rule.ts';

/** Something judged a leak, before its lines are looked for. */
export interface LeakCandidate {
  readonly kind: FindingKind;
  readonly name: string;
  readonly perIteration: number;
  readonly bytesPerIteration: number;
  readonly retainedBytes: number;
  readonly survivors: readonly number[];
  readonly verdict: RuleAnswer;
  /** From the heap. */
  readonly group?: GroupReport;
  /** From the page hooks: one of the resources. */
  readonly resource?: PageResource;
  /** The hooks' creation stack, innermost first. */
  readonly creation?: readonly GeneratedFrame[];
  /** What belongs to the same cause and is told with it; none of these has parts of its own. */
  readonly parts?: readonly LeakCandidate[];
}
