import type { CheckResult, Finding } from '../leaks/index.ts';
import { type Report, checkIdentity, placeOfFinding } from '../reports/index.ts';
import type { CheckSummary, FindingSummary, RunLabels, RunSummary } from './model.ts';
import { defined } from '../support/index.ts';

export function summarizeRun(report: Report, id: string, labels: RunLabels): RunSummary {
  return {
    id,
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    exitCode: report.exitCode,
    toolVersion: report.tool.version,
    labels,
    checks: report.checks.map((check) => summarizeCheck(check)),
  };
}

export function summarizeCheck(check: CheckResult): CheckSummary {
  return {
    scenario: checkIdentity(check),
    name: check.name,
    ...defined({ file: check.file }),
    url: check.url,
    ...defined({ steps: check.steps }),
    browser: check.browser,
    mode: check.mode,
    verdict: check.verdict,
    severity: check.severity,
    durationMs: check.durationMs,
    iterations: check.iterations,
    growth: check.growth,
    slopeMbPerSecond: check.memoryTrend.slopeMbPerSecond,
    peakMb: check.memoryStats.peakMb,
    findings: check.findings.map((finding) => summarizeFinding(finding)),
    ...defined({
      error: check.error === undefined ? undefined : { code: check.error.code, message: check.error.message },
    }),
  };
}

function summarizeFinding(finding: Finding): FindingSummary {
  const site = placeOfFinding(finding);
  return {
    fingerprint: finding.fingerprint,
    kind: finding.kind,
    name: finding.name,
    severity: finding.severity,
    perIteration: finding.perIteration,
    bytesPerIteration: finding.bytesPerIteration,
    ...defined({
      holder: finding.holder,
      place: site === undefined ? undefined : { file: site.file, line: site.line, column: site.column },
      ignored: finding.ignored,
    }),
  };
}
