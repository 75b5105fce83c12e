import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { LeakwrightError } from '../../support/index.ts';

const EXTENSION = '.heapsnapshot';
/** memlab's list of its snapshots, in the same folder. */
const MEMLAB_SEQUENCE = 'snap-seq.json';
/** How deep to search for snapshots. */
const MAX_DEPTH = 6;

export interface SnapshotFiles {
  readonly files: readonly { readonly path: string; readonly name: string }[];
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
  return { files, ...(notes.length > 0 ? { note: notes.join(' ') } : {}) };
}

function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory();
  } catch {
    return false;
  }
}

function listSnapshots(folder: string, depth = 0): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return depth < MAX_DEPTH && entry.name !== 'node_modules' ? listSnapshots(path, depth + 1) : [];
    return entry.isFile() && entry.name.endsWith(EXTENSION) ? [path] : [];
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
