import type { LibraryFacts, SourceSite } from '../model.ts';
import type { Explained } from './explained.ts';
import { defined, parseBoundedJson } from '../../support/index.ts';
import { libraryFrame } from './stackRuns.ts';
import type { WorkspaceFiles } from './sources/workspaceFiles.ts';

/**
 * The package between the user's line and the leak, with its version as the workspace has it installed. Undefined where
 * the user's own code both makes and keeps it.
 */
export async function libraryFactsOf(
  { allocatedAt, keptAt, ending }: Pick<Explained, 'allocatedAt' | 'keptAt' | 'ending'>,
  files: Pick<WorkspaceFiles, 'read'>,
): Promise<LibraryFacts | undefined> {
  const [made, kept] = [libraryFrame(allocatedAt), libraryFrame(keptAt)];
  const name = (kept ?? made)?.name;
  if (name === undefined) return undefined;
  return {
    name,
    ...defined({
      version: await installedVersion(name, [keptAt, allocatedAt], files),
      made: made?.name === name ? made.frame : undefined,
      kept: kept?.frame,
    }),
    likelyAtFault: made !== undefined && kept !== undefined && made.name === name && ending === undefined,
  };
}

/** From the package.json beside the file of a frame, else from the workspace's own `node_modules`. */
async function installedVersion(
  name: string,
  sites: readonly (SourceSite | undefined)[],
  files: Pick<WorkspaceFiles, 'read'>,
): Promise<string | undefined> {
  const marker = `node_modules/${name}/`;
  const roots = sites
    .flatMap((site) => site?.stack ?? [])
    .map(({ file }) => file.replaceAll('\\', '/'))
    .flatMap((file) => (file.includes(marker) ? [file.slice(0, file.indexOf(marker))] : []))
    .filter((root) => !/^\w+:|^\/|(?:^|\/)\.\.(?:\/|$)/.test(root));
  for (const root of new Set([...roots, ''])) {
    const text = await files.read(`${root}${marker}package.json`);
    const version = text === undefined ? undefined : versionIn(text);
    if (version !== undefined) return version;
  }
  return undefined;
}

function versionIn(packageJson: string): string | undefined {
  try {
    const { version } = parseBoundedJson(packageJson) as { readonly version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
