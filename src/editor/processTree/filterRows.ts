import type { GroupRow, ProcessRow, Row, TreeRow } from './row.ts';

/**
 * The rows that match a text: a browser that matches with all below it, else its processes that do. All words must be
 * found, in whatever order, in what a row says or in the command line, owner, or addresses behind it.
 */
export function filterRows(groups: readonly GroupRow[], filter: string): readonly GroupRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return groups;
  return groups.flatMap((group): GroupRow[] => {
    const children = group.children.flatMap((row) => matching(row, words));
    return children.length === 0 ? [] : [{ ...group, children, expanded: true }];
  });
}

function matching(row: GroupRow['children'][number], words: readonly string[]): GroupRow['children'][number][] {
  if (matches(row, words)) return [row];
  if (row.kind !== 'tree') return [];
  // A word may be the browser's and another the page's: "checkout" of the session "smoke".
  const own = textOf(row);
  const rest = words.filter((word) => !own.includes(word));
  const children = row.children.flatMap((child): (typeof row.children)[number][] => {
    if (matches(child, rest)) return [child];
    if (child.kind !== 'helpers') return child.children.some((part) => matches(part, rest)) ? [child] : [];
    const found = child.children.filter((helper) => matches(helper, rest));
    return found.length === 0 ? [] : [{ ...child, children: found, expanded: true }];
  });
  return children.length === 0 ? [] : [{ ...row, children, expanded: true }];
}

function matches(row: Row, words: readonly string[]): boolean {
  const text = textOf(row);
  return words.every((word) => text.includes(word));
}

function textOf(row: Row): string {
  return [row.look.label, row.look.description, ...behind(row)].join('\n').toLowerCase();
}

function behind(row: Row): readonly string[] {
  switch (row.kind) {
    case 'group':
    case 'helpers':
    case 'holdings':
      return [];
    case 'session':
      return row.session.urls;
    case 'tree': {
      // Not its pages: who looks for one wants its row, not all of the browser.
      const { owned, sample } = row.shown;
      return [owned?.owner?.name ?? '', sample.tree.profile?.path ?? '', ...ofProcess(row)];
    }
    case 'process': {
      const parts = row.shown.pages.get(row.sample.process.info.pid)?.parts ?? [];
      return [...ofProcess(row), ...parts.flatMap(({ url, title }) => [url, title ?? ''])];
    }
    case 'part':
      return [row.part.url];
    case 'program': {
      const { info } = row.program;
      return [String(info.pid), ...info.commandLine];
    }
    case 'leftover':
      return [row.leftover.path];
  }
}

function ofProcess(row: TreeRow | ProcessRow): readonly string[] {
  const { pid, name } = row.kind === 'tree' ? row.shown.sample.tree.root : row.sample.process.info;
  return [String(pid), name];
}
