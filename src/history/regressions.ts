import { formatBytes, plainText } from '../support/index.ts';
import type { Verdict } from '../leaks/index.ts';
import { hasGrown } from '../reports/index.ts';
import type { CheckSummary, Regression } from './model.ts';

/** A slope is worse only when it is half as steep again as before and above the limit of a leak; less is noise. */
const TOLERATED_STEEPENING = 1.5;
const TOLERATED_SLOPE_MB_PER_SECOND = 0.05;

const RANK: Record<Verdict, number> = { clean: 0, inconclusive: 1, leak: 2, error: 3 };

/** What is worse in a check than in its baseline. Without one, all its leaks are new. */
export function compareWithBaseline(check: CheckSummary, baseline: CheckSummary | undefined): Regression[] {
  const { scenario } = check;
  const known = new Map(baseline?.findings.map((finding) => [finding.fingerprint, finding]));
  const regressions: Regression[] = [];
  for (const finding of check.findings) {
    if (finding.ignored !== undefined) continue;
    const was = known.get(finding.fingerprint);
    const name = plainText(finding.name);
    const place = finding.place
      ? ` at ${plainText(finding.place.file)}:${finding.place.line}:${finding.place.column}`
      : '';
    if (!was) {
      const message = `new leak: ${name}, ${formatBytes(finding.bytesPerIteration)} an iteration${place}`;
      regressions.push({ scenario, kind: 'new-finding', finding, message });
    } else if (hasGrown(finding.bytesPerIteration, was.bytesPerIteration)) {
      const message = `${name} leaks ${formatBytes(finding.bytesPerIteration)} an iteration, was ${formatBytes(was.bytesPerIteration)}${place}`;
      regressions.push({ scenario, kind: 'grown-finding', finding, was, message });
    }
  }
  if (!baseline) return regressions;
  const slope = check.slopeMbPerSecond;
  const slopeWas = baseline.slopeMbPerSecond;
  if (
    check.mode === 'duration' &&
    slope > Math.max(0, slopeWas) * TOLERATED_STEEPENING + TOLERATED_SLOPE_MB_PER_SECOND &&
    check.severity !== 'none'
  ) {
    const message = `memory grows by ${slope.toFixed(2)} MB/s, was ${slopeWas.toFixed(2)} MB/s`;
    regressions.push({ scenario, kind: 'steeper-growth', slopeMbPerSecond: slope, was: slopeWas, message });
  }
  // Findings say what a leak is; a verdict that got worse without findings is a regression of its own.
  if (regressions.length === 0 && RANK[check.verdict] > RANK[baseline.verdict]) {
    const leaksAreKnown = check.verdict === 'leak' && check.findings.length > 0;
    if (!leaksAreKnown) {
      const why = check.error ? `: ${plainText(check.error.message)}` : '';
      const message = `${check.verdict}, was ${baseline.verdict}${why}`;
      regressions.push({ scenario, kind: 'worse-verdict', verdict: check.verdict, was: baseline.verdict, message });
    }
  }
  return regressions;
}
