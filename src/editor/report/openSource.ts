import { window, workspace } from 'vscode';
import type { SourceFrame } from '../../leaks/index.ts';
import { LeakwrightError, isInside, liesWithin } from '../../support/index.ts';
import { locationOf } from '../checks/findings.ts';
import { type Place, placeOf } from '../checks/problem.ts';

/** Whether a place looks like a file of the workspace, without asking the disk. */
export function canOpen(frame: SourceFrame): boolean {
  return candidates(frame).length > 0;
}

/**
 * Opens a place of a report at its line. Reports come from files and from pages under test, so only what lies inside a
 * folder of the workspace is opened, links followed.
 *
 * @throws LeakwrightError `usage` where it does not, or is not there any more
 */
export async function openSource(frame: SourceFrame): Promise<void> {
  for (const { place, folder } of candidates(frame)) {
    if (!(await liesWithin(place.path, folder))) continue;
    const { uri, range } = locationOf(place);
    await window.showTextDocument(uri, { selection: range, preview: true });
    return;
  }
  throw new LeakwrightError('usage', `'${frame.file}' is not in a folder of this workspace (any more).`);
}

/** In each folder of the workspace where it may be: a report does not say which folder it was made in. */
function candidates(frame: SourceFrame): { place: Place; folder: string }[] {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  return folders.flatMap(({ uri: { fsPath: folder } }) => {
    const place = placeOf(frame, folder);
    return place && isInside(place.path, folder) ? [{ place, folder }] : [];
  });
}
