import { linearRegression, sampleCorrelation } from 'simple-statistics';
import type { CheckSummary, RunSummary, ScenarioTrend, SeriesTrend } from './model.ts';
import { leaksOf } from '../leaks/index.ts';

/** How one scenario went over runs, given oldest first. */
export function trendOver(scenario: string, runs: readonly RunSummary[]): ScenarioTrend {
  const checks = runs.flatMap((run) =>
    run.checks.filter((check) => check.scenario === scenario).map((check) => ({ run, check })),
  );
  // A check that could not run measured nothing.
  const series = (value: (check: CheckSummary) => number | undefined) =>
    seriesTrend(checks.map(({ check }) => (check.verdict === 'error' ? undefined : value(check))));
  const counters = [...new Set(checks.flatMap(({ check }) => Object.keys(check.growth)))].sort();
  return {
    scenario,
    points: checks.map(({ run, check }) => ({
      run: run.id,
      startedAt: run.startedAt,
      labels: run.labels,
      verdict: check.verdict,
      severity: check.severity,
      findings: leaksOf(check.findings).length,
    })),
    leakedBytesPerIteration: series((check) => leakedBytes(check)),
    slopeMbPerSecond: series((check) => check.slopeMbPerSecond),
    peakMb: series((check) => check.peakMb),
    growth: Object.fromEntries(counters.map((counter) => [counter, series((check) => check.growth[counter])])),
  };
}

function leakedBytes(check: CheckSummary): number {
  return check.findings.reduce((sum, { bytesPerIteration }) => sum + bytesPerIteration, 0);
}

function seriesTrend(values: readonly (number | undefined)[]): SeriesTrend {
  const points = values.flatMap((value, run) => (value === undefined ? [] : [[run, value]]));
  if (points.length < 3) return { values, slopePerRun: 0, correlation: 0 };
  const correlation = sampleCorrelation(
    points.map(([run]) => run!),
    points.map(([, value]) => value!),
  );
  return {
    values,
    slopePerRun: linearRegression(points).m,
    // Without variance the correlation is 0/0.
    correlation: Number.isFinite(correlation) ? correlation : 0,
  };
}
