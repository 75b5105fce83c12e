import type { Leftover, ProcessRole, ProcessSample, TreeSample } from '../../browsers/index.ts';
import type { NodeProgram } from '../../machine/index.ts';
import { sameProcess } from '../../processes/index.ts';
import type { SessionInfo } from '../../sessions/index.ts';
import { lookOfLeftover, lookOfLeftovers } from './leftoverText.ts';
import { lookOfProgram } from './programText.ts';
import { lookOfPart } from './rendererText.ts';
import type {
  GroupName,
  GroupRow,
  HelpersRow,
  LeftoverRow,
  PartRow,
  ProcessRow,
  ProgramRow,
  SessionRow,
  ShownTree,
  TreeRow,
} from './row.ts';
import { lookOfGroup, lookOfHelpers, lookOfProcess, lookOfTree } from './rowText.ts';
import { holdingsRow, sessionRow } from './sessionText.ts';
import type { SteadyNumbers } from './steadyNumbers.ts';

/** `role`: browsers as they started, processes by what they are. `memory`: the largest first, in each group and browser. */
export type RowOrder = 'role' | 'memory';

const GROUPS: readonly GroupName[] = [
  'managed',
  'debug',
  'automation',
  'orphans',
  'unknown',
  'programs',
  'personal',
  'leftovers',
];
/** A person's own browsers and programs are there to compare with, and files do not hurt today: they are collapsed at first. */
const COLLAPSED: ReadonlySet<GroupName> = new Set(['programs', 'personal', 'leftovers']);

/** Browser first, then what pages run in, then what serves them. */
const ROLE_ORDER: readonly ProcessRole[] = [
  'driver',
  'browser',
  'browser-ui',
  'renderer',
  'gpu',
  'utility',
  'zygote',
  'crashpad',
  'other',
];

/** What serves a browser's pages and has none itself. */
const HELPERS: ReadonlySet<ProcessRole> = new Set(['gpu', 'utility', 'zygote', 'crashpad', 'other']);

/** The view's rows: groups that hold something, trees and programs in start order, processes by role and then start, files by age. */
export function buildRows(
  trees: readonly ShownTree[],
  steady: SteadyNumbers,
  leftovers: readonly Leftover[] = [],
  sessions: readonly SessionInfo[] = [],
  order: RowOrder = 'role',
  programs: readonly NodeProgram[] = [],
): GroupRow[] {
  const byGroup = new Map<GroupName, (TreeRow | SessionRow | ProgramRow | LeftoverRow)[]>();
  // Folders that cannot be removed yet do not hide the welcome text.
  const isOfUse =
    trees.length + sessions.length + programs.length > 0 ||
    leftovers.some(({ removable, ripensInMs }) => removable || ripensInMs !== undefined);
  if (leftovers.length > 0 && isOfUse) byGroup.set('leftovers', leftovers.map(leftoverRow));
  if (programs.length > 0) {
    byGroup.set(
      'programs',
      programs.map((program) => programRow(program, steady)),
    );
  }
  for (const shown of trees) {
    const group = groupOf(shown);
    const rows = byGroup.get(group) ?? [];
    rows.push(treeRow(shown, steady, order));
    byGroup.set(group, rows);
  }
  const elsewhere = sessions.filter((session) => isElsewhere(session, trees));
  if (elsewhere.length > 0) byGroup.set('managed', [...(byGroup.get('managed') ?? []), ...elsewhere.map(sessionRow)]);
  if (order === 'memory') for (const rows of byGroup.values()) rows.sort(byRowMemory(steady));
  steady.sweep();
  return GROUPS.flatMap((group): GroupRow[] => {
    const children = byGroup.get(group);
    if (!children) return [];
    return [
      {
        kind: 'group',
        id: `group ${group}`,
        group,
        look: group === 'leftovers' ? lookOfLeftovers(leftovers) : lookOfGroup(group, children.length),
        expanded: !COLLAPSED.has(group),
        children,
      },
    ];
  });
}

/** Whether no tree shows a session: its browser is not on this machine, or is another session's as well. */
function isElsewhere({ id, root }: SessionInfo, trees: readonly ShownTree[]): boolean {
  if (trees.some(({ session }) => session?.id === id)) return false;
  // One that was launched just now has no tree before the next sample.
  return root === undefined || trees.some(({ session }) => session?.root && sameProcess(session.root, root));
}

