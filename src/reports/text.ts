import { count, eachText, formatDuration, plainText, type Paint, painter } from '../support/index.ts';
import { type CheckResult, type Finding, leaksOf } from '../leaks/index.ts';
import { type Report, countVerdicts } from './report.ts';
import { findingFacts, withoutMapNote } from './findingText.ts';
import {
  FINDINGS_SHOWN,
  boundedToShow,
  explainedShare,
  formatPlace,
  placeOfFinding,
  summarizeCheck,
  summarizeCleanup,
  summarizeFinding,
  summarizeGrowth,
  summarizeMemory,
  withCounterWords,
} from './wording.ts';

const VERDICT_STYLE = { leak: 'red', clean: 'green', inconclusive: 'yellow', error: 'red' } as const;

/** Characters of any one text. */
const MAX_CHARACTERS = 2000;

/** A run for a person: one block a check, then a line that sums up. */
export function renderText(report: Report, options: { colour?: boolean } = {}): string {
  const paint = painter(options.colour);
  const safe = eachText(report, (text) => plainText(text, MAX_CHARACTERS));
  const blocks = safe.checks.map((check) => renderCheck(check, paint));
  return `${[...blocks, renderTotals(safe, paint)].join('\n\n')}\n`;
}

function renderCheck(check: CheckResult, paint: Paint): string {
  const style = VERDICT_STYLE[check.verdict];
  const lines = [
    `${paint('bold', plainText(check.name))}  ${paint('dim', formatDuration(check.durationMs))}`,
    `  ${paint([style, 'bold'], summarizeCheck(check))}`,
  ];
  if (check.error?.hint) lines.push(`  ${check.error.hint}`);
  if (check.error?.screenshot) lines.push(`  A picture of the page: ${plainText(check.error.screenshot, 400)}`);
  for (const finding of check.findings.slice(0, FINDINGS_SHOWN)) lines.push('', ...renderFinding(finding, paint));
  const others = check.findings.length - FINDINGS_SHOWN;
  if (others > 0)
    lines.push('', `  ${paint('dim', `and ${count(others, 'smaller finding')} (all are in the JSON report)`)}`);
  const note = withoutMapNote(check.findings.slice(0, FINDINGS_SHOWN));
  if (note !== undefined) lines.push('', `  ${paint('yellow', 'note     ')} ${plainText(note, 600)}`);
  const { shown, more } = boundedToShow(check);
  if (shown.length > 0) lines.push('');
  for (const bounded of shown)
    lines.push(`  ${paint('dim', `not a leak: ${plainText(bounded.name)} (${bounded.reason})`)}`);
  if (more > 0) lines.push(`  ${paint('dim', `not a leak: ${more} more of the kind`)}`);
  if (check.verdict !== 'error') lines.push('', ...renderFacts(check, paint));
  for (const warning of check.warnings)
    lines.push(`  ${paint('yellow', 'warning  ')} ${plainText(withCounterWords(warning), 400)}`);
  return lines.join('\n');
}

function renderFinding(finding: Finding, paint: Paint): string[] {
  const site = placeOfFinding(finding);
  const level = finding.ignored === undefined ? `${finding.severity} leak` : 'ignored leak';
  const head = `${level}: ${plainText(summarizeFinding(finding))}`;
  const lines = [
    site ? `  ${paint('underline', formatPlace(site))}: ${paint('red', head)}` : `  ${paint('red', head)}`,
  ];
  for (const { label, text, quiet } of findingFacts(finding)) {
    const shown = plainText(text, 600);
    lines.push(`      ${paint('dim', label.padEnd(9))} ${quiet ? paint('dim', shown) : shown}`);
  }
  return lines;
}

function renderFacts(check: CheckResult, paint: Paint): string[] {
  const row = (label: string, text: string) => `  ${paint('dim', label.padEnd(9))} ${text}`;
  const memory = summarizeMemory(check);
  // A clean page's counters move too (a cache trimmed, code discarded), so small changes are not shown.
  const growth = check.verdict === 'clean' ? '' : summarizeGrowth(check);
  const iterations = check.escalatedTo
    ? `followed to ${check.escalatedTo}`
    : `${check.warmup} warm-up, ${check.iterations} counted`;
  // Virtual time: the page's clock advanced more than real time passed.
  const skipped = (check.skippedMs ?? 0) >= 1000 ? `, ${formatDuration(check.skippedMs!)} of its time skipped` : '';
  return [
    row('browser', `${check.browser.name} ${check.browser.version}; iterations: ${iterations}${skipped}`),
    ...(growth ? [row('growth', `${growth} an iteration${explainedShare(check)}`)] : []),
    ...(memory === undefined ? [] : [row('memory', memory)]),
    row('clean-up', check.cleanup.successful ? summarizeCleanup(check) : paint('yellow', summarizeCleanup(check))),
  ];
}

/** Leaks named again at the end of a run. */
const TOTALS_SHOWN = 5;

function renderTotals(report: Report, paint: Paint): string {
  const { leak, clean, inconclusive, error } = countVerdicts(report.checks);
  const parts = [
    leak ? paint('red', `${leak} leaking`) : '',
    clean ? paint('green', `${clean} clean`) : '',
    inconclusive ? paint('yellow', `${inconclusive} inconclusive`) : '',
    error ? paint('red', count(error, 'error')) : '',
  ].filter(Boolean);
  const total = `${count(report.checks.length, 'check')}: ${parts.join(', ') || 'none'} (${formatDuration(report.durationMs)})`;
  // A terminal shows the end: which leaks, once more and in few words.
  const leaks = leaksOf(report.checks.flatMap(({ findings }) => findings));
  const lines = leaks.slice(0, TOTALS_SHOWN).map((finding) => {
    const site = placeOfFinding(finding);
    return `  ${paint('red', 'leak')}  ${site ? `${formatPlace(site)}  ` : ''}${plainText(finding.name, 120)}`;
  });
  const more = leaks.length > TOTALS_SHOWN ? [`  and ${leaks.length - TOTALS_SHOWN} more`] : [];
  const summary = [total, ...lines, ...more].join('\n');
  const passes = report.failOn !== undefined && leak > 0 && report.exitCode !== 1;
  return passes ? `${summary}\nNo leak is ${report.failOn} or worse, so none fails this run (--fail-on).` : summary;
}
