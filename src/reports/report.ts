import type { CheckResult, Verdict } from '../leaks/index.ts';
import { defined, toolVersion, jsonText } from '../support/index.ts';

/** Exit codes of a run, as its README documents them. */
export type ExitCode = 0 | 1 | 2 | 3;

/** All checks of one run: what every format renders. This is the JSON contract; only additions keep `schema` at 1. */
export interface Report {
  readonly schema: 1;
  readonly tool: { readonly name: 'leakwright'; readonly version: string };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly exitCode: ExitCode;
  /** The least severity that failed this run. Absent: minor. */
  readonly failOn?: FailOn;
  /** Of `--shard 2/3`: which part of a run this is. Absent: the whole. */
  readonly shard?: Shard;
  readonly checks: readonly CheckResult[];
}

/** The `index`-th of `total` parts, counted from 1. */
export interface Shard {
  readonly index: number;
  readonly total: number;
}

export interface ReportOptions {
  readonly startedAt: string;
  readonly durationMs: number;
  /** Leaks below this severity are reported and do not fail the run. Default: minor. */
  readonly failOn?: FailOn;
  readonly shard?: Shard;
}

export type FailOn = 'minor' | 'moderate' | 'critical';

/** Whether a finding of this severity makes a run fail. */
export function fails(severity: CheckResult['severity'], failOn: FailOn | undefined): boolean {
  return severity !== 'none' && SEVERITY_RANK[severity] >= SEVERITY_RANK[failOn ?? 'minor'];
}

const SEVERITY_RANK = { none: 0, minor: 1, moderate: 2, critical: 3 } as const;

/** Errors that are the scenario's own doing: the run worked, the user's steps or page did not. */
const SCENARIO_ERRORS = new Set(['leaks.scenarioFailed', 'leaks.pageHung']);

function exitCodeOf(check: CheckResult, failOn: FailOn): ExitCode {
  if (check.verdict === 'error') return SCENARIO_ERRORS.has(check.error?.code ?? '') ? 1 : 3;
  if (check.verdict === 'leak' && fails(check.severity, failOn)) return 1;
  if (check.verdict === 'inconclusive' || !check.cleanup.successful) return 2;
  return 0;
}

/**
 * 0 clean, 1 a leak or a scenario that failed, 2 warnings only (inconclusive, clean-up issues), 3 could not run. A run
 * that could not do one of its checks says 3 whatever the others found, since its answer is not complete.
 */
export function exitCodeFor(checks: readonly CheckResult[], failOn: FailOn = 'minor'): ExitCode {
  const codes = new Set(checks.map((check) => exitCodeOf(check, failOn)));
  for (const code of [3, 1, 2] as const) if (codes.has(code)) return code;
  return 0;
}

/** How many checks have each verdict. */
export function countVerdicts(checks: readonly Pick<CheckResult, 'verdict'>[]): Readonly<Record<Verdict, number>> {
  const counts = { error: 0, leak: 0, inconclusive: 0, clean: 0 };
  for (const { verdict } of checks) counts[verdict] += 1;
  return counts;
}

export function createReport(checks: readonly CheckResult[], options: ReportOptions): Report {
  return {
    schema: 1,
    tool: { name: 'leakwright', version: toolVersion() },
    startedAt: options.startedAt,
    durationMs: Math.round(options.durationMs),
    exitCode: exitCodeFor(checks, options.failOn),
    ...(options.failOn === undefined || options.failOn === 'minor' ? {} : { failOn: options.failOn }),
    ...defined({ shard: options.shard }),
    checks,
  };
}

export function renderJson(report: Report): string {
  return `${jsonText(report, 2)}\n`;
}
