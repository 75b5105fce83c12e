import { stripVTControlCharacters } from 'node:util';
import { defined, LeakwrightError, describeError } from '../../support/index.ts';
import type { Decision } from '../judge/decide.ts';
import type { Because, CheckResult, CleanupVerification, CounterSample, Finding, Verdict } from '../model.ts';
import { errorPlace, shorten } from '../../scenarios/index.ts';
import type { Scenario } from '../../scenarios/index.ts';
import { recommend } from './recommendations.ts';
import { worst } from '../judge/severity.ts';
import { growthOf, typicalStep } from '../judge/suspicion.ts';
import { leaksOf } from '../leaksOf.ts';

/** What a check knows when it ends, however it ends. */
export interface CheckFacts {
  readonly scenario: Scenario;
  readonly workspaceFolder: string;
  readonly browser: CheckResult['browser'];
  readonly startedAt: number;
  readonly durationMs: number;
  readonly mode: CheckResult['mode'];
  readonly warmup: number;
  readonly iterations: number;
  readonly settledLate: number;
  /** Milliseconds of the page's time that were skipped. */
  readonly skippedMs: number;
  readonly samples: readonly CounterSample[];
  /** Undefined where the check ended before anything could be decided. */
  readonly decision: Pick<Decision, 'verdict' | 'because' | 'bounded' | 'escalatedTo'> | undefined;
  readonly findings: readonly Finding[];
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
  const { samples } = facts;
  const counted = leaksOf(facts.findings);
  return {
    name: nameOf(facts.scenario, facts.workspaceFolder),
    ...relativeFile(facts.scenario, facts.workspaceFolder),
    url: addressOf(facts.scenario),
    ...defined({ steps: facts.scenario.steps }),
    browser: facts.browser,
    mode: facts.mode,
    verdict,
    severity: worst(counted.map((finding) => finding.severity)),
    ...(error ? { error } : {}),
    because: because(verdict, facts, error),
    startedAt: new Date(facts.startedAt).toISOString(),
    durationMs: facts.durationMs,
    warmup: facts.warmup,
    iterations: facts.iterations,
    ...defined({ escalatedTo: facts.decision?.escalatedTo }),
    ...(facts.settledLate > 0 ? { settledLate: facts.settledLate } : {}),
    ...(facts.skippedMs > 0 ? { skippedMs: facts.skippedMs } : {}),
    growth: { ...growthOf(samples), ...explainedFraction(facts.findings, samples) },
    samples,
    findings: facts.findings,
    bounded: facts.decision?.bounded ?? [],
    ...facts.memory,
    cleanup,
    warnings: facts.warnings,
    recommendations: recommend(facts.findings),
  };
}

/** Why the verdict is what it is: the judge's reason, or what changed it afterwards. */
function because(verdict: Verdict, { decision, findings }: CheckFacts, error: CheckResult['error']): Because {
  if (error || !decision) return { rule: 'error', reason: error?.message ?? 'the check did not end', numbers: {} };
  if (verdict === 'clean' && decision.verdict === 'leak') {
    const reasons = [...new Set(findings.flatMap(({ ignored }) => ignored ?? []))];
    return {
      rule: 'ignored',
      reason: `each finding is ignored: ${reasons.join('; ')}`,
      numbers: { findings: findings.length },
    };
  }
  return decision.because;
}

/** The share of the counted growth in bytes that the findings' retained bytes explain, from 0 to 1. */
function explainedFraction(
  findings: readonly Finding[],
  samples: readonly CounterSample[],
): { explainedFraction?: number } {
  if (findings.length === 0) return {};
  // Of a page the heap, its DOM and its buffers; of a Node program the heap and what lies outside of it.
  const counted = [
    'jsHeapBytes',
    'embedderHeapBytes',
    'backingStoreBytes',
    'wasmMemoryBytes',
    'externalBytes',
    'arrayBufferBytes',
  ]
    .filter((counter) => samples[0]?.[counter] !== undefined)
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
  return defined({ file: file === undefined ? undefined : shorten(file, workspaceFolder) });
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
  const at = defined({
    at: scenario.file === undefined ? undefined : errorPlace(told, scenario.file, workspaceFolder),
  });
  if (!(told instanceof LeakwrightError))
    return { code: 'leaks.scenarioFailed', message: stripVTControlCharacters(describeError(told)), ...at };
  return { code: told.code, message: told.message, ...defined({ hint: told.hint }), ...at };
}

/** Where a scenario's page is; one that knows it late may not have come to know it. */
function addressOf({ url, lateUrl }: Scenario): string {
  try {
    return lateUrl?.() ?? url;
  } catch {
    return url;
  }
}
