import { MarkdownString, Uri } from 'vscode';
import type { Finding, SourceFrame } from '../../leaks/index.ts';
import { excerptOf, excerptText } from '../../reports/index.ts';
import { formatBytes, markdownCode, markdownText } from '../../support/index.ts';
import { t } from '../translate.ts';
import { placeOf } from './problem.ts';
import { findingSentence, leakLevel, partsOf } from './sentences.ts';

/** A place as a link that opens it, or as a word where it is no file of the folder. */
function placeLink(frame: SourceFrame, folder: string): string {
  const place = placeOf(frame, folder);
  const label = markdownText(`${frame.file}:${frame.line}`);
  if (!place) return label;
  const uri = Uri.file(place.path).with({ fragment: `L${place.line},${place.column}` });
  return `[${label}](${uri.toString()})`;
}

/** A fence longer than any in the code. Without a language: the marked line is no code. */
function codeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/**
 * The code where a leak is made, and where it is kept if that is elsewhere. The text of a bundle without a source map is what the
 * check has read.
 */
function excerpts({ allocatedAt, keptAt }: Finding, folder: string): string[] {
  const shown = new Map<string, string>();
  for (const site of [allocatedAt, keptAt]) {
    if (!site || shown.has(`${site.file}:${site.line}`)) continue;
    const lines = excerptOf(site, folder);
    const text = lines ? excerptText(lines) : site.excerpt;
    if (text !== undefined && text !== '') shown.set(`${site.file}:${site.line}`, text);
  }
  return [...shown].map(([place, text]) => `${markdownText(place)}\n\n${codeBlock(text)}`);
}

/**
 * What a person wants to know of a leak at its line: what to do, how fast it grows, where it is made and put, what holds it.
 *
 * @param folder the absolute path that the finding's files are relative to
 */
export function describeFinding(finding: Finding, folder: string): MarkdownString {
  const lines = [`**${leakLevel(finding)}:** ${markdownCode(findingSentence(finding))}`];
  const facts: string[] = [];
  const fact = (name: string, value: string) => facts.push(`| ${name} | ${value.replaceAll('|', String.raw`\|`)} |`);
  const { allocatedAt, keptAt } = finding;
  if (finding.ignored !== undefined) fact(t('Ignored'), markdownCode(finding.ignored));
  if (allocatedAt) {
    const vague = allocatedAt.precision === 'function' ? ` (${t('the function; the exact line is not known')})` : '';
    fact(
      t('Made in'),
      `${markdownCode(allocatedAt.function || '(anonymous)')} ${placeLink(allocatedAt, folder)}${vague}`,
    );
  }
  if (keptAt) fact(t('Kept at'), `${markdownCode(keptAt.function || '(anonymous)')} ${placeLink(keptAt, folder)}`);
  if (finding.survivors.length > 0) {
    fact(t('Survivors'), `${markdownCode(finding.survivors.join(' '))} ${t('of each iteration')}`);
  }
  if (finding.bytesPerIteration >= 1) {
    fact(t('Growth'), t('{0} an iteration', formatBytes(finding.bytesPerIteration)));
  }
  if (finding.retainedBytes > 0) fact(t('Retains'), formatBytes(finding.retainedBytes));
  for (const excerpt of excerpts(finding, folder)) lines.push('', excerpt);
  if (facts.length > 0) lines.push('', `| | |\n|---|---|\n${facts.join('\n')}`);
  if (finding.retainedBy.length > 0) {
    lines.push('', `${t('Held by')} ${finding.retainedBy.map((name) => markdownCode(name)).join(' → ')}`);
  }
  const advice = finding.advice;
  if (advice !== undefined) lines.splice(1, 0, '', markdownText(advice));
  const parts = partsOf(finding);
  if (parts.length > 0)
    lines.push(
      '',
      `${t('With it stay')} ${parts
        .slice(0, 8)
        .map((name) => markdownCode(name))
        .join(', ')}`,
    );
  const reason = finding.because?.reason;
  if (reason !== undefined) lines.push('', `${t('Why it counts:')} ${markdownCode(reason)}`);
  const text = new MarkdownString(lines.join('\n'));
  text.supportThemeIcons = false;
  return text;
}
