import { type Clock, LeakwrightError, describeError, withTimeout } from '../support/index.ts';
import type { CleanupStep, CleanupStepName } from './model.ts';

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
