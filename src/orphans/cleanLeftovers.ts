import {
  type EndedProfile,
  type FindLeftoversOptions,
  type Leftover,
  type RemoveLeftoverResult,
  findLeftovers,
  removeLeftover,
} from '../browsers/index.ts';
import { type JournalEntry, placeOf, readJournal } from '../journal/index.ts';
import { type ProcessReader, type ProcessTable, livingIn } from '../processes/index.ts';
import { defined, describeError } from '../support/index.ts';
import type {
  CleanUpOptions,
  CleanUpPlan,
  CleanedLeftover,
  CleanedTree,
  PlannedLeftover,
  PlannedTree,
} from './cleanUpModel.ts';
import { type Unfinished, readUnfinished } from './endingNotes.ts';

/**
 * The leftover files of this machine, oldest first. Nothing is touched.
 *
 * @param table a fresh one: what it does not have counts as ended
 */
export async function surveyLeftovers(
  options: Pick<CleanUpOptions, 'tempFolder' | 'cacheFolder' | 'minAgeMs' | 'ownUid'>,
  table: ProcessTable,
): Promise<Leftover[]> {
  const { entries } = await readJournal();
  return await findLeftovers({ ...leftoverOptions(options, entries, table, await readUnfinished(table)), table });
}

/** What to remove after the trees have ended: the plan's leftovers, and the files of the ended trees. */
export async function leftoversAfter(
  plan: CleanUpPlan,
  trees: readonly CleanedTree[],
  { journal, unfinished }: KnownLeftovers,
  reader: ProcessReader,
  options: CleanUpOptions,
): Promise<PlannedLeftover[]> {
  const planned = new Map(plan.leftovers.map((one) => [one.leftover.path, one]));
  const ended = endedFolders(trees);
  const profiles = endedProfiles(trees);
  if (ended.size > 0) {
    const table = await reader.readTable();
    const known = leftoverOptions(options, journal, table, unfinished);
    for (const leftover of await findLeftovers({
      ...known,
      table,
      endedFolders: new Set([...ended, ...(known.endedFolders ?? [])]),
      endedProfiles: [...profiles, ...unfinished.profiles],
    })) {
      if (!leftover.removable || planned.get(leftover.path)?.leftover.removable) continue;
      // Of profiles only the ended trees' own; by-products are not tied to a tree by name, and were in use until now.
      const isByProduct = leftover.kind === 'scoped-dir' || leftover.kind === 'artifacts';
      if (isByProduct || ended.has(leftover.path)) planned.set(leftover.path, { leftover, action: 'remove' });
    }
  }
  // Artifacts first: that they are left over is known by the profile of the same launch. Sockets last: whether a profile is
  // in use is asked at the socket it points to.
  const rank = ({ leftover: { kind, path } }: PlannedLeftover) =>
    kind === 'artifacts' ? 0 : kind === 'scoped-dir' && !path.includes('scoped_dir') ? 2 : 1;
  return [...planned.values()].sort((a, b) => rank(a) - rank(b));
}

export async function cleanLeftover(
  planned: PlannedLeftover,
  trees: readonly CleanedTree[],
  { journal, unfinished }: KnownLeftovers,
  reader: ProcessReader,
  options: CleanUpOptions,
): Promise<CleanedLeftover> {
  const { leftover } = planned;
  if (planned.action === 'leave')
    return {
      ...planned,
      outcome: 'left',
      bytesFreed: 0,
      ...defined({ reason: leftover.reason }),
    };
  let result: RemoveLeftoverResult;
  try {
    const table = await reader.readTable();
    const known = leftoverOptions(options, journal, table, unfinished);
    result = await removeLeftover(leftover, {
      ...known,
      reader,
      endedFolders: new Set([...endedFolders(trees), ...(known.endedFolders ?? [])]),
      endedProfiles: [...endedProfiles(trees), ...unfinished.profiles],
    });
  } catch (error) {
    result = { outcome: 'failed', reason: describeError(error) };
  }
  return {
    ...planned,
    outcome: result.outcome,
    bytesFreed: result.outcome === 'removed' ? result.bytesFreed : 0,
    ...('reason' in result ? { reason: result.reason } : {}),
  };
}

/** What is written down of leftovers: of our sessions, and of clean-ups that were killed. */
export interface KnownLeftovers {
  readonly journal: readonly JournalEntry[];
  readonly unfinished: Unfinished;
}

/**
 * Trees that were just seen to be gone and whose owner is gone too, so that what they left need not grow old before it is
 * removed.
 */
function endedForGood(trees: readonly CleanedTree[]): readonly CleanedTree[] {
  return trees.filter((tree) => hasNoOwner(tree) && (tree.outcome === 'ended' || tree.outcome === 'gone'));
}

/** A living owner cleans up after itself, and may still want what its browser left. */
export function hasNoOwner({ owned }: PlannedTree): boolean {
  return owned.status === 'orphan' || (owned.status === 'unknown' && owned.owner?.alive !== true);
}

function endedFolders(trees: readonly CleanedTree[]): ReadonlySet<string> {
  return new Set(endedForGood(trees).flatMap(({ traces }) => traces?.folders ?? []));
}

function endedProfiles(trees: readonly CleanedTree[]): readonly EndedProfile[] {
  return endedForGood(trees).flatMap(({ traces }) => traces?.profile ?? []);
}

export function leftoverOptions(
  options: Pick<CleanUpOptions, 'tempFolder' | 'cacheFolder' | 'minAgeMs' | 'ownUid'>,
  journal: readonly JournalEntry[],
  table: ProcessTable,
  unfinished: Unfinished,
): Omit<FindLeftoversOptions, 'table'> {
  return {
    ...defined({
      tempFolder: options.tempFolder,
      cacheFolder: options.cacheFolder,
      minAgeMs: options.minAgeMs,
      ownUid: options.ownUid,
    }),
    inUse: (path) => {
      const entry = journal.find((one) => one.folder === path && isHosted(one, table));
      if (!entry) return undefined;
      const where = placeOf(entry) === 'elsewhere' ? ' in another container' : '';
      return `Leakwright’s session ${entry.id}${where} uses it`;
    },
    endedFolders: new Set([
      ...journal.filter((one) => hasEnded(one, table)).map(({ folder }) => folder),
      ...unfinished.folders,
    ]),
    endedProfiles: unfinished.profiles,
  };
}

/** Whether the journal proves that a session's folder is out of use: host and browser are gone. */
function hasEnded(entry: JournalEntry, table: ProcessTable): boolean {
  if (isHosted(entry, table)) return false;
  return !(entry.browser && placeOf(entry) === 'here' && livingIn(table, entry.browser));
}

/** Whether the host of a session may still work: it lives, or it is in another container and cannot be seen. */
export function isHosted(entry: JournalEntry, table: ProcessTable): boolean {
  const place = placeOf(entry);
  return place === 'here' ? livingIn(table, entry.host) !== undefined : place === 'elsewhere';
}
