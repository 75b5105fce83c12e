import { type Disposable, type Uri, type WebviewPanel, ViewColumn, window } from 'vscode';
import type { Log } from '../../support/index.ts';
import { SNAPSHOT_EDITOR } from '../contributions.ts';
import { onDemand } from '../lazyBundles.ts';
import { t } from '../translate.ts';

export interface SnapshotContext {
  /** The path of `dist/cli.js`. */
  readonly cli: string;
  readonly log: Log;
}

/** Heap snapshots as read-only editors: *Open With… › Leakwright* shows what `leakwright analyze` says of the file. */
export const registerSnapshotEditor = (context: SnapshotContext): Disposable =>
  window.registerCustomEditorProvider(SNAPSHOT_EDITOR, {
    openCustomDocument: (uri: Uri) => ({ uri, dispose() {} }),
    resolveCustomEditor: ({ uri }: { readonly uri: Uri }, panel: WebviewPanel) =>
      onDemand().showSnapshots(context, panel, [uri]),
  });

/** *Compare Heap Snapshots*: the files that are selected in the explorer, oldest first. */
export async function compareSnapshots(context: SnapshotContext, uris: readonly Uri[]): Promise<void> {
  const panel = window.createWebviewPanel(SNAPSHOT_EDITOR, t('Compared Heap Snapshots'), ViewColumn.Active, {
    enableFindWidget: true,
  });
  await onDemand().showSnapshots(context, panel, uris);
}
