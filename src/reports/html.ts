import { count, formatDuration, htmlText } from '../support/index.ts';
import type { CheckResult, Finding, SourceSite } from '../leaks/index.ts';
import { renderCharts, renderSurvivors } from './htmlCharts.ts';
import { HTML_STYLE } from './htmlStyle.ts';
import { type Report, countVerdicts } from './report.ts';
import { findingFacts } from './findingText.ts';
import { libraryReport } from './libraryReport.ts';
import {
  boundedToShow,
  explainedShare,
  formatPlace,
  summarizeCheck,
  summarizeCleanup,
  summarizeFinding,
  summarizeGrowth,
  summarizeMemory,
} from './wording.ts';

/** A run as one self-contained page: no script, nothing loaded. */
export function renderHtml(report: Report): string {
  const rows = report.checks.map(
    (check, index) =>
      `<tr><td><a href="#check-${index}">${htmlText(check.name)}</a></td>` +
      `<td class="${check.verdict}">${htmlText(summarizeCheck(check))}</td><td class="number">${formatDuration(check.durationMs)}</td></tr>`,
  );
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">` +
    `<title>${htmlText(`${headline(report)} – Leakwright`, 200)}</title><style>${HTML_STYLE}</style></head><body>\n` +
    `<header><h1>${htmlText(headline(report))}</h1><p class="quiet">Leakwright ${htmlText(report.tool.version)}, ` +
    `<time datetime="${htmlText(report.startedAt)}">${htmlText(report.startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'))}</time>, ${formatDuration(report.durationMs)}</p></header>\n` +
    `<main><div class="summary"><table><thead><tr><th scope="col">Check</th><th scope="col">Verdict</th><th scope="col" class="number">Time</th></tr></thead>` +
    `<tbody>${rows.join('\n')}</tbody></table></div>\n${report.checks.map(renderCheck).join('\n')}</main>\n</body></html>\n`
  );
}

function headline({ checks }: Report): string {
  const { leak, error, inconclusive, clean } = countVerdicts(checks);
  const parts = [
    leak > 0 ? `${leak} leaking` : '',
    error > 0 ? count(error, 'error') : '',
    inconclusive > 0 ? `${inconclusive} inconclusive` : '',
    clean > 0 ? `${clean} clean` : '',
  ].filter(Boolean);
  return `${count(checks.length, 'check')}: ${parts.join(', ') || 'none'}`;
}

function renderCheck(check: CheckResult, index: number): string {
  const parts = [
    `<h2 id="check-${index}">${htmlText(check.name)}</h2>`,
    `<p class="${check.verdict}"><strong>${htmlText(summarizeCheck(check))}</strong></p>`,
  ];
  if (check.error?.hint) parts.push(`<p>${htmlText(check.error.hint)}</p>`);
  parts.push(...check.findings.map(renderFinding));
  if (check.warnings.length > 0) parts.push(`<h3>Warnings</h3><div class="inconclusive">${list(check.warnings)}</div>`);
  parts.push(renderCharts(check));
  const { shown, more } = boundedToShow(check);
  if (shown.length > 0) {
    const lines = shown.map(({ name, reason, holder }) => `${name}${holder ? ` in ${holder}` : ''}: ${reason}`);
    const title = `What piled up and is no leak (${shown.length + more})`;
    parts.push(
      `<details><summary>${title}</summary>${list(more > 0 ? [...lines, `${more} more of the kind`] : lines)}</details>`,
    );
  }
  parts.push(renderFacts(check));
  return `<section aria-labelledby="check-${index}">${parts.join('\n')}</section>`;
}

function list(lines: readonly string[]): string {
  return `<ul>${lines.map((line) => `<li>${htmlText(line)}</li>`).join('')}</ul>`;
}

/** The command of the check, to run it again. */
function renderFacts(check: CheckResult): string {
  if (check.verdict === 'error' && check.samples.length === 0) return '';
  const iterations =
    check.mode === 'duration'
      ? count(check.iterations, 'operation')
      : `${check.warmup} warm-up, ${check.iterations} counted${check.escalatedTo ? `, followed to ${check.escalatedTo}` : ''}`;
  const growth = check.verdict === 'clean' ? '' : summarizeGrowth(check);
  const rows: [string, string][] = [
    ['Page', check.url],
    ['Browser', `${check.browser.name} ${check.browser.version}`],
    ['Iterations', iterations],
    ['Time skipped', check.skippedMs ? formatDuration(check.skippedMs) : ''],
    ['Growth', growth && `${growth} an iteration${explainedShare(check)}`],
    ['Memory', summarizeMemory(check) ?? ''],
    ['Clean-up', summarizeCleanup(check)],
  ];
  const facts = rows
    .filter(([, text]) => text !== '')
    .map(([label, text]) => `<dt>${label}</dt><dd>${htmlText(text)}</dd>`)
    .join('');
  return `<details><summary>How it was run</summary><dl>${facts}</dl></details>`;
}

const sentenceCase = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function renderPlace(site: SourceSite): string {
  return (
    `<code>${htmlText(formatPlace(site))}</code> in <code>${htmlText(site.role ?? (site.function || '(anonymous)'))}</code>` +
    (site.precision === 'function' ? ' <span class="quiet">(the function; the exact line is not known)</span>' : '')
  );
}

/** Text to paste into an issue of the package's authors. */
function renderLibraryReport(finding: Finding): string {
  const text = libraryReport(finding);
  if (text === undefined) return '';
  const lines = text.split('\n').map((line) => htmlText(line, 600));
  return `<details><summary>Report to ${htmlText(finding.library!.name)}</summary><pre>${lines.join('\n')}</pre></details>`;
}

function renderFinding(finding: Finding): string {
  const { allocatedAt, keptAt, survivors, ignored } = finding;
  const rows: [string, string][] = findingFacts(finding)
    .filter(({ quiet }) => quiet === undefined)
    .map(({ label, text }) => [
      sentenceCase(label),
      label === 'made in' ? renderPlace(allocatedAt!) : htmlText(text, 600),
    ]);
  const left = rows.find(([label]) => label === 'Left');
  if (left) left[1] = renderSurvivors(survivors);
  const facts = rows.map(([label, html]) => `<dt>${label}</dt><dd>${html}</dd>`).join('');
  const stack = (allocatedAt?.stack ?? keptAt?.stack ?? []).map(
    (frame) =>
      `<li><code>${htmlText(frame.function || '(anonymous)')}</code> <code class="quiet">${htmlText(formatPlace(frame))}</code></li>`,
  );
  const frames = stack.length > 1 ? `<details><summary>Stack</summary><ol>${stack.join('')}</ol></details>` : '';
  return (
    `<article${ignored === undefined ? '' : ' class="ignored"'}><p><span class="level">${ignored === undefined ? finding.severity : 'ignored'}</span> ` +
    `${htmlText(summarizeFinding(finding))}</p><dl>${facts}</dl>${frames}${renderLibraryReport(finding)}</article>`
  );
}
