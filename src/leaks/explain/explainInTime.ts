import { describeError } from '../../support/index.ts';
import { comparedIn } from '../judge/view.ts';
import type { Finding } from '../model.ts';
import { type ExplainOptions, explain, withoutLines } from './explain.ts';

/** A leak that is certain when the time is over is worth some seconds more: without its line few find it. */
const LINES_AFTER_TIME_MS = 20_000;
/** A page that is still at work when the time is over (a snapshot of a large heap) is not waited for longer. */
const PAGE_ANSWERS_MS = 5_000;

/** Explains what was found; as the judge has it, with a warning, where there is no time or no page left for lines. */
export async function explainInTime(
  options: ExplainOptions,
  warnings: string[],
  { isOver, signal }: { readonly isOver: boolean; readonly signal?: AbortSignal },
): Promise<readonly Finding[]> {
  const { subject, measurements, decision } = options;
  if (comparedIn(measurements.evidence)) return withoutLines(decision, options);
  const end = isOver ? subject.guard.goOn(LINES_AFTER_TIME_MS, signal) : undefined;
  try {
    return await explain(isOver ? { ...options, answersInMs: PAGE_ANSWERS_MS } : options);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    warnings.push(`Lines could not be looked for: ${describeError(error)}`);
    return withoutLines(decision, options);
  } finally {
    end?.();
  }
}
