import { LeakwrightError, describeError } from '../../support/index.ts';
import type { BoundedGrowth, CheckResult, CleanupVerification, CounterSample, Finding, Verdict } from '../model.ts';
import { errorPlace, shorten } from '../../scenarios/index.ts';
import type { Scenario } from '../../scenarios/index.ts';
import { recommend } from './recommendations.ts';
import { worst } from '../judge/severity.ts';
import { growthOf, typicalStep } from '../judge/suspicion.ts';

/** What a check knows when it ends, however it ends. */
export interface CheckFacts {
  readonly scenario: Scenario;
  readonly workspaceFolder: string;
  readonly browser: CheckResult['browser'];
  readonly startedAt: number;
  readonly durationMs: number;
  readonly warmup: number;
  readonly iterations: number;
  readonly escalatedTo: number | undefined;
  readonly settledLate: number;
  readonly samples: readonly CounterSample[];
  readonly findings: readonly Finding[];
  readonly bounded: readonly BoundedGrowth[];
  readonly warnings: readonly string[];
  readonly memory: Pick<CheckResult, 'memoryTrend' | 'memoryStats'>;
}

/** Nothing was started, so nothing is left. */
export const nothingLeft: CleanupVerification = {
  processes: { orphaned: [] },
  files: { remaining: [] },
  fileDescriptors: { before: 0, after: 0 },
  successful: true,
  issues: [],
};

export function createResult(
  facts: CheckFacts,
  verdict: Verdict,
  error: CheckResult['error'],
  cleanup: CleanupVerification,
): CheckResult {
  const counted = facts.findings.filter((finding) => finding.ignored === undefined);
  return {
    name: nameOf(facts.scenario, facts.workspaceFolder),
    ...relativeFile(facts.scenario, facts.workspaceFolder),
    url: facts.scenario.url,
    ...(facts.scenario.steps === undefined ? {} : { steps: facts.scenario.steps }),
    browser: facts.browser,
    mode: 'iterations',
    verdict,
    severity: worst(counted.map((finding) => finding.severity)),
    ...(error ? { error } : {}),
    startedAt: new Date(facts.startedAt).toISOString(),
    durationMs: facts.durationMs,
    warmup: facts.warmup,
    iterations: facts.iterations,
    ...(facts.escalatedTo === undefined ? {} : { escalatedTo: facts.escalatedTo }),
    ...(facts.settledLate > 0 ? { settledLate: facts.settledLate } : {}),
    growth: { ...growthOf(facts.samples), ...explainedFraction(facts) },
    samples: facts.samples,
    findings: facts.findings,
    bounded: facts.bounded,
    ...facts.memory,
    cleanup,
    warnings: facts.warnings,
    recommendations: recommend(facts.findings),
  };
}

/** The share of the counted growth in bytes that the findings' retained bytes explain, from 0 to 1. */
function explainedFraction({ findings, samples }: CheckFacts): { explainedFraction?: number } {
  if (findings.length === 0) return {};
  const counted = ['jsHeapBytes', 'embedderHeapBytes', 'backingStoreBytes']
    .map((counter) => typicalStep(samples, counter))
    .reduce((sum, bytes) => sum + Math.max(0, bytes), 0);
  if (counted <= 0) return {};
  const explained = findings.reduce((sum, finding) => sum + finding.bytesPerIteration, 0);
  return { explainedFraction: Math.round(Math.min(1, explained / counted) * 100) / 100 };
}

export function nameOf({ name, file, url }: Scenario, workspaceFolder: string): string {
  return name ?? (file === undefined ? url : shorten(file, workspaceFolder));
}

export function relativeFile({ file }: Scenario, workspaceFolder: string): { file?: string } {
  return file === undefined ? {} : { file: shorten(file, workspaceFolder) };
}

/**
 * What ended a check: an abort's or time limit's own reason says more than the call it interrupted. With the line of the
 * scenario at which it happened, where that is known.
 */
export function describeCheckError(
  error: unknown,
  signal: AbortSignal,
  scenario: Pick<Scenario, 'file'> = {},
  workspaceFolder = '',
): NonNullable<CheckResult['error']> {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  let told: unknown = error;
  if (reason instanceof LeakwrightError) told = reason;
  else if (signal.aborted) told = new LeakwrightError('aborted', 'The check was stopped.', { cause: reason });
  const place = scenario.file === undefined ? undefined : errorPlace(told, scenario.file, workspaceFolder);
  const at = place === undefined ? {} : { at: place };
  if (!(told instanceof LeakwrightError)) return { code: 'leaks.scenarioFailed', message: describeError(told), ...at };
  return { code: told.code, message: told.message, ...(told.hint === undefined ? {} : { hint: told.hint }), ...at };
}
