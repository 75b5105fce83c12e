import { randomBytes } from 'node:crypto';
import { type Stats, constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LeakwrightError, describeError, errnoOf, makeOwnFolder, replaceFile, stateFolder } from '../support/index.ts';
import { type JournalEntry, isEntryId, parseEntry } from './entry.ts';

/** An entry takes about 500 bytes; more than this is not ours. */
const MAX_ENTRY_BYTES = 16 * 1024;
/** More files than any machine has sessions: only the first are read, and an issue says so. */
const MAX_ENTRIES = 1000;
/** How many bad files are kept for a person to look at; the oldest go first. */
const MAX_ASIDE = 50;
/** A temporary file this old was left by a writer that died. */
const STALE_TEMPORARY_MS = 60 * 60_000;

const EXTENSION = '.json';

export function journalFolder(): string {
  return join(stateFolder(), 'journal');
}

function pathOf(id: string): string {
  if (!isEntryId(id)) throw new LeakwrightError('journal.unwritable', `'${id}' cannot be the id of a journal entry.`);
  return join(journalFolder(), `${id}${EXTENSION}`);
}

function unwritable(error: unknown): LeakwrightError {
  return new LeakwrightError(
    'journal.unwritable',
    `The journal in '${journalFolder()}' cannot be written: ${describeError(error)}.`,
    {
      hint: 'Make the folder writable, or set LEAKWRIGHT_STATE_DIR to one that is.',
      cause: error,
    },
  );
}

async function write(entry: JournalEntry): Promise<void> {
  const path = pathOf(entry.id);
  try {
    await replaceFile(path, `${JSON.stringify(entry)}\n`);
  } catch (error) {
    throw unwritable(error);
  }
}

/** Changes to one entry come one after the other: an update is a read and a write. */
const changes = new Map<string, Promise<unknown>>();

async function inTurn<T>(id: string, change: () => Promise<T>): Promise<T> {
  const earlier = changes.get(id);
  const mine = (async () => {
    await earlier?.catch(() => {});
    return await change();
  })();
  changes.set(id, mine);
  try {
    return await mine;
  } finally {
    if (changes.get(id) === mine) changes.delete(id);
  }
}

/**
 * Writes a new entry, atomically and readable by this user only. To be awaited before the browser is launched.
 *
 * @throws LeakwrightError `journal.unwritable`
 */
export async function recordSession(entry: JournalEntry): Promise<void> {
  await inTurn(entry.id, () => write(entry));
}

export type JournalPatch = Partial<Pick<JournalEntry, 'browser' | 'profile' | 'folder'>>;

/**
 * Adds to an entry what became known since. An entry that was forgotten meanwhile stays forgotten.
 *
 * @returns whether the entry was there
 * @throws LeakwrightError `journal.unwritable`
 */
export async function updateSession(id: string, patch: JournalPatch): Promise<boolean> {
  return await inTurn(id, async () => {
    const read = await readEntry(id);
    if (read.kind !== 'entry') return false;
    await write({ ...read.entry, ...patch });
    return true;
  });
}

/** Takes an entry out, once nothing of its session is left. One that is not there is no error. */
export async function forgetSession(id: string): Promise<void> {
  await inTurn(id, async () => {
    try {
      await rm(pathOf(id), { force: true });
    } catch (error) {
      throw unwritable(error);
    }
  });
}

type ReadResult =
  | { readonly kind: 'entry'; readonly entry: JournalEntry }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'distrusted'; readonly reason: string };

/** Why a file may not be what one of our own processes wrote, from its inode alone. */
function distrustOf(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'it is not a regular file';
  if (stats.size > MAX_ENTRY_BYTES) return `it has ${stats.size} bytes, more than an entry ever has`;
  if (process.getuid === undefined) return undefined;
  if (stats.uid !== process.getuid()) return `it belongs to another user (uid ${stats.uid})`;
  if ((stats.mode & 0o022) !== 0) return 'other users may write to it';
  return undefined;
}

async function readEntry(id: string): Promise<ReadResult> {
  try {
    // A link or a fifo must be recognised before anything is opened.
    const distrust = distrustOf(await lstat(pathOf(id)));
    if (distrust) return { kind: 'distrusted', reason: distrust };
    const file = await open(pathOf(id), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const later = distrustOf(await file.stat());
      if (later) return { kind: 'distrusted', reason: later };
      const entry = parseEntry(await file.readFile('utf8'), id);
      return typeof entry === 'string' ? { kind: 'distrusted', reason: entry } : { kind: 'entry', entry };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { kind: 'gone' };
    return { kind: 'unreadable', reason: describeError(error) };
  }
}

/**
 * Everything that is written down and can be trusted, oldest first, and a sentence for each file that was not: such a
 * file is moved to the folder `aside`. Reading never fails.
 */
export async function readJournal(): Promise<{
  readonly entries: readonly JournalEntry[];
  readonly issues: readonly string[];
}> {
  const folder = journalFolder();
  const issues: string[] = [];
  let names: string[];
  try {
    names = (await readdir(folder)).sort();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') issues.push(`The journal in '${folder}' cannot be read: ${describeError(error)}.`);
    return { entries: [], issues };
  }
  await removeStaleTemporaries(names.filter((name) => name.endsWith('.tmp')));

  const files = names.filter((name) => !name.startsWith('.') && name !== 'aside');
  if (files.length > MAX_ENTRIES) {
    issues.push(`The journal holds ${files.length} files; only the first ${MAX_ENTRIES} were read.`);
  }
  const entries: JournalEntry[] = [];
  for (const name of files.slice(0, MAX_ENTRIES)) {
    const id = name.endsWith(EXTENSION) ? name.slice(0, -EXTENSION.length) : '';
    const read: ReadResult = isEntryId(id)
      ? await readEntry(id)
      : { kind: 'distrusted', reason: 'no entry has such a name' };
    if (read.kind === 'entry') entries.push(read.entry);
    else if (read.kind === 'unreadable') issues.push(`Journal file '${name}' cannot be read: ${read.reason}.`);
    else if (read.kind === 'distrusted') {
      const where = (await setAside(name)) ? "moved to 'aside'" : 'it could not be moved away';
      issues.push(`Journal file '${name}' is not used (${where}): ${read.reason}.`);
    }
  }
  entries.sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  return { entries, issues };
}

async function setAside(name: string): Promise<boolean> {
  const aside = join(journalFolder(), 'aside');
  try {
    makeOwnFolder(journalFolder());
    await mkdir(aside, { recursive: true, mode: 0o700 });
    await rename(join(journalFolder(), name), join(aside, `${Date.now()}-${randomBytes(2).toString('hex')}-${name}`));
    // The names begin with the time, so the order of names is the order of time.
    const kept = (await readdir(aside)).sort();
    for (const old of kept.slice(0, Math.max(0, kept.length - MAX_ASIDE))) {
      await rm(join(aside, old), { recursive: true, force: true });
    }
    return true;
  } catch {
    // Another process may have moved it first; if not, the next reading says so again.
    return false;
  }
}

async function removeStaleTemporaries(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(journalFolder(), name);
    try {
      if (Date.now() - (await lstat(path)).mtimeMs > STALE_TEMPORARY_MS) await rm(path, { force: true });
    } catch {
      // Renamed or removed meanwhile.
    }
  }
}
