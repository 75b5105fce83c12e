import { MarkdownString, Uri } from 'vscode';
import type { Finding, SourceFrame } from '../../leaks/index.ts';
import { formatBytes, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';
import { placeOf } from './problem.ts';
import { adviceOf, findingSentence, leakLevel, partsOf, reasonOf } from './sentences.ts';

/** Names come from the page: in a code span nothing of them is read as Markdown. */
export function inCode(text: string): string {
  return `\`${plainText(text, 300).replaceAll('`', "'")}\``;
}

/** A place as a link that opens it, or as a word where it is no file of the folder. */
function placeLink(frame: SourceFrame, folder: string): string {
  const place = placeOf(frame, folder);
  const label = plainText(`${frame.file}:${frame.line}`).replaceAll(/[[\]\\`*_<>]/g, String.raw`\$&`);
  if (!place) return label;
  const uri = Uri.file(place.path).with({ fragment: `L${place.line},${place.column}` });
  return `[${label}](${uri.toString()})`;
}

/**
 * What a person wants to know of a leak at its line: how fast it grows, where it is made and put, and what holds it.
 *
 * @param folder the absolute path that the finding's files are relative to
 */
export function describeFinding(finding: Finding, folder: string): MarkdownString {
  const lines = [`**${leakLevel(finding)}:** ${inCode(findingSentence(finding))}`];
  const facts: string[] = [];
  const fact = (name: string, value: string) => facts.push(`| ${name} | ${value.replaceAll('|', String.raw`\|`)} |`);
  const { allocatedAt, keptAt } = finding;
  if (finding.ignored !== undefined) fact(t('Ignored'), inCode(finding.ignored));
  if (allocatedAt) {
    const vague = allocatedAt.precision === 'function' ? ` (${t('the function; the exact line is not known')})` : '';
    fact(t('Made in'), `${inCode(allocatedAt.function || '(anonymous)')} ${placeLink(allocatedAt, folder)}${vague}`);
  }
  if (keptAt) fact(t('Kept at'), `${inCode(keptAt.function || '(anonymous)')} ${placeLink(keptAt, folder)}`);
  if (finding.survivors.length > 0) {
    fact(t('Survivors'), `${inCode(finding.survivors.join(' '))} ${t('of each iteration')}`);
  }
  if (finding.bytesPerIteration >= 1) {
    fact(t('Growth'), t('{0} an iteration', formatBytes(finding.bytesPerIteration)));
  }
  if (finding.retainedBytes > 0) fact(t('Retains'), formatBytes(finding.retainedBytes));
  if (facts.length > 0) lines.push('', `| | |\n|---|---|\n${facts.join('\n')}`);
  if (finding.retainedBy.length > 0) {
    lines.push('', `${t('Held by')} ${finding.retainedBy.map(inCode).join(' → ')}`);
  }
  const advice = adviceOf(finding);
  if (advice !== undefined)
    lines.splice(1, 0, '', plainText(advice, 400).replaceAll(/[[\]\\`*_<>|]/g, String.raw`\$&`));
  const parts = partsOf(finding);
  if (parts.length > 0) lines.push('', `${t('With it stay')} ${parts.slice(0, 8).map(inCode).join(', ')}`);
  const reason = reasonOf(finding);
  if (reason !== undefined) lines.push('', `${t('Why it counts:')} ${inCode(reason)}`);
  const text = new MarkdownString(lines.join('\n'));
  text.supportThemeIcons = false;
  return text;
}
