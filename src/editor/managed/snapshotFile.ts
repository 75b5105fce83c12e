import { homedir } from 'node:os';
import { join } from 'node:path';
import { Uri, window, workspace } from 'vscode';
import { t } from '../translate.ts';

/**
 * Asks where a heap snapshot goes, beginning in the first folder.
 *
 * @param of the page or program, for the file's name
 */
export async function chooseSnapshotFile(of: string): Promise<string | undefined> {
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath ?? homedir();
  const stem = of.replaceAll(/[^\p{L}\p{N}.-]+/gu, '-').replaceAll(/^[-.]+|[-.]+$/g, '') || 'page';
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const chosen = await window.showSaveDialog({
    defaultUri: Uri.file(join(folder, `${stem}-${time}.heapsnapshot`)),
    filters: { [t('Heap snapshot')]: ['heapsnapshot'] },
    title: t('Save Heap Snapshot'),
  });
  return chosen?.fsPath;
}
