import { homedir } from 'node:os';
import { join } from 'node:path';
import { type QuickPickItem, Uri, commands, window, workspace } from 'vscode';
import type { SessionInfo } from '../../sessions/index.ts';
import { LeakwrightError, formatBytes, plainText } from '../../support/index.ts';
import { cancellable } from '../cancellable.ts';
import { t } from '../translate.ts';
import { type CommandContext, chooseSession } from './sessionCommands.ts';

export interface SnapshotWish {
  /** Which page, by its place in the session's addresses or its target's id. Default: the only one, or what is picked. */
  readonly page?: number | string;
  /** Where to write it, as an absolute path. Default: asks the user. */
  readonly file?: string;
}

/**
 * *Capture Heap Snapshot…*: of a page of a session, into a file that the browser's DevTools, and the editor, can open.
 *
 * @returns the file, or undefined when it was given up
 */
export async function captureHeapSnapshot(
  context: CommandContext,
  given?: SessionInfo,
  wish: SnapshotWish = {},
): Promise<string | undefined> {
  const session = given ?? (await chooseSession(context, t('Capture Heap Snapshot')));
  if (!session) {
    if (context.sessions.sessions.length === 0) void window.showInformationMessage(t('There is no session yet.'));
    return undefined;
  }
  if (session.urls.length === 0) {
    throw new LeakwrightError('sessions.notFound', `Session '${session.name}' has no page.`, {
      hint: 'Open one in it first.',
    });
  }
  const page = wish.page ?? (await choosePage(session));
  if (page === undefined) return undefined;
  const url = typeof page === 'number' ? (session.urls[page] ?? '') : '';
  const file = wish.file ?? (await chooseSnapshotFile(URL.canParse(url) ? new URL(url).host : ''));
  if (file === undefined) return undefined;
  const captured = await cancellable(t('Capturing a heap snapshot…'), (signal) =>
    context.sessions.client.captureHeapSnapshot(session.id, file, page, signal),
  );
  if (!captured) return undefined;
  const { bytes } = captured;
  context.log.info(`Heap snapshot of '${url || page}' written to ${file}, ${bytes} bytes.`);
  const open = t('Open');
  const reveal = t('Copy Path');
  void window
    .showInformationMessage(t('Heap snapshot captured: {0}, {1}.', file, formatBytes(bytes)), open, reveal)
    .then(async (choice) => {
      if (choice === open) await commands.executeCommand('vscode.open', Uri.file(file));
      if (choice === reveal) await commands.executeCommand('copyFilePath', Uri.file(file));
    });
  return file;
}

async function choosePage({ urls }: SessionInfo): Promise<number | undefined> {
  if (urls.length === 1) return 0;
  const items = urls.map((url, index): QuickPickItem & { readonly index: number } => ({
    label: plainText(url || 'about:blank', 100),
    index,
  }));
  return (await window.showQuickPick(items, { title: t('Capture Heap Snapshot'), placeHolder: t('Of which page?') }))
    ?.index;
}

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
