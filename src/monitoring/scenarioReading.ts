import type { CheckSummary } from '../history/index.ts';
import { leaksOf } from '../leaks/index.ts';

/** The newest run of a scenario, from the history. */
export interface ScenarioReading {
  readonly scenario: string;
  readonly leaks: boolean;
  readonly leakedBytesPerIteration: number;
  readonly lastRunAt: number;
  readonly durationMs: number;
  readonly peakMb: number;
}

/** @param startedAt of its run, ISO 8601 */
export function scenarioReading(check: CheckSummary, startedAt: string): ScenarioReading {
  return {
    scenario: check.scenario,
    leaks: check.verdict === 'leak',
    leakedBytesPerIteration: leaksOf(check.findings).reduce((sum, { bytesPerIteration }) => sum + bytesPerIteration, 0),
    lastRunAt: Date.parse(startedAt),
    durationMs: check.durationMs,
    peakMb: check.peakMb,
  };
}
