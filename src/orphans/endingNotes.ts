import { randomBytes } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { type EndedProfile, changedAtMs } from '../browsers/index.ts';
import { currentPlace, placeOf } from '../journal/index.ts';
import { type ProcessIdentity, type ProcessTable, identityOf, livingIn } from '../processes/index.ts';
import { defined, readRegularFile, replaceFile, stateFolder } from '../support/index.ts';
import type { PlannedTree } from './cleanUpModel.ts';

/** A note of one tree takes about 2 KB. */
const MOST_BYTES = 256 * 1024;
/** More than any machine has clean-ups that were killed. */
const MOST_NOTES = 100;
/** Ending takes seconds, in ms. What changed later than this was used again after the clean-up was killed. */
const ENDING_MS = 60_000;
/** What could not be removed for this long, in ms, is no longer tried. */
const FORGOTTEN_MS = 7 * 24 * 60 * 60_000;

interface NotedTree {
  readonly processes: readonly ProcessIdentity[];
  readonly folders: readonly string[];
  readonly profile?: EndedProfile;
}

interface EndingNote {
  readonly schema: 1;
  readonly bootId?: string;
  readonly pidNamespace?: string;
  readonly cleaner: ProcessIdentity;
  readonly trees: readonly NotedTree[];
}

/** What clean-ups left on disk that were killed after their browsers had ended. */
export interface Unfinished {
  readonly folders: readonly string[];
  readonly profiles: readonly EndedProfile[];
  /** The notes that say so, of which no tree lives. */
  readonly notes: readonly { readonly file: string; readonly folders: readonly string[] }[];
}

function notesFolder(): string {
  return join(stateFolder(), 'cleaning');
}

/**
 * Writes down what is about to be ended and what of it will be left on disk: once a browser is gone, only this says whose a
 * profile under an unknown name was. A clean-up that is killed half-way is finished by the next one.
 *
 * @returns takes the note away again; nothing is written where there is nothing to note, or no place to write
 */
export async function noteEndings(trees: readonly PlannedTree[], table: ProcessTable): Promise<() => Promise<void>> {
  const own = table.processes.get(process.pid);
  const noted = trees.flatMap(({ owned, traces }): NotedTree[] =>
    traces === undefined || traces.folders.length === 0
      ? []
      : [
          {
            processes: owned.tree.processes.map(({ info }) => identityOf(info)),
            folders: traces.folders,
            ...defined({ profile: traces.profile }),
          },
        ],
  );
  if (own === undefined || noted.length === 0) return () => Promise.resolve();
  const note: EndingNote = { schema: 1, ...defined(currentPlace()), cleaner: identityOf(own), trees: noted };
  const file = join(notesFolder(), `${randomBytes(8).toString('hex')}.json`);
  // A clean-up without a note is better than none.
  await replaceFile(file, `${JSON.stringify(note)}\n`).catch(() => {});
  return async () => await rm(file, { force: true }).catch(() => {});
}

/** Reads the notes of clean-ups that have ended, as far as the trees in them have ended, too. */
export async function readUnfinished(table: ProcessTable, now = table.at): Promise<Unfinished> {
  const names = await readdir(notesFolder()).catch(() => []);
  const folders: string[] = [];
  const profiles: EndedProfile[] = [];
  const notes: Unfinished['notes'][number][] = [];
  for (const name of names.filter((one) => one.endsWith('.json')).slice(0, MOST_NOTES)) {
    const file = join(notesFolder(), name);
    const read = await readNote(file, now);
    if (read === undefined) {
      await rm(file, { force: true }).catch(() => {});
      continue;
    }
    const { note, writtenAtMs } = read;
    const place = placeOf(note);
    const lives = (one: ProcessIdentity): boolean => place === 'here' && livingIn(table, one) !== undefined;
    if (place === 'elsewhere' || lives(note.cleaner)) continue;
    const ended: NotedTree[] = [];
    for (const tree of note.trees)
      if (!tree.processes.some(lives) && !(await isUsedAgain(tree, writtenAtMs))) ended.push(tree);
    folders.push(...ended.flatMap((tree) => tree.folders));
    profiles.push(...ended.flatMap(({ profile }) => profile ?? []));
    // A tree that lives may be that of a clean-up that has just begun.
    if (!note.trees.some(({ processes }) => processes.some(lives)))
      notes.push({ file, folders: ended.flatMap((tree) => tree.folders) });
  }
  return { folders, profiles, notes };
}

/** Takes the notes away of which nothing is left. */
export async function forgetFinished({ notes }: Unfinished): Promise<void> {
  for (const { file, folders } of notes) {
    const left = await Promise.all(
      folders.map((folder) =>
        lstat(folder).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (!left.includes(true)) await rm(file, { force: true }).catch(() => {});
  }
}

/** Its browser went on after the clean-up, and ended in its own time: then its owner may have come back to it. */
async function isUsedAgain({ folders }: NotedTree, writtenAtMs: number): Promise<boolean> {
  for (const folder of folders) if (((await changedAtMs(folder)) ?? 0) > writtenAtMs + ENDING_MS) return true;
  return false;
}

/** Undefined for what no clean-up of this user wrote, or what is too old. */
async function readNote(
  file: string,
  now: number,
): Promise<{ readonly note: EndingNote; readonly writtenAtMs: number } | undefined> {
  try {
    const stats = await lstat(file);
    const isOurs = process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0);
    if (!stats.isFile() || !isOurs || now - stats.mtimeMs > FORGOTTEN_MS) return undefined;
    const note = JSON.parse((await readRegularFile(file, MOST_BYTES)) ?? '') as Partial<EndingNote>;
    const isNote = note.schema === 1 && isIdentity(note.cleaner) && Array.isArray(note.trees);
    return isNote && note.trees.every(isTree) ? { note: note as EndingNote, writtenAtMs: stats.mtimeMs } : undefined;
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  const { pid, startTime } = (value ?? {}) as Partial<ProcessIdentity>;
  return Number.isSafeInteger(pid) && Number.isFinite(startTime);
}

function isTree(value: unknown): value is NotedTree {
  const { processes, folders, profile } = (value ?? {}) as Partial<NotedTree>;
  return (
    Array.isArray(processes) &&
    processes.every(isIdentity) &&
    Array.isArray(folders) &&
    folders.every((folder) => typeof folder === 'string' && isAbsolute(folder)) &&
    (profile === undefined || (typeof profile.path === 'string' && Number.isFinite(profile.startedAtMs)))
  );
}
