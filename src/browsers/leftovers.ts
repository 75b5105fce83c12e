import { lstat, readdir, realpath } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { type ProcessTable, seesAllProcesses } from '../processes/index.ts';
import type { Automation, Leftover } from './browserTree.ts';
import { type LeftoverScene, type ScannedFolder, judgeFolder } from './leftovers/mayRemove.ts';
import { boundSockets } from './leftovers/inUse.ts';
import { measureFolder } from './leftovers/measure.ts';
import { isInTemporaryPlace, isMadeWith } from './leftovers/temporary.ts';
import { type LeftoverPattern, cachePattern, mayBeFile, temporaryPattern } from './leftovers/patterns.ts';
import { defined } from '../support/index.ts';

/** The profile of a browser that was just ended, as its own command line named it. */
export interface EndedProfile {
  readonly path: string;
  /** When its browser started, in ms since the epoch. */
  readonly startedAtMs: number;
  readonly createdBy?: Automation;
  /** The folder for temporary files that its browser had (TMPDIR in its environment). */
  readonly tempFolder?: string;
}

export interface FindLeftoversOptions {
  readonly table: ProcessTable;
  /** Default: the OS temp folder. */
  readonly tempFolder?: string;
  /** Where Playwright keeps its browsers and the MCP server its profiles. Default: the platform's; empty: none. */
  readonly cacheFolder?: string;
  /** Wall-clock ms since the epoch. Default: the table's. */
  readonly now?: number;
  /** Default: ours; -1 where the system has none (Windows). */
  readonly ownUid?: number;
  /** A folder younger than this may be one whose browser is just starting, in ms. Default 60 000. */
  readonly minAgeMs?: number;
  /**
   * Folders of browsers that were just ended, verified (profiles, singleton folders): they need no minimum age and no proof
   * of who made them.
   */
  readonly endedFolders?: ReadonlySet<string>;
  /**
   * Profiles of browsers that were just ended, under whatever name and in whatever temporary folder: each goes with its
   * browser when it was made for it.
   */
  readonly endedProfiles?: readonly EndedProfile[];
  /**
   * Whether the table has all processes that may use the folders; else a folder of which nothing proves that it is out of
   * use must be a day old. Default: what the kernel says of our pid namespace.
   */
  readonly seesAll?: boolean;
  /** A further reason to take a folder for in use (the journal …), or undefined. */
  readonly inUse?: (path: string) => string | undefined;
}

/**
 * Folders that browsers and their tools left behind: known names directly inside the OS temp folder, and persistent MCP
 * profiles. Nothing is followed and nothing is touched. A folder that is plainly in use by a living browser is no
 * leftover and is not in the list; one that we cannot be sure about is, with the reason why it stays.
 *
 * @returns the oldest first; bytes are bytes on disk
 */
export async function findLeftovers(options: FindLeftoversOptions): Promise<Leftover[]> {
  const scene = await setScene(options);
  const temporary = await scan(options.tempFolder ?? tmpdir(), temporaryPattern);
  const cached = await scan(options.cacheFolder ?? playwrightCacheFolder(), cachePattern);
  const elsewhere = await scanEnded(options, temporary);
  const found: Leftover[] = [];
  for (const folders of [temporary, cached, elsewhere]) {
    for (const folder of folders) {
      const leftover = await describeFolder(folder, folders, scene);
      if (leftover) found.push(leftover);
    }
  }
  return found.sort((a, b) => b.ageMs - a.ageMs);
}

/** The same question about one folder, asked again now. */
export async function findLeftover(path: string, options: FindLeftoversOptions): Promise<Leftover | undefined> {
  const temporary = await scan(options.tempFolder ?? tmpdir(), temporaryPattern);
  const elsewhere = await scanEnded(options, temporary);
  for (const folders of [temporary, elsewhere]) {
    const folder = folders.find((candidate) => candidate.path === path);
    if (folder) return await describeFolder(folder, folders, await setScene(options));
  }
  return undefined;
}

/**
 * What ended browsers left outside of the temp folder or under unknown names: their profiles, where those were made for
 * them in a temporary place, and what lies beside a profile in a temp folder that is not ours.
 */
