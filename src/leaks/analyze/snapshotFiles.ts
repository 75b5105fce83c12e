import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { LeakwrightError } from '../../support/index.ts';

const EXTENSION = '.heapsnapshot';
/** DevTools saves a timeline of allocations under another name. Archives of CI are packed. */
const SNAPSHOT = /\.heap(?:snapshot|timeline)(?:\.gz)?$/;
/** memlab's list of its snapshots, in the same folder. */
const MEMLAB_SEQUENCE = 'snap-seq.json';
/** How deep to search for snapshots. */
const MAX_DEPTH = 6;

const byName = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

export interface SnapshotFiles {
  readonly files: readonly { readonly path: string; readonly name: string }[];
  /** Whether names alone gave their order: in a folder, or where a shell listed them. `after` comes before `before` then. */
  readonly areByName: boolean;
  /** How the files were chosen, where that is not plain. */
  readonly note?: string;
}

/**
 * The snapshots that arguments name: files in their order, and of folders what lies in them, by name with numbers in their order
 * (as DevTools, Node, fuite and memlab name them).
 *
 * @throws LeakwrightError `usage` for a folder without snapshots
 */
export function findSnapshotFiles(places: readonly string[]): SnapshotFiles {
  const notes: string[] = [];
  const paths = places.flatMap((place) => {
    if (!isFolder(place)) return [place];
    const found = listSnapshots(place);
    if (found.length === 0) {
      throw new LeakwrightError('usage', `There is no ${EXTENSION} file in '${place}'.`, {
        hint: 'Save snapshots there: DevTools (Memory), or v8.writeHeapSnapshot().',
      });
    }
    const chosen = memlabChoice(found);
    if (chosen) notes.push(`memlab's baseline and final snapshots in '${place}' are compared.`);
    return chosen ?? found;
  });
  const folder = commonFolder(paths);
  const files = paths.map((path) => ({ path, name: relative(folder, path) || basename(path) }));
  const areByName =
    notes.length === 0 && paths.every((path, index) => index === 0 || byName(paths[index - 1]!, path) < 0);
  return { files, areByName, ...(notes.length > 0 ? { note: notes.join(' ') } : {}) };
}

function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory();
  } catch {
    return false;
  }
}

function listSnapshots(folder: string, depth = 0): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => byName(a.name, b.name));
  const names = new Set(entries.map(({ name }) => name));
  const isUnpackedBeside = (name: string): boolean => name.endsWith('.gz') && names.has(name.slice(0, -3));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return depth < MAX_DEPTH && entry.name !== 'node_modules' ? listSnapshots(path, depth + 1) : [];
    return entry.isFile() && SNAPSHOT.test(entry.name) && !isUnpackedBeside(entry.name) ? [path] : [];
  });
}

/** memlab's target snapshot is taken in the midst of an iteration: what grew is between its baseline and its final one. */
function memlabChoice(paths: readonly string[]): string[] | undefined {
  const folder = paths[0] && dirname(paths[0]);
  if (folder === undefined || paths.some((path) => dirname(path) !== folder)) return undefined;
  try {
    const steps = JSON.parse(readFileSync(join(folder, MEMLAB_SEQUENCE), 'utf8')) as unknown;
    if (!Array.isArray(steps)) return undefined;
    const fileOf = (type: string): string | undefined => {
      const step = (steps as { type?: unknown; idx?: unknown }[]).find((entry) => entry.type === type);
      return paths.find((path) => basename(path) === `s${String(step?.idx)}${EXTENSION}`);
    };
    const chosen = [fileOf('baseline'), fileOf('final')];
    return chosen[0] !== undefined && chosen[1] !== undefined ? (chosen as string[]) : undefined;
  } catch {
    return undefined;
  }
}

function commonFolder(paths: readonly string[]): string {
  const [first, ...others] = paths.map((path) => dirname(path).split(sep));
  if (!first) return '.';
  let shared = first.length;
  for (const other of others) {
    let same = 0;
    while (same < shared && other[same] === first[same]) same += 1;
    shared = same;
  }
  return first.slice(0, shared).join(sep) || sep;
}
