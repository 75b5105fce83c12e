import { existsSync } from 'node:fs';
import { sep } from 'node:path';
import { type Disposable, workspace } from 'vscode';

/** Whether a file, by its absolute path, went just now. */
export type IsGone = (path: string) => boolean;

/**
 * Tells what was deleted in the workspace, by whomever. The editor reports a folder alone and nothing of what was in it, so
 * a watcher for a pattern of files misses those.
 */
export function watchDeletions(onDeleted: (isGone: IsGone) => void): Disposable {
  const watcher = workspace.createFileSystemWatcher('**', true, true, false);
  const listening = watcher.onDidDelete(({ scheme, fsPath }) => {
    if (scheme !== 'file') return;
    // Some programs save a file by taking it away and writing it anew.
    onDeleted((path) => (path === fsPath || path.startsWith(fsPath + sep)) && !existsSync(path));
  });
  return {
    dispose: () => {
      listening.dispose();
      watcher.dispose();
    },
  };
}
