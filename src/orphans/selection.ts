import { existsSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Automation, Leftover } from '../browsers/index.ts';
import type { ProcessReader } from '../processes/index.ts';
import type { CleanUpPlan, PlannedLeftover, PlannedTree } from './cleanUpModel.ts';
import type { OwnedTree } from './model.ts';

/** Which part of a plan to carry out. The rest stays in the plan with action `leave`. */
export interface Selection {
  /** Browsers that started, and folders that were last changed, at least this long ago, in ms. */
  readonly olderThanMs?: number;
  /** Only what these tools launched or left. */
  readonly tools?: readonly Automation[];
  /** Only browsers that were started in this folder or below it; a leftover is tied to no folder, and stays. */
  readonly folder?: string;
  /** Browsers with a living owner, too, that have been idle for at least this long, in ms. */
  readonly idleMs?: number;
}

/**
 * The plan with only what is selected to be done.
 *
 * @example select(await planCleanUp(options), { olderThanMs: 2 * 3_600_000, tools: ['puppeteer'] }, { reader, now: Date.now() })
 */
export async function select(
  plan: CleanUpPlan,
  selection: Selection,
  { reader, now }: { readonly reader: ProcessReader; readonly now: number },
): Promise<CleanUpPlan> {
  const trees = await Promise.all(
    plan.trees.map(async (planned): Promise<PlannedTree> => {
      const wanted = planned.action === 'end' || isIdle(planned.owned, selection);
      const isSelected = wanted && (await matches(planned.owned, selection, reader, now));
      return { ...planned, action: isSelected ? 'end' : 'leave' };
    }),
  );
  const leftovers = plan.leftovers.map((planned): PlannedLeftover => ({
    ...planned,
    action: planned.action === 'remove' && leftoverMatches(planned.leftover, selection) ? planned.action : 'leave',
  }));
  return { ...plan, trees, leftovers };
}

/** A managed browser has its own limit, a person's browser has no owner, and the users of an unknown one are not known. */
function isIdle({ status, idle }: OwnedTree, { idleMs }: Selection): boolean {
  return idleMs !== undefined && (status === 'owned' || status === 'abandoned') && (idle?.forMs ?? 0) >= idleMs;
}

async function matches(
  { tree }: OwnedTree,
  { olderThanMs = 0, tools, folder }: Selection,
  reader: ProcessReader,
  now: number,
): Promise<boolean> {
  if (now - tree.root.startedAtMs < olderThanMs) return false;
  if (tools && !tools.includes(tree.automatedBy ?? 'unknown tool')) return false;
  if (folder === undefined) return true;
  const environment = await reader.readEnvironment(tree.root);
  const cwd = await readlink(`/proc/${tree.root.pid}/cwd`).catch(() => undefined);
  return [cwd, environment?.['PWD'], environment?.['INIT_CWD']].some(
    (place) => place === folder || place?.startsWith(folder + sep),
  );
}

function leftoverMatches(leftover: Leftover, { olderThanMs = 0, tools, folder }: Selection): boolean {
  if (folder !== undefined || leftover.ageMs < olderThanMs) return false;
  return tools === undefined || tools.includes(leftover.createdBy ?? 'unknown tool');
}

/** The checkout a folder is in (where `.git` lies), or itself. */
export function checkoutOf(folder: string): string {
  for (let place = folder; ; place = dirname(place)) {
    if (existsSync(join(place, '.git'))) return place;
    if (dirname(place) === place) return folder;
  }
}
