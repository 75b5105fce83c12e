import type { Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { formatDuration } from '../../support/index.ts';
import { type ProcessInfo, type ProcessTable, isAlive } from '../../processes/index.ts';
import {
  type Life,
  lifeOf,
  lockHolder,
  processNaming,
  runningChromiumApps,
  runningDrivers,
  runningJavaPrograms,
} from './inUse.ts';
import { measureFolder } from './measure.ts';
import type { LeftoverPattern } from './patterns.ts';

/** A folder whose name follows a pattern, before it is judged. */
export interface ScannedFolder {
  readonly path: string;
  /** All names by which a process may know it (a linked temp folder has two). */
  readonly paths: readonly string[];
  readonly pattern: LeftoverPattern;
  /** Of the folder itself, no link followed. */
  readonly stats: Stats;
}

/** What folders are judged against. */
export interface LeftoverScene {
  readonly table: ProcessTable;
  readonly now: number;
  readonly ownUid: number;
  readonly minAgeMs: number;
  readonly endedFolders: ReadonlySet<string>;
  /** Whether the table has all processes that may use the folders. */
  readonly seesAll: boolean;
  /** Bound unix sockets; undefined where the system does not tell. */
  readonly sockets?: readonly string[];
  readonly inUse?: (path: string) => string | undefined;
}

export type FolderVerdict =
  | { readonly kind: 'removable' }
  /** Shown, and not touched. */
  | { readonly kind: 'kept'; readonly reason: string; readonly ripensInMs?: number }
  /** In use: no leftover at all. */
  | { readonly kind: 'none' };

const NO_LEFTOVER: FolderVerdict = { kind: 'none' };
const kept = (reason: string) => ({ kind: 'kept', reason }) as const;

/** A folder of unknown origin must have been unchanged for this long. */
const UNCLAIMED_MS = 24 * 60 * 60_000;
/** A removal takes no longer than this, in ms; what lies there longer was left by one that was killed. */
const REMOVAL_MS = 10_000;
/** Playwright makes its artifacts folder and its profile right after each other (browserType.ts, _prepareToLaunch). */
const SAME_LAUNCH_MS = 1_000;
/** A process's start is known to a clock tick and the boot time's rounding. */
const CLOCK_SLACK_MS = 2_000;

/** Whether a folder may be removed; the first rule that forbids it gives the reason. */
export async function judgeFolder(
  folder: ScannedFolder,
  ageMs: number,
  siblings: readonly ScannedFolder[],
  scene: LeftoverScene,
): Promise<FolderVerdict> {
  if (folder.stats.isSymbolicLink()) return kept('it is a link, and links are not followed');
  if (scene.ownUid !== -1 && folder.stats.uid !== scene.ownUid) return kept('it belongs to another user');
  if (folder.pattern.use === 'persistent') return judgePersistent(folder, scene);
  if (isNamed(folder, scene)) return NO_LEFTOVER;
  const claimed = scene.inUse?.(folder.path);
  if (claimed !== undefined) return kept(claimed);
  const holder = await lockHolder(folder.path, scene.table);
  if (holder !== undefined) return kept(holder);

  const life = await lifeOf(folder.path);
  // It may be one in another container, whose processes are not in the table.
  if (life === 'alive') return NO_LEFTOVER;

  if (isOfEnded(folder, siblings, scene)) return { kind: 'removable' };
  const verdict = await judgeUse(folder, ageMs, siblings, scene);
  if (verdict.kind !== 'removable') return verdict;
  // What a clean-up was removing was judged then, in whatever container.
  const isJudged = folder.pattern.use === 'artifacts' || folder.pattern.use === 'removing';
  if (!scene.seesAll && life !== 'dead' && !isJudged && ageMs < UNCLAIMED_MS)
    return {
      ...kept('another container may use it, whose processes cannot be seen: it is removed when unchanged for a day'),
      ripensInMs: UNCLAIMED_MS - ageMs,
    };
  const ripensInMs = minAgeOf(folder, life, scene) - ageMs;
  if (ripensInMs > 0)
    return { ...kept(`it changed ${formatDuration(ageMs)} ago: its browser may just be starting`), ripensInMs };
  return verdict;
}

/**
 * A script makes its profile some seconds before a browser names it. A driver or a browser that makes a folder for itself
 * runs already, and we would see it; and the browser of a profile that shows its end is not just starting. Of artifacts the profile of
 * the same launch was asked.
 */
function minAgeOf(folder: ScannedFolder, life: Life, scene: LeftoverScene): number {
  if (['driver', 'maker', 'artifacts'].includes(folder.pattern.use)) return 0;
  // What another clean-up is removing right now.
  if (folder.pattern.use === 'removing') return Math.max(scene.minAgeMs, REMOVAL_MS);
  return folder.pattern.use === 'chromium' || life === 'dead'
    ? Math.min(scene.minAgeMs, CLOCK_SLACK_MS)
    : scene.minAgeMs;
}

function isNamed(folder: ScannedFolder, scene: LeftoverScene): boolean {
  return processNaming(scene.table, folder.paths) !== undefined;
}

function judgePersistent(folder: ScannedFolder, scene: LeftoverScene): FolderVerdict {
  if (folder.pattern.createdBy === 'mcp')
    return kept(
      isNamed(folder, scene)
        ? 'it is in use by a browser'
        : 'it holds the logins of an agent’s browser, which comes back to it',
    );
  return isNamed(folder, scene) ? NO_LEFTOVER : kept('its tool comes back to it at the next launch');
}

async function judgeUse(
  folder: ScannedFolder,
  ageMs: number,
  siblings: readonly ScannedFolder[],
  scene: LeftoverScene,
): Promise<FolderVerdict> {
  switch (folder.pattern.use) {
    case 'named':
    case 'removing':
    case 'session':
    case 'persistent':
      return { kind: 'removable' };
    case 'maker': {
      const pid = Number(/-(\d+)-/.exec(basename(folder.path))?.[1]);
      const maker = olderThan(folder, [scene.table.processes.get(pid)].filter(isAlive), scene);
      return maker ? NO_LEFTOVER : { kind: 'removable' };
    }
    case 'driver':
    case 'jvm': {
      const makers = folder.pattern.use === 'jvm' ? runningJavaPrograms : runningDrivers;
      return unlessOlder(folder, makers(scene.table), scene);
    }
    case 'chromium':
      return await judgeChromiumsOwn(folder, scene);
    case 'artifacts':
      return await judgeArtifacts(folder, ageMs, siblings, scene);
  }
}

/** A profile's singleton socket lies in such a folder, and removing it would cut a person's browser from its second start. */
async function judgeChromiumsOwn(folder: ScannedFolder, scene: LeftoverScene): Promise<FolderVerdict> {
  if (scene.sockets?.some((socket) => folder.paths.some((path) => socket.startsWith(`${path}/`)))) return NO_LEFTOVER;
  if (scene.sockets && (await holdsSingleton(folder.path))) return { kind: 'removable' };
  // Without a list of sockets, or for other uses of the same name, any Chromium that is old enough may have made it.
  return unlessOlder(folder, runningChromiumApps(scene.table), scene);
}

function unlessOlder(folder: ScannedFolder, makers: readonly ProcessInfo[], scene: LeftoverScene): FolderVerdict {
  const maker = olderThan(folder, makers, scene);
  return maker ? kept(`${maker.name} (pid ${maker.pid}) runs since before it was made`) : { kind: 'removable' };
}

/** A singleton's folder, and not another that Chromium makes under the same name. */
async function holdsSingleton(path: string): Promise<boolean> {
  const names = await readdir(path).catch(() => []);
  return names.length > 0 && names.every((name) => name === 'SingletonSocket' || name === 'SingletonCookie');
}

/**
 * No command line names an artifacts folder, and the node process that made it may be any. But Playwright makes it right
 * beside the profile it launches a browser with, and both go when it ends: where that profile is a leftover, so is this.
 */
async function judgeArtifacts(
  folder: ScannedFolder,
  ageMs: number,
  siblings: readonly ScannedFolder[],
  scene: LeftoverScene,
): Promise<FolderVerdict> {
  const twins = profilesOfSameLaunch(folder, siblings);
  for (const twin of twins) {
    if (isNamed(twin, scene)) return NO_LEFTOVER;
    const { changedAtMs } = await measureFolder(twin.path);
    const profile = await judgeFolder(twin, Math.max(0, scene.now - changedAtMs), siblings, scene);
    if (profile.kind === 'none') return NO_LEFTOVER;
    if (profile.kind === 'kept') return { ...profile, reason: `its profile stays: ${profile.reason}` };
  }
  const rivals = siblings.filter((other) => other.pattern.use === 'artifacts' && isOfSameMoment(other, folder));
  // As many dead profiles as artifacts folders: each folder belongs to one of those profiles, even if other programs started
  // then.
  if (twins.length >= rivals.length || ageMs >= UNCLAIMED_MS) return { kind: 'removable' };
  return kept('its maker is unknown: it is removed when unchanged for a day');
}

/** More than one where launches ran side by side. */
function profilesOfSameLaunch(folder: ScannedFolder, siblings: readonly ScannedFolder[]): ScannedFolder[] {
  return siblings.filter(
    (other) =>
      other.pattern.kind === 'profile' &&
      other.pattern.createdBy === 'playwright' &&
      other.stats.isDirectory() &&
      isOfSameMoment(other, folder),
  );
}

function isOfSameMoment(a: ScannedFolder, b: ScannedFolder): boolean {
  return a.stats.uid === b.stats.uid && Math.abs(a.stats.birthtimeMs - b.stats.birthtimeMs) <= SAME_LAUNCH_MS;
}

function olderThan(
  folder: ScannedFolder,
  processes: readonly ProcessInfo[],
  scene: LeftoverScene,
): ProcessInfo | undefined {
  return processes.find(
    (info) =>
      (scene.ownUid === -1 || info.uid === scene.ownUid || info.uid === -1) &&
      info.startedAtMs <= folder.stats.birthtimeMs + CLOCK_SLACK_MS,
  );
}

function isOfEnded(folder: ScannedFolder, siblings: readonly ScannedFolder[], scene: LeftoverScene): boolean {
  const isEnded = (candidate: ScannedFolder) => candidate.paths.some((path) => scene.endedFolders.has(path));
  if (isEnded(folder)) return true;
  // A driver makes a profile and a folder for its extension right after each other, and names only the first.
  if (folder.pattern.use === 'driver')
    return siblings.some((other) => other.pattern.use === 'driver' && isEnded(other) && isOfSameMoment(other, folder));
  return folder.pattern.use === 'artifacts' && profilesOfSameLaunch(folder, siblings).some(isEnded);
}
