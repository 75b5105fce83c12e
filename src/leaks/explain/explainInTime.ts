import { LONGEST_TIMER_MS, LeakwrightError, describeError } from '../../support/index.ts';
import type { Evidence } from '../evidence.ts';
import { decide } from '../judge/decide.ts';
import { countIsComplete } from '../judge/plan.ts';
import { begunIn, comparedIn } from '../judge/view.ts';
import type { Finding } from '../model.ts';
import { type ExplainOptions, explain, withoutLines } from './explain.ts';

/** Of the time of a check, this share is kept for the lines of leaks that are certain: without its line few find a leak. */
const LINES_SHARE = 0.15;
const LINES_MOST_MS = 20_000;
/** What a line takes at least, where a leak was certain only when the time was over. */
const LINES_LEAST_MS = 2000;
/** A page that is still at work when the time is over (a snapshot of a large heap) is not waited for longer. */
const PAGE_ANSWERS_MS = 5_000;

/**
 * Ends the measuring before the time of a check is over, where a leak is certain by then and only its lines are missing.
 *
 * @param evidence what was seen so far
 * @param end ends the measuring
 * @returns waits no longer
 */
export function keepTimeForLines(
  { limitMs, leftMs }: { readonly limitMs: number; readonly leftMs: number },
  evidence: () => Evidence | undefined,
  end: (reason: LeakwrightError) => void,
): () => void {
  const kept = Math.min(LINES_MOST_MS, limitMs * LINES_SHARE);
  const timer = setTimeout(
    () => {
      const seen = evidence();
      if (!seen || !countIsComplete(seen)) return;
      const message = `The last ${Math.round(kept / 1000)} s of the check were kept for the lines of what is certain.`;
      const failure = { saw: 'failure' as const, message, begun: begunIn(seen) };
      if (decide({ ...seen, observations: [...seen.observations, failure] }).leaks.length > 0)
        end(new LeakwrightError('timeout', message));
    },
    Math.min(LONGEST_TIMER_MS, Math.max(0, leftMs - kept)),
  );
  return () => clearTimeout(timer);
}

/** Explains what was found; as the judge has it, with a warning, where there is no time or no page left for lines. */
export async function explainInTime(
  options: ExplainOptions,
  warnings: string[],
  { isOver, leftMs, signal }: { readonly isOver: boolean; readonly leftMs: number; readonly signal?: AbortSignal },
): Promise<readonly Finding[]> {
  const { subject, measurements, decision } = options;
  // Compared snapshots have stacks only of what is copied as a whole; without any there is no line to look for.
  const haveStacks = decision.leaks.some(({ leak: { group } }) => group !== undefined && group.stack.length > 0);
  if (comparedIn(measurements.evidence) && !haveStacks) return withoutLines(decision, options);
  if (isOver) await seeKeeping(options, leftMs / 2, signal);
  const end = isOver ? subject.guard.goOn(Math.max(LINES_LEAST_MS, leftMs / 2), signal) : undefined;
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

/**
 * Watches which code fills the collections that leak, where the time of the check ended before that. It may take half of the time that is
 * kept for lines; the other half is for finding the lines in the sources.
 */
async function seeKeeping(
  { subject, measurements, decision: { leaks } }: ExplainOptions,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const end = subject.guard.goOn(ms, signal);
  try {
    for (const [heap, found] of Map.groupBy(leaks, (one) => one.heap))
      await measurements.seeKeeping(
        heap,
        found.map(({ leak }) => leak),
      );
  } catch (error) {
    if (signal?.aborted === true) throw error;
  } finally {
    end();
  }
}
