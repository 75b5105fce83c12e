import { existsSync } from 'node:fs';
import { sep } from 'node:path';
import { Disposable, workspace } from 'vscode';

/** Whether a file, by its absolute path, was just deleted. */
export type IsGone = (path: string) => boolean;

/**
 * Reports deletions in the workspace by any program. For a deleted folder the editor reports no files, so a watcher for a
 * pattern of files misses them.
 */
export function watchDeletions(onDeleted: (isGone: IsGone) => void): Disposable {
  const watcher = workspace.createFileSystemWatcher('**', true, true, false);
  const listening = watcher.onDidDelete(({ scheme, fsPath }) => {
    if (scheme !== 'file') return;
    // Some programs save a file by taking it away and writing it anew.
    onDeleted((path) => (path === fsPath || path.startsWith(fsPath + sep)) && !existsSync(path));
  });
  return Disposable.from(listening, watcher);
}
