import { lstat } from 'node:fs/promises';
import { findLeftovers } from '../browsers/index.ts';
import { type JournalEntry, forgetSession, placeOf } from '../journal/index.ts';
import {
  type EndTreeEvent,
  type EndTreeResult,
  type ProcessReader,
  endTree,
  identityKey,
  identityOf,
  sameProcess,
  shareTableReads,
} from '../processes/index.ts';
import { defined, describeError } from '../support/index.ts';
import { cleanLeftover, hasNoOwner, isHosted, leftoverOptions, leftoversAfter } from './cleanLeftovers.ts';
import type {
  CleanUpOptions,
  CleanUpPlan,
  CleanUpResult,
  CleanedLeftover,
  CleanedTree,
  PlannedTree,
} from './cleanUpModel.ts';
import { createTreeProbe } from './clients.ts';
import { closeRequest } from './closeBrowser.ts';
import { endDisplay } from './displays.ts';
import { forgetFinished, noteEndings } from './endingNotes.ts';
import type { OwnedTree } from './model.ts';
import { serverTree } from './agentServers.ts';
import { endedByAnother } from './otherCleanUps.ts';
import { type Survey, survey } from './survey.ts';
import { mergeTraces, tracesOf } from './treeTraces.ts';

/** Finds what has no owner: orphans to end, leftovers to remove. Everything else found is in the plan with action `leave`. */
export async function planCleanUp(options: CleanUpOptions): Promise<CleanUpPlan> {
  const now = await survey(options);
  const trees = await Promise.all(
    treesAndServers(now, options).map(async (owned): Promise<PlannedTree> => ({
      owned,
      memoryBytes: await memoryOf(owned, options.reader),
      action: owned.status === 'orphan' ? 'end' : 'leave',
      traces: await tracesOf(owned, now.journal, options.reader),
    })),
  );
  const leftovers = await findLeftovers({
    ...leftoverOptions(options, now.journal, now.table, now.unfinished),
    table: now.table,
  });
  return {
    trees,
    leftovers: leftovers.map((leftover) => ({ leftover, action: leftover.removable ? 'remove' : 'leave' })),
    issues: now.issues,
  };
}

/**
 * Does what the plan says: ends its trees side by side, then removes its leftovers and what the ended trees left. Each
 * tree is judged again first: one that got an owner, or a client, since the plan was made is refused. A personal browser
 * always is.
 */
export async function cleanUp(plan: CleanUpPlan, options: CleanUpOptions): Promise<CleanUpResult> {
  const reader = shareTableReads(options.reader);
  const toEnd = plan.trees.filter(({ action }) => action === 'end');
  const now = await survey({
    ...options,
    reader,
    withServers: toEnd.some(({ owned }) => owned.tree.family === 'none'),
    withIdle: options.withIdle ?? toEnd.some(({ owned }) => owned.idle !== undefined && owned.status !== 'orphan'),
  });
  const errors = [...now.issues];
  const current = treesAndServers(now, options);
  const forgetEndings = await noteEndings(toEnd.filter(hasNoOwner), now.table);
  const trees = await Promise.all(
    plan.trees.map(async (planned) => {
      const result = await cleanTree(planned, current, now.journal, reader, options);
      options.onEvent?.({ type: 'treeDone', result });
      return result;
    }),
  );
  for (const { owned, outcome, reason } of trees)
    if (outcome === 'survived' || outcome === 'refused')
      errors.push(`${owned.tree.product} (pid ${owned.tree.root.pid}): ${reason ?? outcome}`);

  const leftovers: CleanedLeftover[] = [];
  for (const planned of await leftoversAfter(plan, trees, now, reader, options)) {
    const result = await cleanLeftover(planned, trees, now, reader, options);
    if (result.outcome === 'failed' || result.outcome === 'refused')
      errors.push(`${result.leftover.path}: ${result.reason ?? result.outcome}`);
    options.onEvent?.({ type: 'leftoverDone', result });
    leftovers.push(result);
  }
  await forgetWhatIsGone(now.journal, reader, errors);
  await forgetFinished(now.unfinished);
  await forgetEndings();
  return { trees, leftovers, errors };
}

/** The result of doing nothing: what the plan would do is `planned`. */
export function describePlan(plan: CleanUpPlan): CleanUpResult {
  return {
    trees: plan.trees.map((planned) => ({ ...planned, outcome: planned.action === 'end' ? 'planned' : 'left' })),
    leftovers: plan.leftovers.map((planned) => ({
      ...planned,
      outcome: planned.action === 'remove' ? 'planned' : 'left',
      ...defined({ reason: planned.leftover.reason }),
      bytesFreed: 0,
    })),
    errors: plan.issues,
  };
}

/**
 * Ends one tree, by whatever way its kind needs. Asks no questions about ownership: that is for the caller.
 */