function groupOf({ owned, session }: ShownTree): GroupName {
  if (session) return 'managed';
  switch (owned?.status) {
    case 'managed':
      return 'managed';
    case 'owned':
    case 'abandoned': {
      const kind = owned.owner?.kind;
      return kind === 'debug' || kind === 'task' || kind === 'terminal' ? 'debug' : 'automation';
    }
    case 'orphan':
      return 'orphans';
    case 'personal':
      return 'personal';
    case 'unknown':
    case undefined:
      return 'unknown';
  }
}

function treeRow(shown: ShownTree, steady: SteadyNumbers, order: RowOrder): TreeRow {
  const processes = [...shown.sample.processes].sort(byRole);
  if (order === 'memory') processes.sort((a, b) => shownBytes(b, steady) - shownBytes(a, steady));
  return {
    kind: 'tree',
    id: `tree ${shown.sample.key}`,
    look: lookOfTree(shown, steady),
    shown,
    children: [...(shown.session ? [holdingsRow(shown.session)] : []), ...processRows(shown, processes, steady, order)],
  };
}

/** One row a process. Two or more helper processes (a Chromium has about eight) share one row, the last. */
function processRows(
  shown: ShownTree,
  processes: readonly ProcessSample[],
  steady: SteadyNumbers,
  order: RowOrder,
): (ProcessRow | HelpersRow)[] {
  const rowOf = (sample: ProcessSample): ProcessRow => ({
    kind: 'process',
    id: `process ${sample.key}`,
    look: lookOfProcess(sample, shown.pages, steady),
    shown,
    sample,
    children: partRows(shown, sample),
  });
  const helpers = processes.filter(({ process }) => HELPERS.has(process.role));
  // Who sorts by memory asks which process costs most, whatever it is.
  if (helpers.length < 2 || order === 'memory') return processes.map(rowOf);
  return [
    ...processes.filter((sample) => !helpers.includes(sample)).map(rowOf),
    {
      kind: 'helpers',
      id: `helpers ${shown.sample.key}`,
      look: lookOfHelpers(helpers, steady),
      shown,
      children: helpers.map(rowOf),
    },
  ];
}

function programRow(program: NodeProgram, steady: SteadyNumbers): ProgramRow {
  return {
    kind: 'program',
    id: `program ${program.key}`,
    look: lookOfProgram(program, steady),
    program,
    children: [],
  };
}

function leftoverRow(leftover: Leftover): LeftoverRow {
  return {
    kind: 'leftover',
    id: `leftover ${leftover.path}`,
    look: lookOfLeftover(leftover),
    leftover,
    children: [],
  };
}

/** What a renderer holds beside each other; one thing alone is in the renderer's own name. */
function partRows(shown: ShownTree, sample: ProcessSample): PartRow[] {
  const parts = shown.pages.get(sample.process.info.pid)?.parts ?? [];
  if (parts.length < 2) return [];
  return parts.map((part): PartRow => ({
    kind: 'part',
    id: `part ${sample.key} ${part.id}`,
    look: lookOfPart(part),
    shown,
    sample,
    part,
    children: [],
  }));
}

/** As the row shows it, so that rows do not change places for a difference that is not shown. */
function shownBytes({ key, memory }: TreeSample | ProcessSample | NodeProgram, steady: SteadyNumbers): number {
  return memory ? steady.bytes(key, memory.pssBytes) : 0;
}

function byRowMemory(steady: SteadyNumbers) {
  const bytes = (row: GroupRow['children'][number]) => {
    if (row.kind === 'tree') return shownBytes(row.shown.sample, steady);
    return row.kind === 'program' ? shownBytes(row.program, steady) : 0;
  };
  return (a: GroupRow['children'][number], b: GroupRow['children'][number]) => bytes(b) - bytes(a);
}

function byRole(a: ProcessSample, b: ProcessSample): number {
  return (
    ROLE_ORDER.indexOf(a.process.role) - ROLE_ORDER.indexOf(b.process.role) ||
    a.process.info.startTime - b.process.info.startTime ||
    a.process.info.pid - b.process.info.pid
  );
}
