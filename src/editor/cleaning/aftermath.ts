import type { Leftover } from '../../browsers/index.ts';
import type { OwnedTree } from '../../orphans/index.ts';
import { formatBytes, plainText } from '../../support/index.ts';
import { t } from '../translate.ts';

/** Files alone are worth a notification from here on, in bytes: below it they are in the view. */
export const NOTIFY_FROM_BYTES = 10 * 1024 * 1024;

/** What a debug session, a task or a terminal left when it ended. */
export interface Aftermath {
  /** Browsers that live on. */
  readonly browsers: readonly OwnedTree[];
  /** Browsers that were seen under it and are gone, with files that may have stayed. */
  readonly gone: readonly OwnedTree[];
}

export interface LeftBehind {
  readonly browsers: number;
  /** Of all these browsers. */
  readonly processes: number;
  readonly memoryBytes: number;
  readonly folders: number;
  readonly folderBytes: number;
}

/**
 * The folders that one launch left: the profiles of its browsers that are gone, and by-products that changed since it
 * began (artifacts, downloads). What a living browser uses goes with that browser.
 *
 * @param beganAt ms since the epoch
 */
export function byProductsOf(
  gone: readonly OwnedTree[],
  leftovers: readonly Leftover[],
  beganAt: number,
  now: number,
): Leftover[] {
  const profiles = new Set(gone.flatMap(({ tree }) => (tree.profile ? [tree.profile.path] : [])));
  return leftovers.filter(
    ({ path, removable, ripensInMs, ageMs, createdBy }) =>
      profiles.has(path) ||
      (createdBy !== 'leakwright' && (removable || ripensInMs !== undefined) && now - ageMs >= beganAt),
  );
}

/**
 * Whether *Clean Up* removes it now: what may belong to a browser that is just starting has to grow old first, unless it is
 * known whose it was. Only such folders are named, so that nothing remains that was.
 */
export function canGoNow(gone: readonly OwnedTree[], { path, kind, removable }: Leftover): boolean {
  const isByProduct = gone.length > 0 && (kind === 'artifacts' || kind === 'scoped-dir');
  return removable || isByProduct || gone.some(({ tree }) => tree.profile?.path === path);
}

/** One sentence on all of it, with its sizes: `'Launch e2e' left 2 browsers behind (11 processes, 480 MB of memory), and 3 folders (42 MB).` */
export function leftBehindSentence(owner: string, left: LeftBehind): string {
  const name = plainText(owner, 60);
  const { browsers, processes, folders } = left;
  const cost =
    left.memoryBytes > 0
      ? t('{0} processes, {1} of memory', processes, formatBytes(left.memoryBytes))
      : t('{0} processes', processes);
  const bytes = formatBytes(left.folderBytes);
  if (browsers === 0) {
    return folders === 1
      ? t("'{0}' left a folder behind ({1}).", name, bytes)
      : t("'{0}' left {1} folders behind ({2}).", name, folders, bytes);
  }
  if (folders === 0) {
    return browsers === 1
      ? t("'{0}' left a browser behind ({1}).", name, cost)
      : t("'{0}' left {1} browsers behind ({2}).", name, browsers, cost);
  }
  const and = folders === 1 ? t('1 folder ({0})', bytes) : t('{0} folders ({1})', folders, bytes);
  return browsers === 1
    ? t("'{0}' left a browser behind ({1}), and {2}.", name, cost, and)
    : t("'{0}' left {1} browsers behind ({2}), and {3}.", name, browsers, cost, and);
}
