import { markdownText } from '../../support/index.ts';

/**
 * Facts as a short table in Markdown, evidence (lines that begin with a dot) last. `Memory: 12 MB` has its name in the first
 * column. Names and titles come from pages and scripts, so they are escaped.
 */
export function factsTable(facts: readonly string[]): string {
  const evidence = facts.filter((fact) => fact.startsWith('· '));
  const rows = facts
    .filter((fact) => !fact.startsWith('· '))
    .map((fact) => {
      const named = /^([^:/\\]{1,24}): (.+)$/.exec(fact);
      return named ? `| ${markdownText(named[1]!)} | ${markdownText(named[2]!)} |` : `| | ${markdownText(fact)} |`;
    });
  const table = rows.length === 0 ? [] : ['| | |', '|---|---|', ...rows];
  const list = evidence.map((fact) => `- ${markdownText(fact.slice(2))}`);
  return [...table, ...(table.length > 0 && list.length > 0 ? [''] : []), ...list].join('\n');
}
