import { type CheckResult, leaksOf, worst } from '../leaks/index.ts';
import { parseReport } from './parseReport.ts';

/** What a known leak may grow by from run to run before it counts as worse: measurement noise, not a regression. */
const TOLERATED_GROWTH = 1.5;
const TOLERATED_BYTES = 1024;

/** Whether a known leak keeps more of each iteration than it did, beyond what measuring differs by. In bytes. */
export function hasGrown(bytesPerIteration: number, known: number): boolean {
  return bytesPerIteration > known * TOLERATED_GROWTH + TOLERATED_BYTES;
}

/** Fingerprint to bytes an iteration, of the run that is accepted for now. */
export type Baseline = ReadonlyMap<string, number>;

/**
 * Reads a former JSON report as the baseline.
 *
 * @throws LeakwrightError `usage` when the text is not one of our reports
 */
export function parseBaseline(text: string, file: string): Baseline {
  const { checks } = parseReport(text, file);
  return new Map(
    checks.flatMap(({ findings }) =>
      findings.map(({ fingerprint, bytesPerIteration }) => [fingerprint, bytesPerIteration]),
    ),
  );
}

/** The result with known leaks that did not grow marked as ignored: only new and grown ones count for the verdict. */
export function applyBaseline(
  result: CheckResult,
  baseline: Baseline,
  reason = 'known from the baseline',
): CheckResult {
  if (result.verdict !== 'leak') return result;
  const findings = result.findings.map((finding) => {
    const known = baseline.get(finding.fingerprint);
    if (known === undefined || finding.ignored !== undefined) return finding;
    if (hasGrown(finding.bytesPerIteration, known)) return finding;
    return { ...finding, ignored: reason };
  });
  const severity = worst(leaksOf(findings).map((finding) => finding.severity));
  return { ...result, findings, severity, verdict: severity === 'none' ? 'clean' : 'leak' };
}
