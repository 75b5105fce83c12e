import type { CheckResult, Finding } from '../leaks/index.ts';
import type { Report } from '../reports/index.ts';
import type { CheckSummary, FindingSummary, RunLabels, RunSummary } from './model.ts';

/**
 * What says that two checks are the same scenario in different runs: its file and name, without the host (a development
 * server's port changes), and what makes numbers incomparable: the mode, and a browser that is not Chromium.
 */
export function scenarioKey(check: Pick<CheckResult, 'name' | 'file' | 'url' | 'mode' | 'browser'>): string {
  const name = check.name.replaceAll(/\bhttps?:\/\/[^/\s]+/g, '');
  const base = check.file ?? pathOf(check.url);
  const label = name === '' || base.endsWith(name) ? base : name.startsWith(base) ? name : `${base} › ${name}`;
  const browser = /chrom|edge/i.test(check.browser.name) ? [] : [check.browser.name.toLowerCase() || 'no browser'];
  const traits = [...(check.mode === 'duration' ? ['duration'] : []), ...browser];
  return traits.length === 0 ? label : `${label} (${traits.join(', ')})`;
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

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
    scenario: scenarioKey(check),
    name: check.name,
    ...(check.file === undefined ? {} : { file: check.file }),
    url: check.url,
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
  const site = finding.keptAt ?? finding.allocatedAt;
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
