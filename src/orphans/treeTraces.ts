import { readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { EndedProfile } from '../browsers/index.ts';
import type { JournalEntry } from '../journal/index.ts';
import type { ProcessReader } from '../processes/index.ts';
import { defined } from '../support/index.ts';
import { unixSocketsOf } from './clients.ts';
import { xvfbRunFolder } from './displays.ts';
import type { OwnedTree } from './model.ts';

/** What a tree has on disk for itself alone. Known only while it lives: a browser or driver removes the links to it first. */
export interface TreeTraces {
  /** The profile, the folders of its singleton socket and of its display's key, and for our own the session's folder. */
  readonly folders: readonly string[];
  /** Its profile as its command line named it, where that is not a person's own. */
  readonly profile?: EndedProfile;
}

export async function tracesOf(
  owned: OwnedTree,
  journal: readonly JournalEntry[],
  reader: ProcessReader,
): Promise<TreeTraces> {
  if (owned.status === 'personal') return { folders: [] };
  const profile = await profileOf(owned, reader);
  const display = owned.display && xvfbRunFolder(owned.display.server);
  const folders = [profile?.path, display, ...(await singletonFolders(owned, profile?.path))];
  const session = journal.find(({ id }) => id === owned.journalId)?.folder;
  return {
    folders: [...new Set([...folders, session].filter((folder) => folder !== undefined))],
    ...defined({ profile }),
  };
}

/** Both together: what was seen first may be gone by the second look, and what is new was not there at the first. */
export function mergeTraces(first: TreeTraces | undefined, second: TreeTraces): TreeTraces {
  const profile = second.profile ?? first?.profile;
  return {
    folders: [...new Set([...(first?.folders ?? []), ...second.folders])],
    ...defined({ profile }),
  };
}

async function profileOf({ tree }: OwnedTree, reader: ProcessReader): Promise<EndedProfile | undefined> {
  if (!tree.profile || tree.profile.kind === 'default' || tree.profile.path === '') return undefined;
  const browser = tree.processes.find(({ role }) => role === 'browser')?.info ?? tree.root;
  const tempFolder = (await reader.readEnvironment(browser))?.['TMPDIR'];
  return {
    path: tree.profile.path,
    startedAtMs: browser.startedAtMs,
    ...defined({ createdBy: tree.automatedBy }),
    ...(tempFolder === undefined || tempFolder === '' ? {} : { tempFolder: resolve(tempFolder) }),
  };
}

/**
 * The folder of the browser's singleton socket, by the link in its profile and by the socket that the browser has open: the
 * link is gone as soon as a driver, asked to end, has removed the profile.
 */
async function singletonFolders({ tree }: OwnedTree, profile: string | undefined): Promise<string[]> {
  const browser = tree.browser ?? tree.root;
  const link = profile && (await readlink(join(profile, 'SingletonSocket')).catch(() => undefined));
  const bound = (await unixSocketsOf(join('/proc', String(browser.pid)))) ?? [];
  return [...(link ? [link] : []), ...bound.map(({ path }) => path)]
    .filter((path) => path.endsWith('/SingletonSocket'))
    .map((path) => dirname(path));
}
