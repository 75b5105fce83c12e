import type { CheckSummary, RunSummary } from '../../history/index.ts';

/**
 * The newest earlier run of a check of this one. One that failed, or could not say, had no answer to compare with: all that
 * leaks would look new.
 */
export function baseOf(newer: RunSummary, all: readonly RunSummary[]): RunSummary | undefined {
  const scenarios = new Set(newer.checks.map(({ scenario }) => scenario));
  const hasAnswer = ({ scenario, verdict }: CheckSummary) =>
    scenarios.has(scenario) && (verdict === 'leak' || verdict === 'clean');
  return all.find((run) => run.startedAt < newer.startedAt && run.checks.some((check) => hasAnswer(check)));
}
