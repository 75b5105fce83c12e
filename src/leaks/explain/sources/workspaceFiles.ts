import { existsSync, readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseBoundedJson, readRegularFile } from '../../../support/index.ts';
import { sourceLimits } from './limits.ts';

/** Folders that hold no sources of the user's. */
const SKIPPED = new Set(['node_modules', '.git', '.hg', '.svn', '.vscode-test', '.cache', 'coverage']);
/** Files indexed at most: beyond this a workspace is searched only where a path says to look. */
const MAX_INDEXED_FILES = 50_000;
/** Files of one name compared at most (`index.js` may be there a thousand times). */
const MAX_COMPARED = 50;

/** How many folders above the workspace are searched for the root of a monorepo. */
const MAX_ABOVE = 8;

/**
 * Finds which file of the workspace a URL or a source path stands for. Paths are workspace-relative with `/`. Where the workspace is
 * one package of a monorepo, files of its other packages are found too (`../ui/src/panel.ts`): pages are built from them.
 */
export interface WorkspaceFiles {
  /** The relative path of an absolute one, or undefined where it is outside or no file. */
  relativePath(absolute: string): Promise<string | undefined>;
  /** The file at that path of the workspace, or undefined. */
  at(path: string): Promise<string | undefined>;
  /** The file whose path ends like `path` and whose content is `content`. */
  withContent(path: string, content: string): Promise<string | undefined>;
  /** The only file whose path ends with the whole of `path`; undefined when there are several. */
  onlyEndingWith(path: string): Promise<string | undefined>;
  /** The text of a file by its relative path; undefined where there is none, or it is too long. */
  read(path: string): Promise<string | undefined>;
}

export function createWorkspaceFiles(folder: string): WorkspaceFiles {
  const root = resolve(folder);
  const repository = monorepoAbove(root) ?? root;
  const indexes = new Map<string, Promise<ReadonlyMap<string, readonly string[]>>>();

  async function relativePath(absolute: string): Promise<string | undefined> {
    const file = resolve(absolute);
    const within = relative(repository, file);
    if (within === '' || within.startsWith('..') || isAbsolute(within)) return undefined;
    return (await isFile(file)) ? relative(root, file).split(sep).join('/') : undefined;
  }
  /** Files of that name, those that share the longest end of the path first, then the least deep. */
  async function candidates(path: string, base = root): Promise<string[]> {
    const index = indexes.get(base) ?? indexByName(base);
    indexes.set(base, index);
    const wanted = path.split('/').reverse();
    const shared = (file: string): number => {
      const parts = file.split('/').reverse();
      let same = 0;
      while (same < wanted.length && same < parts.length && wanted[same] === parts[same]) same += 1;
      return same;
    };
    const named = (await index).get(posix.basename(path)) ?? [];
    return named.toSorted((a, b) => shared(b) - shared(a) || a.length - b.length || (a < b ? -1 : 1));
  }

  return {
    relativePath,
    at: (path) => relativePath(join(root, path)),
    async withContent(path, content) {
      const wanted = normalizeText(content);
      // Four bytes a character at most; a file that is longer than that has another content.
      const maxBytes = Math.min(sourceLimits.textBytes, content.length * 4 + 64);
      for (const base of new Set([root, repository]))
        for (const file of (await candidates(path, base)).slice(0, MAX_COMPARED)) {
          const text = await readRegularFile(join(base, file), maxBytes).catch(() => undefined);
          if (text !== undefined && normalizeText(text) === wanted) return relativePath(join(base, file));
        }
      return undefined;
    },
    async onlyEndingWith(path) {
      const ends = (await candidates(path)).filter((file) => file === path || file.endsWith(`/${path}`));
      return ends.length === 1 ? ends[0] : undefined;
    },
    read: (path) => readRegularFile(join(root, path), sourceLimits.textBytes).catch(() => undefined),
  };
}

/** The folder above that says that packages below it belong together; undefined where none does. */
function monorepoAbove(folder: string): string | undefined {
  let above = folder;
  for (let step = 0; step < MAX_ABOVE && dirname(above) !== above; step += 1) {
    above = dirname(above);
    if (['pnpm-workspace.yaml', 'lerna.json', 'nx.json', 'rush.json'].some((name) => existsSync(join(above, name))))
      return above;
    if (hasWorkspaces(join(above, 'package.json'))) return above;
  }
  return undefined;
}

function hasWorkspaces(packageFile: string): boolean {
  try {
    return 'workspaces' in (parseBoundedJson(readFileSync(packageFile, 'utf8')) as object);
  } catch {
    return false;
  }
}

/** The path of a file URL, or undefined for any other. */
export function filePathOf(url: string): string | undefined {
  if (!url.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(url.replace(/[?#].*$/, ''));
  } catch {
    return undefined;
  }
}

/** Line ends and a byte order mark differ between a checkout and what tools write. */
function normalizeText(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .trimEnd();
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

async function indexByName(root: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const byName = new Map<string, string[]>();
  const folders = [''];
  let files = 0;
  for (let folder = folders.shift(); folder !== undefined && files < MAX_INDEXED_FILES; folder = folders.shift()) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) folders.push(path);
      } else if (entry.isFile()) {
        files += 1;
        const named = byName.get(basename(path));
        if (named) named.push(path);
        else byName.set(basename(path), [path]);
      }
    }
  }
  return byName;
}
