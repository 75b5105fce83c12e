import type { BrowserProcess, TreeMemory } from '../browsers/index.ts';
import type { OwnershipStatus, LeftServer, OwnedTree } from '../orphans/index.ts';
import { identityKey } from '../processes/index.ts';
import { count, formatBytes, formatDuration, plainText, type Paint, painter } from '../support/index.ts';

const STATUS_STYLE: Record<OwnershipStatus, Parameters<Paint>[0]> = {
  orphan: 'red',
  abandoned: 'yellow',
  unknown: 'yellow',
  managed: 'green',
  owned: 'green',
  personal: 'dim',
};

/** Shorter pauses are part of any work. */
const IDLE_TOLD_MS = 10 * 60_000;

interface Row {
  readonly label: string;
  readonly pid: string;
  readonly memory: string;
  readonly own: string;
  readonly age: string;
}

const COLUMNS: readonly { key: keyof Row; title: string; right: boolean }[] = [
  { key: 'label', title: '', right: false },
  { key: 'pid', title: 'PID', right: true },
  { key: 'memory', title: 'MEMORY', right: true },
  { key: 'own', title: 'PRIVATE', right: true },
  { key: 'age', title: 'AGE', right: true },
];

/** The forest as aligned text: a heading a tree, a row a process. In colour with `colour`. */
export function renderTrees(snapshot: TreeSnapshot, options: { colour?: boolean } = {}): string {
  const paint = painter(options.colour);
  const left = renderServers(snapshot);
  if (snapshot.trees.length === 0) return `No browser is running.\n${left}`;

  const rowsOf = new Map(snapshot.trees.map((view) => [view, processRows(view, snapshot.at)]));
  const all = [...rowsOf.values()].flat();
  const widths = COLUMNS.map(({ key, title }) => Math.max(title.length, ...all.map((row) => row[key].length)));
  const line = (row: Row) =>
    COLUMNS.map(({ key, right }, index) =>
      right ? row[key].padStart(widths[index]!) : row[key].padEnd(widths[index]!),
    )
      .join('  ')
      .trimEnd();

  const titles = Object.fromEntries(COLUMNS.map(({ key, title }) => [key, title])) as unknown as Row;
  const lines: string[] = [paint('dim', line(titles))];
  for (const view of snapshot.trees) {
    lines.push(heading(view, paint));
    for (const row of rowsOf.get(view)!) lines.push(line(row));
    lines.push('');
  }
  const total = snapshot.trees.reduce((sum, view) => sum + view.memory.pssBytes, 0);
  lines.push(`${count(snapshot.trees.length, 'browser')}, ${formatBytes(total)}`);
  return `${lines.join('\n')}\n${left}`;
}

/** Servers without a client, with the evidence; empty when there is none. */
function renderServers({ servers, at }: TreeSnapshot): string {
  if (servers.length === 0) return '';
  const lines = servers.map(({ process: info, name, browsers, evidence }) => {
    const what = browsers.length === 0 ? 'no browser' : `browser ${browsers.join(', ')}`;
    const age = formatDuration(Math.max(0, at - info.startedAtMs));
    return `  ${name} (pid ${info.pid})  ${formatBytes(info.rssBytes)}, ${age} old, ${what}\n    - ${plainText(evidence.at(-1)!.fact, 300)}`;
  });
  return `\nServers that have lost their client:\n${lines.join('\n')}\n`;
}

function heading(view: TreeView, paint: Paint): string {
  const { tree, owner, status } = view.owned;
  const name = [tree.product, tree.version, tree.headless ? '(headless)' : ''].filter(Boolean).join(' ');
  const tool = tree.automatedBy === 'unknown tool' ? 'a program' : tree.automatedBy;
  const by = tool ? `, driven by ${tool}` : '';
  const ownedBy = owner ? `, owner ${plainText(owner.name, 60)}${owner.alive ? '' : ' (gone)'}` : '';
  const memory = `${view.memory.exact ? '' : 'about '}${formatBytes(view.memory.pssBytes)}`;
  const idle =
    view.owned.idle && view.owned.idle.forMs >= IDLE_TOLD_MS
      ? `, idle for ${formatDuration(view.owned.idle.forMs)}`
      : '';
  const whose = paint(STATUS_STYLE[status], status);
  return `${paint('bold', plainText(name))}  ${memory}  ${whose}${by}${ownedBy}${idle}`;
}

function processRows(view: TreeView, at: number): Row[] {
  const depths = depthsOf(view.owned.tree.processes);
  return view.owned.tree.processes.map((process) => {
    const memory = view.memory.processes.get(identityKey(process.info));
    const label = `${'  '.repeat(1 + (depths.get(process.info.pid) ?? 0))}${describeProcess(process)}`;
    return {
      label,
      pid: String(process.info.pid),
      memory: memory ? `${memory.exact ? '' : '~'}${formatBytes(memory.pssBytes)}` : '',
      own: memory?.exact ? formatBytes(memory.ussBytes) : '',
      age: formatDuration(Math.max(0, at - process.info.startedAtMs)),
    };
  });
}

function describeProcess(process: BrowserProcess): string {
  const detail = process.detail ? ` (${plainText(process.detail, 40)})` : '';
  const state = process.info.state === 'stopped' ? ', stopped' : '';
  const name = process.role === 'other' ? plainText(process.info.name, 30) : process.role;
  return `${name}${detail}${state}`;
}

/** How deep each process lies below the tree's root, by pid. */
function depthsOf(processes: readonly BrowserProcess[]): Map<number, number> {
  const parents = new Map(processes.map(({ info }) => [info.pid, info.ppid]));
  const depths = new Map<number, number>();
  for (const { info } of processes) {
    let depth = 0;
    // The table is a sample of a changing system: a loop in it must not become one here.
    for (let pid = info.ppid; parents.has(pid) && depth < processes.length; pid = parents.get(pid)!) depth += 1;
    depths.set(info.pid, depth);
  }
  return depths;
}

/** One browser tree with whose it is and what it costs. */
export interface TreeView {
  readonly owned: OwnedTree;
  readonly memory: TreeMemory;
}

export interface TreeSnapshot {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly trees: readonly TreeView[];
  readonly servers: readonly LeftServer[];
}
