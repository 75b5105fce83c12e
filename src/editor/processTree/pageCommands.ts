import { ProgressLocation, Uri, commands, window } from 'vscode';
import type { RendererPart, SessionInfo } from '../../sessions/index.ts';
import { type Log, plainText } from '../../support/index.ts';
import type { WindowSessions } from '../managed/windowSessions.ts';
import { chooseSnapshotFile } from '../managed/snapshotFile.ts';
import { t } from '../translate.ts';
import type { Node } from './nodeStore.ts';

interface PageContext {
  readonly sessions: WindowSessions;
  readonly log: Log;
  readonly selected: () => Node | undefined;
}

interface PageOfSession {
  readonly session: SessionInfo;
  readonly part: RendererPart;
}

/** The page of a row: its own, or the first one in a renderer. */
function pageOf(node: Node | undefined, context: PageContext): PageOfSession | undefined {
  const row = (node ?? context.selected())?.row;
  if (row?.kind !== 'process' && row?.kind !== 'part') return undefined;
  const { session, pages } = row.shown;
  const parts = row.kind === 'part' ? [row.part] : (pages.get(row.sample.process.info.pid)?.parts ?? []);
  const part = parts.find(({ kind }) => kind === 'page');
  return session && part ? { session, part } : undefined;
}

/** Brings a page to the front of its browser. */
export async function focusPage(context: PageContext, node?: Node): Promise<void> {
  const page = pageOf(node, context);
  if (!page) return;
  await context.sessions.focusPage(page.session.id, page.part.id);
  if (page.session.browser.headless) {
    void window.showInformationMessage(t('This browser has no window: the page is now its active one.'));
  }
}

/**
 * Writes a page's heap snapshot to a file and opens it in the editor's own viewer.
 *
 * @param wanted where to write it, as an absolute path. Default: asks the user
 * @returns the file, or undefined when it was given up
 */
export async function capturePageSnapshot(
  context: PageContext,
  node?: Node,
  wanted?: string,
): Promise<string | undefined> {
  const page = pageOf(node, context);
  if (!page) return undefined;
  const name = plainText(page.part.title || page.part.url, 80);
  const file = wanted ?? (await chooseSnapshotFile(name));
  if (file === undefined) return undefined;
  await window.withProgress(
    { location: ProgressLocation.Notification, title: t("Capturing a heap snapshot of '{0}'…", name) },
    () => context.sessions.captureHeapSnapshot(page.session.id, file, page.part.id),
  );
  context.log.info(`Heap snapshot of '${name}' written to ${file}.`);
  await commands.executeCommand('vscode.open', Uri.file(file));
  return file;
}
