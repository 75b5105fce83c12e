/**
 * Facts as a short table in Markdown, evidence (lines that begin with a dot) last. `Memory: 12 MB` has its name in the first
 * column. Names and titles are whatever a page or a script says: nothing of them is read as Markdown.
 */
export function factsTable(facts: readonly string[]): string {
  const evidence = facts.filter((fact) => fact.startsWith('· '));
  const rows = facts
    .filter((fact) => !fact.startsWith('· '))
    .map((fact) => {
      const named = /^([^:/\\]{1,24}): (.+)$/.exec(fact);
      return named ? `| ${escaped(named[1]!)} | ${escaped(named[2]!)} |` : `| | ${escaped(fact)} |`;
    });
  const table = rows.length === 0 ? [] : ['| | |', '|---|---|', ...rows];
  const list = evidence.map((fact) => `- ${escaped(fact.slice(2))}`);
  return [...table, ...(table.length > 0 && list.length > 0 ? [''] : []), ...list].join('\n');
}

/** Every sign that Markdown, or HTML in it, reads. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~>$-]/g, String.raw`\$&`);
}