async function scanEnded(
  { endedProfiles = [], endedFolders = new Set(), tempFolder = tmpdir() }: FindLeftoversOptions,
  known: readonly ScannedFolder[],
): Promise<ScannedFolder[]> {
  const found = new Map<string, ScannedFolder>();
  const isKnown = (path: string) => found.has(path) || known.some(({ paths }) => paths.includes(path));
  for (const profile of endedProfiles) {
    const places = [tempFolder, ...(profile.tempFolder === undefined ? [] : [profile.tempFolder])];
    if (!isAbsolute(profile.path) || !isInTemporaryPlace(profile.path, places)) continue;
    const parent = dirname(profile.path);
    if (parent !== tempFolder) {
      const beside = await scan(parent, temporaryPattern);
      for (const folder of beside) {
        const isOurs = folder.pattern.use === 'artifacts' || folder.paths.some((path) => endedFolders.has(path));
        if (isOurs && !isKnown(folder.path)) found.set(folder.path, folder);
      }
    }
    if (isKnown(profile.path)) continue;
    try {
      const stats = await lstat(profile.path);
      if (!stats.isDirectory() || !isMadeWith(stats.birthtimeMs, profile.startedAtMs)) continue;
      const { createdBy } = profile;
      found.set(profile.path, {
        path: profile.path,
        paths: [profile.path],
        pattern: { name: /^/, kind: 'profile', use: 'named', ...defined({ createdBy }) },
        stats,
      });
    } catch {
      // It went with its browser.
    }
  }
  return [...found.values()];
}

async function describeFolder(
  folder: ScannedFolder,
  siblings: readonly ScannedFolder[],
  scene: LeftoverScene,
): Promise<Leftover | undefined> {
  const measured = await measureFolder(folder.path);
  const ageMs = Math.max(0, scene.now - measured.changedAtMs);
  const verdict = await judgeFolder(folder, ageMs, siblings, scene);
  if (verdict.kind === 'none') return undefined;
  return {
    path: folder.path,
    kind: folder.pattern.kind,
    ...defined({ createdBy: folder.pattern.createdBy }),
    bytes: measured.bytes,
    ageMs,
    removable: verdict.kind === 'removable',
    ...(verdict.kind === 'kept' ? { reason: verdict.reason } : {}),
    ...(verdict.kind === 'kept' && verdict.ripensInMs !== undefined ? { ripensInMs: verdict.ripensInMs } : {}),
  };
}

async function setScene(options: FindLeftoversOptions): Promise<LeftoverScene> {
  const sockets = await boundSockets();
  return {
    table: options.table,
    now: options.now ?? options.table.at,
    ownUid: options.ownUid ?? process.getuid?.() ?? -1,
    minAgeMs: options.minAgeMs ?? 60_000,
    seesAll: options.seesAll ?? seesAllProcesses(),
    endedFolders: new Set([...(options.endedFolders ?? []), ...(options.endedProfiles ?? []).map(({ path }) => path)]),
    ...defined({ sockets, inUse: options.inUse }),
  };
}

/** Every folder (or link in its place) in `parent` that follows a pattern, and the files that Chromium writes under such a name. */
async function scan(
  parent: string,
  patternOf: (name: string) => LeftoverPattern | undefined,
): Promise<ScannedFolder[]> {
  let names: string[];
  try {
    names = parent === '' ? [] : await readdir(parent);
  } catch {
    return [];
  }
  // macOS: processes say /private/var/folders where os.tmpdir() says /var/folders.
  const real = await realpath(parent).catch(() => parent);
  const found: ScannedFolder[] = [];
  for (const name of names) {
    const pattern = patternOf(name);
    if (!pattern) continue;
    const path = join(parent, name);
    try {
      const stats = await lstat(path);
      const isOfKind = stats.isDirectory() || (stats.isFile() && stats.nlink === 1 && mayBeFile(name, pattern));
      if (!isOfKind && !stats.isSymbolicLink()) continue;
      if (pattern.contains !== undefined && stats.isDirectory()) await lstat(join(path, pattern.contains));
      const otherPath = join(real, name);
      found.push({ path, paths: path === otherPath ? [path] : [path, otherPath], pattern, stats });
    } catch {
      // Gone meanwhile, or without what would make it a leftover.
    }
  }
  return found;
}

/** Playwright's cache folder, as its own registry computes it. */
function playwrightCacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'ms-playwright');
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'ms-playwright');
  return join(env['XDG_CACHE_HOME'] ?? join(home, '.cache'), 'ms-playwright');
}