export async function endBrowserTree(
  owned: Pick<OwnedTree, 'tree' | 'companions' | 'display'>,
  options: Pick<CleanUpOptions, 'ending' | 'reader' | 'probe'> & { readonly onEvent?: (event: EndTreeEvent) => void },
): Promise<EndTreeResult> {
  const { tree, display } = owned;
  const askNicely = await closeRequest(tree);
  const ended = await endTree(identityOf(tree.root), {
    ...options.ending,
    reader: options.reader,
    members: tree.processes.map(({ info }) => identityOf(info)),
    ...defined({ followers: owned.companions?.map(identityOf) }),
    // A driver, and a browser that leads no group of its own, share the group of the job around them.
    group: tree.driver ? 'never' : 'auto',
    ...defined({ askNicely, onEvent: options.onEvent }),
  });
  if (display === undefined || (ended.outcome !== 'ended' && ended.outcome !== 'alreadyGone')) return ended;
  const others = await endDisplay(display, {
    reader: options.reader,
    probe: options.probe ?? createTreeProbe(),
    // It is in the group of the job that has ended, with others.
    end: (info) => endTree(identityOf(info), { ...options.ending, reader: options.reader, group: 'never' }),
    ...defined({ clock: options.ending?.clock }),
  });
  return others.find(({ outcome }) => outcome === 'survived') ?? ended;
}

/** Servers that have browsers go with the last of them. */
function treesAndServers({ trees, servers, table }: Survey, { filter }: CleanUpOptions): OwnedTree[] {
  const alone = servers.filter(({ browsers }) => browsers.length === 0).map((server) => serverTree(server, table));
  return [...trees, ...(filter ? alone.filter(filter) : alone)];
}

async function cleanTree(
  planned: PlannedTree,
  trees: readonly OwnedTree[],
  journal: readonly JournalEntry[],
  reader: ProcessReader,
  options: CleanUpOptions,
): Promise<CleanedTree> {
  if (planned.action === 'leave') return { ...planned, outcome: 'left' };
  const { root } = planned.owned.tree;
  const current = trees.find(({ tree }) => tree.processes.some(({ info }) => sameProcess(info, root)));
  const refusal = refusalOf(planned.owned, current, options.ownUid ?? process.getuid?.() ?? -1);
  const traces = mergeTraces(planned.traces, await tracesOf(planned.owned, journal, reader));
  if (refusal !== undefined) {
    // What looks like a client may be another clean-up that asks the browser to close.
    const members = planned.owned.tree.processes.map(({ info }) => info);
    if (current?.status !== 'unknown' || !(await endedByAnother(members, reader)))
      return { ...planned, outcome: 'refused', reason: refusal };
    return { ...planned, traces, outcome: 'gone' };
  }
  try {
    const result = await endBrowserTree(current ?? planned.owned, {
      reader,
      ...defined({ ending: options.ending, probe: options.probe }),
      onEvent: (event) => options.onEvent?.({ type: 'tree', root, event }),
    });
    return { ...planned, traces, ...outcomeOf(result) };
  } catch (error) {
    return { ...planned, outcome: 'survived', reason: describeError(error) };
  }
}

function refusalOf(planned: OwnedTree, current: OwnedTree | undefined, ownUid: number): string | undefined {
  const { status, tree, evidence } = current ?? planned;
  if (status === 'personal' || planned.status === 'personal') return 'it is a person’s own browser';
  if (ownUid !== -1 && tree.root.uid !== -1 && tree.root.uid !== ownUid) return 'it belongs to another user';
  const { idle } = planned;
  if (idle !== undefined && current?.idle !== undefined && current.idle.forMs < idle.forMs && status !== 'orphan')
    return 'it has been used since the plan was made';
  // Either a person chose it and saw its owner, or it is an orphan.
  if (status === 'orphan' || status === planned.status) return undefined;
  return `it is ${status} by now: ${evidence.at(-1)?.fact ?? 'no evidence'}`;
}

function outcomeOf(result: EndTreeResult): Pick<CleanedTree, 'outcome' | 'reason'> {
  switch (result.outcome) {
    case 'ended':
      return { outcome: 'ended' };
    case 'alreadyGone':
      return { outcome: 'gone', reason: result.reason };
    case 'refused':
      return { outcome: 'refused', reason: result.reason };
    case 'survived': {
      const pids = result.survivors.map(({ pid, name }) => `${name} (pid ${pid})`);
      return { outcome: 'survived', reason: `still alive: ${pids.join(', ')}` };
    }
  }
}

async function memoryOf({ tree }: OwnedTree, reader: ProcessReader): Promise<number> {
  const readings = await Promise.all(tree.processes.map(({ info }) => reader.readMemory(info)));
  return readings.reduce((sum, memory) => sum + (memory?.pssBytes ?? 0), 0);
}

/** Journal entries of which neither host nor browser nor folder is left say nothing any more. */
async function forgetWhatIsGone(
  journal: readonly JournalEntry[],
  reader: ProcessReader,
  errors: string[],
): Promise<void> {
  const table = await reader.readTable();
  const living = new Set([...table.processes.values()].map(identityKey));
  for (const entry of journal) {
    if (isHosted(entry, table)) continue;
    if (entry.browser && placeOf(entry) === 'here' && living.has(identityKey(entry.browser))) continue;
    try {
      await lstat(entry.folder);
    } catch {
      await forgetSession(entry.id).catch((error: unknown) => errors.push(describeError(error)));
    }
  }
}
