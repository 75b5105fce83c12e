import { count, formatBytes, formatDuration, plainText } from '../support/index.ts';
import type { CheckResult, Finding, SourceSite } from '../leaks/index.ts';
import { type Report, fails } from './report.ts';
import { boundedToShow, formatPlace, summarizeCheck, summarizeFinding } from './wording.ts';

const MARK = { leak: '🔴', clean: '🟢', inconclusive: '🟡', error: '⛔' } as const;

/** GitHub takes comments of 65,536 characters; what is beyond is in the other reports. */
const MAX_CHARACTERS = 60_000;
const MAX_FINDINGS = 20;
const STACK_SHOWN = 6;

/** Text from a page or a file name as literal Markdown: no tag, link, table cell or emphasis may come of it. */
function escapeMarkdown(text: string): string {
  return plainText(text, 400).replace(/[\\`*_{}[\]<>()#+!|~&]/g, (character) => `\\${character}`);
}

/** As code; a backtick in it would end it. */
function code(text: string): string {
  return `\`${plainText(text, 400).replaceAll('`', 'ˋ') || ' '}\``;
}

/** A run as a comment for a pull request: the answer first, then what leaks and where, the rest folded away. */
export function renderMarkdown(report: Report): string {
  const lines = [`## ${headline(report)}`, '', '| check | verdict | time |', '|---|---|---:|'];
  for (const check of report.checks) {
    lines.push(
      `| ${escapeMarkdown(check.name)} | ${MARK[check.verdict]} ${escapeMarkdown(summarizeCheck(check))} | ${formatDuration(check.durationMs)} |`,
    );
  }
  for (const check of report.checks) lines.push(...renderCheck(check, report));
  lines.push('', `<sub>Leakwright ${plainText(report.tool.version)}, ${formatDuration(report.durationMs)}</sub>`);
  const text = lines.join('\n');
  if (text.length <= MAX_CHARACTERS) return `${text}\n`;
  const cut = text.lastIndexOf('\n- **', MAX_CHARACTERS);
  return `${text.slice(0, cut > 0 ? cut : MAX_CHARACTERS)}\n\n… and more: the whole report is too long for a comment.\n`;
}

function headline(report: Report): string {
  const { checks } = report;
  const by = (verdict: CheckResult['verdict']): number => checks.filter((check) => check.verdict === verdict).length;
  const mark = (['error', 'leak', 'inconclusive'] as const).find((verdict) => by(verdict) > 0) ?? 'clean';
  const leaks = checks.flatMap(({ findings }) => findings).filter(({ ignored }) => ignored === undefined);
  const failing = leaks.filter(({ severity }) => fails(severity, report.failOn)).length;
  const parts = [
    leaks.length > 0
      ? `${count(leaks.length, 'memory leak')}${failing < leaks.length ? `, ${failing} failing` : ''}`
      : '',
    by('error') > 0 ? `${count(by('error'), 'check')} could not be made` : '',
    by('inconclusive') > 0 ? `${by('inconclusive')} inconclusive` : '',
  ].filter(Boolean);
  return `${MARK[mark]} Leakwright: ${parts.join(', ') || 'no memory leaks'}`;
}

function renderCheck(check: CheckResult, report: Report): string[] {
  const leaks = check.findings.filter(({ ignored }) => ignored === undefined);
  const ignored = check.findings.filter((finding) => finding.ignored !== undefined);
  const lines: string[] = [];
  for (const finding of leaks.slice(0, MAX_FINDINGS)) lines.push('', ...renderFinding(finding, report));
  if (leaks.length > MAX_FINDINGS) lines.push('', `… and ${leaks.length - MAX_FINDINGS} more.`);
  if (check.error?.hint) lines.push('', escapeMarkdown(check.error.hint));
  if (leaks.length > 0) {
    lines.push(...check.recommendations.slice(0, MAX_FINDINGS).map((advice) => `\n> 💡 ${escapeMarkdown(advice)}`));
  }
  const { shown, more } = boundedToShow(check);
  const aside = [
    ...check.warnings.map((warning) => `- ⚠️ ${escapeMarkdown(warning)}`),
    ...ignored.map(
      (finding) => `- ignored (${escapeMarkdown(finding.ignored!)}): ${escapeMarkdown(summarizeFinding(finding))}`,
    ),
    ...shown.map(({ name, reason }) => `- not a leak: ${escapeMarkdown(name)} (${escapeMarkdown(reason)})`),
    ...(more > 0 ? [`- not a leak: ${more} more of the kind`] : []),
    ...check.cleanup.issues.map((issue) => `- ⚠️ clean-up: ${escapeMarkdown(issue)}`),
  ];
  if (aside.length > 0) lines.push('', ...folded('Warnings, and what is no leak', aside));
  return lines.length === 0 ? [] : ['', `### ${escapeMarkdown(check.name)}`, ...lines];
}

function renderFinding(finding: Finding, { failOn }: Report): string[] {
  const passes = fails(finding.severity, failOn) ? '' : ', does not fail';
  const lines = [`- **${finding.severity}**${passes}: ${escapeMarkdown(summarizeFinding(finding))}`];
  const place = (label: string, site: SourceSite | undefined): void => {
    if (!site) return;
    const start = site.precision === 'function' ? ' (the function; the exact line is not known)' : '';
    lines.push(`  - ${label} ${code(formatPlace(site))} in ${code(site.function || '(anonymous)')}${start}`);
  };
  place('made at', finding.allocatedAt);
  place('kept at', finding.keptAt);
  if (finding.retainedBy.length > 0)
    lines.push(`  - held by ${finding.retainedBy.map((edge) => code(edge)).join(' → ')}`);
  if (finding.retainedBytes > 0) lines.push(`  - retains ${formatBytes(finding.retainedBytes)}`);
  const stack = finding.allocatedAt?.stack.slice(0, STACK_SHOWN) ?? [];
  if (stack.length > 1) {
    const frames = stack.map((frame) => `- ${code(frame.function || '(anonymous)')} ${code(formatPlace(frame))}`);
    lines.push('', ...folded('Stack', frames).map((line) => (line === '' ? '' : `  ${line}`)));
  }
  return lines;
}

function folded(summary: string, lines: readonly string[]): string[] {
  return [`<details><summary>${summary}</summary>`, '', ...lines, '', '</details>'];
}
