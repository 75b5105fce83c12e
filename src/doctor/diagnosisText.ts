import { formatDuration, plainText, painter } from '../support/index.ts';
import type { Diagnosed, Diagnosis, FindingState } from './model.ts';

const WORDS: Record<FindingState, string> = { ok: 'ok', note: 'note', problem: 'PROBLEM' };
const STYLES = { ok: 'green', note: 'yellow', problem: 'red' } as const;
/** Facts carry paths and whole messages of a browser that did not start. */
const FACT_LENGTH = 1500;

/** What is shown of a check; the editor adds some of its own. */
type Shown = Pick<Diagnosed, 'state' | 'title' | 'fact' | 'advice' | 'durationMs'>;

/** One result as aligned lines for a terminal; the state is a word, not only a colour. */
export function describeDiagnosed(
  { state, title, fact, advice }: Diagnosed,
  options: { colour?: boolean } = {},
): string {
  const word = WORDS[state].padEnd(8);
  const painted = painter(options.colour)(STYLES[state], word);
  const lines = [`${painted} ${title.padEnd(17)} ${plainText(fact, FACT_LENGTH)}`];
  if (advice !== undefined && state !== 'ok') lines.push(`${' '.repeat(27)}→ ${plainText(advice, FACT_LENGTH)}`);
  return `${lines.join('\n')}\n`;
}

/** The outcome of all checks in one line. */
export function describeOutcome({ checks }: { readonly checks: readonly Shown[] }): string {
  const problems = checks.filter(({ state }) => state === 'problem');
  const notes = checks.filter(({ state }) => state === 'note');
  if (problems.length > 0) return `Does not work yet: ${problems.map(({ title }) => title.toLowerCase()).join(', ')}.`;
  return notes.length > 0 ? 'Everything works; the notes are worth reading.' : 'Everything works.';
}

/** The whole diagnosis as Markdown, to read and to paste into an issue. */
export function diagnosisMarkdown(
  diagnosis: Omit<Diagnosis, 'checks'> & { readonly checks: readonly Shown[] },
): string {
  const { tool, system, at, checks } = diagnosis;
  const cell = (text: string) => plainText(text, FACT_LENGTH).replaceAll('|', String.raw`\|`);
  return [
    '# Leakwright Doctor',
    '',
    describeOutcome(diagnosis),
    '',
    `Leakwright ${tool.version} on ${system.platform} ${system.release} (${system.arch}), ${at}`,
    '',
    '| | | |',
    '| --- | --- | --- |',
    ...checks.map(({ state, title, fact, advice }) => {
      const todo = advice === undefined || state === 'ok' ? '' : ` **→ ${cell(advice)}**`;
      return `| ${WORDS[state]} | ${cell(title)} | ${cell(fact)}${todo} |`;
    }),
    '',
    `Took ${formatDuration(checks.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0))}.`,
    '',
  ].join('\n');
}
