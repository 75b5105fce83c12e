import { count, formatBytes, formatDuration, markdownCode, markdownText } from '../support/index.ts';
import { libraryVerdict } from './libraryReport.ts';
import { type CheckResult, type Finding, type SourceSite, adviceOf, libraryFrame, leaksOf } from '../leaks/index.ts';
import { type Report, countVerdicts, fails } from './report.ts';
import { describeFunction, describeParts, withoutMapNote } from './findingText.ts';
import {
  boundedToShow,
  FINDINGS_SHOWN,
  formatPlace,
  shortenPath,
  summarizeCheck,
  summarizeFinding,
  withCounterWords,
} from './wording.ts';

const MARK = { leak: '🔴', clean: '🟢', inconclusive: '🟡', error: '⛔' } as const;

/** GitHub takes comments of 65,536 characters; what is beyond is in the other reports. */
const MAX_CHARACTERS = 60_000;
const STACK_SHOWN = 6;

/** A run as a comment for a pull request: the answer first, then what leaks and where, the rest folded away. */
export function renderMarkdown(report: Report): string {
  const lines = [`## ${headline(report)}`, '', '| check | verdict | time |', '|---|---|---:|'];
  for (const check of report.checks) {
    lines.push(
      `| ${markdownText(check.name)} | ${MARK[check.verdict]} ${markdownText(summarizeCheck(check))} | ${formatDuration(check.durationMs)} |`,
    );
  }
  for (const check of report.checks) lines.push(...renderCheck(check, report));
  lines.push(
    '',
    `<sub>Leakwright ${markdownText(report.tool.version, 40)}, ${formatDuration(report.durationMs)}</sub>`,
  );
  const text = lines.join('\n');
  if (text.length <= MAX_CHARACTERS) return `${text}\n`;
  const cut = text.lastIndexOf('\n- **', MAX_CHARACTERS);
  return `${text.slice(0, cut > 0 ? cut : MAX_CHARACTERS)}\n\n… and more: the whole report is too long for a comment.\n`;
}

function headline(report: Report): string {
  const { checks } = report;
  const counts = countVerdicts(checks);
  const mark = (['error', 'leak', 'inconclusive'] as const).find((verdict) => counts[verdict] > 0) ?? 'clean';
  const leaks = leaksOf(checks.flatMap(({ findings }) => findings));
  const failing = leaks.filter(({ severity }) => fails(severity, report.failOn)).length;
  const parts = [
    leaks.length > 0
      ? `${count(leaks.length, 'memory leak')}${failing < leaks.length ? `, ${failing} failing` : ''}`
      : '',
    counts.error > 0 ? `${count(counts.error, 'check')} could not be made` : '',
    counts.inconclusive > 0 ? `${counts.inconclusive} inconclusive` : '',
  ].filter(Boolean);
  return `${MARK[mark]} Leakwright: ${parts.join(', ') || 'no memory leaks'}`;
}

function renderCheck(check: CheckResult, report: Report): string[] {
  const leaks = leaksOf(check.findings);
  const ignored = check.findings.filter((finding) => finding.ignored !== undefined);
  const lines: string[] = [];
  for (const finding of leaks.slice(0, FINDINGS_SHOWN)) lines.push('', ...renderFinding(finding, report));
  if (leaks.length > FINDINGS_SHOWN)
    lines.push('', `… and ${count(leaks.length - FINDINGS_SHOWN, 'smaller finding')}.`);
  if (check.error?.hint) lines.push('', markdownText(check.error.hint));
  const note = withoutMapNote(leaks.slice(0, FINDINGS_SHOWN));
  if (note !== undefined) lines.push('', markdownText(note));
  const { shown, more } = boundedToShow(check);
  const aside = [
    ...check.warnings.map((warning) => `- ⚠️ ${markdownText(withCounterWords(warning))}`),
    ...ignored.map(
      (finding) => `- ignored (${markdownText(finding.ignored!)}): ${markdownText(summarizeFinding(finding))}`,
    ),
    ...shown.map(({ name, reason }) => `- not a leak: ${markdownText(name)} (${markdownText(reason)})`),
    ...(more > 0 ? [`- not a leak: ${more} more of the kind`] : []),
    ...check.cleanup.issues.map((issue) => `- ⚠️ clean-up: ${markdownText(issue)}`),
  ];
  if (aside.length > 0) lines.push('', ...folded('Warnings, and what is no leak', aside));
  return lines.length === 0 ? [] : ['', `### ${markdownText(check.name)}`, ...lines];
}

function renderFinding(finding: Finding, { failOn }: Report): string[] {
  const passes = fails(finding.severity, failOn) ? '' : ', does not fail';
  const lines = [`- **${finding.severity}**${passes}: ${markdownText(summarizeFinding(finding))}`];
  const place = (label: string, site: SourceSite | undefined): void => {
    if (!site) return;
    const library = libraryFrame(site);
    const by = library ? `, by ${markdownText(library.name)} at ${markdownCode(formatPlace(library.frame))}` : '';
    lines.push(`  - ${label} ${markdownCode(formatPlace(site))} in ${markdownCode(describeFunction(site))}${by}`);
  };
  lines.push(`  - 💡 ${markdownText(adviceOf(finding))}`);
  place('made at', finding.allocatedAt);
  place('kept at', finding.keptAt);
  const owes = libraryVerdict(finding);
  if (owes !== undefined) lines.push(`  - package: ${markdownText(owes)}`);
  if (finding.parts) lines.push(`  - with it ${markdownText(describeParts(finding.parts))}`);
  if (finding.retainedBy.length > 0)
    lines.push(
      `  - held by ${shortenPath(finding.retainedBy)
        .map((edge) => markdownCode(edge))
        .join(' → ')}`,
    );
  if (finding.retainedBytes >= 1) lines.push(`  - retains ${formatBytes(finding.retainedBytes)} in all`);
  if (finding.because) lines.push(`  - because ${markdownText(finding.because.reason)}`);
  const stack = finding.allocatedAt?.stack.slice(0, STACK_SHOWN) ?? [];
  if (stack.length > 1) {
    const frames = stack.map(
      (frame) => `- ${markdownCode(frame.function || '(anonymous)')} ${markdownCode(formatPlace(frame))}`,
    );
    lines.push('', ...folded('Stack', frames).map((line) => (line === '' ? '' : `  ${line}`)));
  }
  return lines;
}

function folded(summary: string, lines: readonly string[]): string[] {
  return [`<details><summary>${summary}</summary>`, '', ...lines, '', '</details>'];
}
