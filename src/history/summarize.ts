import type { CheckResult, Finding } from '../leaks/index.ts';
import { type Report, checkIdentity } from '../reports/index.ts';
import type { CheckSummary, FindingSummary, RunLabels, RunSummary } from './model.ts';

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
    ...(check.file === undefined ? {} : { file: check.file }),
    url: check.url,
    ...(check.steps === undefined ? {} : { steps: check.steps }),
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
    ...(check.error === undefined ? {} : { error: { code: check.error.code, message: check.error.message } }),
  };
}

function summarizeFinding(finding: Finding): FindingSummary {
  const site = finding.allocatedAt ?? finding.keptAt;
  return {
    fingerprint: finding.fingerprint,
    kind: finding.kind,
    name: finding.name,
    severity: finding.severity,
    perIteration: finding.perIteration,
    bytesPerIteration: finding.bytesPerIteration,
    ...(finding.holder === undefined ? {} : { holder: finding.holder }),
    ...(site === undefined ? {} : { place: { file: site.file, line: site.line, column: site.column } }),
    ...(finding.ignored === undefined ? {} : { ignored: finding.ignored }),
  };
}
