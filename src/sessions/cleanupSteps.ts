import type { ProcessIdentity } from '../processes/index.ts';
import { type Clock, LeakwrightError, describeError, withTimeout } from '../support/index.ts';
import type { CleanupStep, CleanupStepName, CleanupSummary, ResourceCounts } from './model.ts';

export interface StepPlan {
  readonly name: CleanupStepName;
  readonly limitMs: number;
  /** Returns how much was cleaned. */
  readonly run: () => Promise<number>;
}

/** Runs one step in isolation: its failure is noted and ends there. */
export async function runStep(plan: StepPlan, clock: Clock): Promise<CleanupStep & { readonly timedOut: boolean }> {
  const startedAt = clock.monotonic();
  const took = () => Math.round((clock.monotonic() - startedAt) * 10) / 10;
  try {
    // Started inside a promise, so that what throws at once fails like the rest.
    const running = Promise.resolve().then(plan.run);
    const cleaned = await withTimeout(running, plan.limitMs, `Cleaning up the ${plan.name}`);
    return { name: plan.name, durationMs: took(), cleaned, timedOut: false };
  } catch (error) {
    const timedOut = error instanceof LeakwrightError && error.code === 'timeout';
    return { name: plan.name, durationMs: took(), cleaned: 0, error: describeError(error), timedOut };
  }
}

const BYTES_PER_MB = 1024 * 1024;

export interface CleanupFacts extends Pick<
  CleanupSummary,
  'sessionId' | 'name' | 'reason' | 'startedAt' | 'durationMs' | 'errors' | 'steps' | 'emergency' | 'fileDescriptors'
> {
  /** Whether the browser was ours to end. */
  readonly owned: boolean;
  readonly disconnected: boolean;
  /** What the session held at the beginning. */
  readonly initial: ResourceCounts;
  /** What each step says it cleaned. */
  readonly cleaned: ReadonlyMap<CleanupStepName, number>;
  readonly also: Readonly<Record<'downloads' | 'dialogs', number>>;
  readonly processesBefore: number;
  readonly survivors: readonly ProcessIdentity[];
  readonly remaining: readonly string[];
  readonly memoryRecoveredBytes: number;
}

const round = (value: number) => Math.round(value * 10) / 10;

/** The summary of a clean-up, from the counts before, the results of the steps, and what was found left. */
export function summarizeCleanup(facts: CleanupFacts): CleanupSummary {
  const { initial, cleaned, also, survivors, remaining, owned, disconnected } = facts;
  // With its browser everything in it is gone, even where closing it one by one failed.
  const browserGone = owned && survivors.length === 0;
  const took = (held: number, closed: number | undefined) => (browserGone ? held : (closed ?? 0));
  const counts = {
    cursorsCleaned: cleaned.get('cursors') ?? 0,
    requestsCleaned: cleaned.get('requests') ?? 0,
    videoPagesCleaned: took(initial.videos, cleaned.get('videos')),
    pagesClosed: took(initial.pages, cleaned.get('pages')),
    contextsClosed: took(initial.contexts, cleaned.get('contexts')),
    downloadsCancelled: took(initial.downloads, also.downloads),
    dialogsDismissed: took(initial.dialogs, also.dialogs),
    workersEnded: took(initial.workers, 0),
    browsersClosed: browserGone ? 1 : 0,
    connectionsClosed: disconnected ? 1 : 0,
  };
  const resources = Object.values(counts).reduce((sum, value) => sum + value, 0);
  const processesEnded = Math.max(0, facts.processesBefore - survivors.length);
  const gone = resources + processesEnded + (remaining.length === 0 ? 1 : 0);
  const left = survivors.length + remaining.length + (disconnected ? 0 : 1);
  const { sessionId, name, reason, startedAt, errors, steps, emergency, fileDescriptors } = facts;
  return {
    sessionId,
    name,
    reason,
    startedAt,
    durationMs: round(facts.durationMs),
    ...counts,
    processesEnded,
    totalResourcesCleaned: resources,
    memoryRecoveredMb: round(facts.memoryRecoveredBytes / BYTES_PER_MB),
    errors,
    steps,
    emergency,
    survivors,
    remaining,
    fileDescriptors,
    effectivenessPercentage: left === 0 ? 100 : Math.floor((100 * gone) / (gone + left)),
    successful: left === 0,
  };
}
