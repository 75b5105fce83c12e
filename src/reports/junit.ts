import { xmlText } from '../support/index.ts';
import { type CheckResult, type Finding, adviceOf, leaksOf } from '../leaks/index.ts';
import { type FailOn, type Report, countVerdicts, fails } from './report.ts';
import { formatPlace, placeOfFinding, summarizeCheck, summarizeFinding, withCounterWords } from './wording.ts';

/** What a person needs to find the leak, a line each. */
function describeFinding(finding: Finding): string[] {
  const site = (label: string, at: Finding['allocatedAt']): string[] =>
    at ? [`${label} ${formatPlace(at)} in ${at.function || '(anonymous)'}`] : [];
  return [
    summarizeFinding(finding),
    `  to do ${adviceOf(finding)}`,
    ...site('  made at', finding.allocatedAt),
    ...site('  kept at', finding.keptAt),
    ...(finding.retainedBy.length > 0 ? [`  held by ${finding.retainedBy.join(' → ')}`] : []),
  ];
}

function renderOutcome(check: CheckResult, failOn: FailOn | undefined): string {
  switch (check.verdict) {
    case 'error': {
      const text = [check.error?.message, check.error?.hint].filter(Boolean).join(' ');
      return `      <error type="${xmlText(check.error?.code ?? 'error')}" message="${xmlText(check.error?.message ?? '')}">${xmlText(text)}</error>\n`;
    }
    case 'leak': {
      const leaks = leaksOf(check.findings);
      const [first] = leaks;
      if (!first || !fails(check.severity, failOn)) return '';
      const site = placeOfFinding(first);
      const more = leaks.length > 1 ? `; and ${leaks.length - 1} more` : '';
      const message = xmlText(`${summarizeFinding(first)}${site ? ` at ${formatPlace(site)}` : ''}${more}`);
      // One failure a case: many servers show the first only.
      const text = leaks.flatMap(describeFinding).map(escapeLine).join('\n');
      return `      <failure type="leak" message="${message}">${text}</failure>\n`;
    }
    case 'inconclusive':
      return `      <skipped message="${xmlText(summarizeCheck(check))}"/>\n`;
    case 'clean':
      return '';
  }
}

/** Keeps the indent that {@link plainText} would trim. */
function escapeLine(line: string): string {
  const indent = /^ */.exec(line)![0];
  return `${indent}${xmlText(line)}`;
}

/** A run as JUnit XML, the dialect that CI servers read: a check is a test case. */
export function renderJunit(report: Report): string {
  const { error, inconclusive } = countVerdicts(report.checks);
  const failing = report.checks.filter((check) => check.verdict === 'leak' && fails(check.severity, report.failOn));
  const cases = report.checks.map((check) => {
    const name = `name="${xmlText(check.name)}" classname="${xmlText(check.file ?? check.url)}"`;
    const output = [summarizeCheck(check), ...check.warnings.map((warning) => `warning: ${withCounterWords(warning)}`)];
    return (
      `    <testcase ${name} time="${(check.durationMs / 1000).toFixed(3)}">\n` +
      renderOutcome(check, report.failOn) +
      `      <system-out>${output.map(escapeLine).join('\n')}</system-out>\n    </testcase>\n`
    );
  });
  const time = `time="${(report.durationMs / 1000).toFixed(3)}"`;
  const totals = `tests="${report.checks.length}" failures="${failing.length}" errors="${error}"`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="leakwright" ${totals} ${time}>\n` +
    `  <testsuite name="leakwright" ${totals} skipped="${inconclusive}" ${time} timestamp="${xmlText(report.startedAt)}">\n` +
    `${cases.join('')}  </testsuite>\n</testsuites>\n`
  );
}
