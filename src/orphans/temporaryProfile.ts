import { type BrowserTree, isInTemporaryPlace, isMadeWith, isNamedByChance } from '../browsers/index.ts';
import type { TreeProbe } from './clients.ts';

/**
 * Whether a profile outlives its browser on purpose: it does not lie in a temporary place, or has a name that a script can
 * know, or was there before.
 */
export async function isKeptProfile(
  tree: BrowserTree,
  probe: TreeProbe,
  tempFolders?: readonly string[],
): Promise<boolean> {
  if (!tree.profile) return true;
  const { path, kind } = tree.profile;
  if (kind === 'temporary') return false;
  if (!isInTemporaryPlace(path, tempFolders) || !isNamedByChance(path)) return true;
  const madeAtMs = await probe.folderMadeAtMs?.(path);
  return madeAtMs !== undefined && !isMadeWith(madeAtMs, tree.root.startedAtMs);
}
