import { ProgressLocation, type QuickPickItem, env, window } from 'vscode';
import type { SessionInfo } from '../../sessions/index.ts';
import { type Log, plainText } from '../../support/index.ts';
import { normalizeUrl } from '../checks/address.ts';
import { t } from '../translate.ts';
import { requireTrust } from '../trust.ts';
import { launchInteractively, launchWithProgress } from './launchFlow.ts';
import { nameOfSession } from '../processTree/sessionText.ts';
import type { SessionNews } from './sessionNews.ts';
import type { WindowSessions } from './windowSessions.ts';
import { sourceText } from './sessionFacts.ts';

export interface CommandContext {
  readonly sessions: WindowSessions;
  readonly news: SessionNews;
  readonly log: Log;
}

/** The given session, the only one, or the one the user picks; undefined when there is none, or none was picked. */
export async function chooseSession(context: CommandContext, title: string): Promise<SessionInfo | undefined> {
  const { sessions, only } = context.sessions;
  if (only || sessions.length === 0) return only;
  const items = sessions.map((session): QuickPickItem & { readonly session: SessionInfo } => ({
    label: nameOfSession(session),
    description: `${session.browser.name} ${session.browser.version.split('.')[0]}, ${sourceText(session)}`,
    detail: plainText(session.urls.join(', ')),
    session,
  }));
  return (await window.showQuickPick(items, { title, matchOnDetail: true }))?.session;
}

/** The same, and one is launched where there is none. */
export async function chooseOrLaunch(context: CommandContext, title: string): Promise<SessionInfo | undefined> {
  return context.sessions.sessions.length === 0
    ? await launchWithProgress(context, {})
    : await chooseSession(context, title);
}

/** *Close Session*. */
export async function closeInteractively(context: CommandContext, given?: SessionInfo): Promise<void> {
  const session = given ?? (await chooseSession(context, t('Close Session')));
  if (!session) return;
  const summary = await window.withProgress(
    { location: ProgressLocation.Window, title: t('Closing {0}…', session.name) },
    () => context.sessions.close(session.id),
  );
  context.news.reportClosed([summary]);
}

/** *Close All Sessions*. */
export async function closeAllInteractively(context: CommandContext): Promise<void> {
  if (context.sessions.sessions.length === 0) return;
  const summaries = await window.withProgress(
    { location: ProgressLocation.Window, title: t('Closing all sessions…') },
    () => context.sessions.closeAll(),
  );
  context.news.reportClosed(summaries);
}

/** *Open URL in Session…*: in a new page of a session; a session is launched with it where there is none. */
export async function openUrl(context: CommandContext, given?: SessionInfo, address?: string): Promise<void> {
  if (!requireTrust(t('Opening a page in a session'))) return;
  const url =
    address ??
    (await window.showInputBox({
      title: t('Open URL in Session'),
      prompt: t('The page to open'),
      placeHolder: 'http://localhost:3000',
      ignoreFocusOut: true,
      validateInput: (value) => (normalizeUrl(value) ? undefined : t('Enter an address, like http://localhost:3000')),
    }));
  const target = url === undefined ? undefined : normalizeUrl(url);
  if (target === undefined) return;
  if (!given && context.sessions.sessions.length === 0) {
    await launchInteractively(context, { url: target });
    return;
  }
  const session = given ?? (await chooseSession(context, t('Open URL in Session')));
  if (!session) return;
  await window.withProgress(
    { location: ProgressLocation.Window, title: t('Opening {0}…', plainText(target, 60)) },
    () => context.sessions.client.ask('openUrl', session.id, target),
  );
}

/** *Copy Endpoint* of a session: Playwright's, or the debugging port's where that is all there is. */
export async function copySessionEndpoint(context: CommandContext, given?: SessionInfo): Promise<void> {
  const session = given ?? (await chooseSession(context, t('Copy Endpoint')));
  if (!session) {
    if (context.sessions.sessions.length === 0) void window.showInformationMessage(t('There is no session yet.'));
    return;
  }
  const endpoint = session.endpoints.playwright ?? session.endpoints.cdp;
  if (endpoint === undefined) {
    void window.showWarningMessage(session.warnings.join(' ') || t('This session has no endpoint.'));
    return;
  }
  await env.clipboard.writeText(endpoint);
  // With it any program can drive the browser, so the message says so.
  window.setStatusBarMessage(t('$(check) Endpoint copied. It holds a token: give it to your own scripts only.'), 5000);
}
