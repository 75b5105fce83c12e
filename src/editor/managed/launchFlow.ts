import { type QuickPickItem, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type { SessionInfo } from '../../sessions/index.ts';
import { LeakwrightError, type Log } from '../../support/index.ts';
import { cancellable } from '../cancellable.ts';
import { normalizeUrl } from '../checks/address.ts';
import { COULD_BE_URL } from '../checks/askForPage.ts';
import { onDemand } from '../lazyBundles.ts';
import { t } from '../translate.ts';
import { requireTrust } from '../trust.ts';
import { type SavedSession, launchRequest } from './savedSessions.ts';
import { saveSession, savedSessions, sessionDefaults } from './sessionSettings.ts';
import type { WindowSessions } from './windowSessions.ts';

interface LaunchContext {
  readonly sessions: WindowSessions;
  readonly log: Log;
}

type Choice = QuickPickItem & { readonly saved?: SavedSession; readonly options?: true };

/**
 * *Launch Session…*: asks for the page; where sessions are saved in the settings, first which one.
 *
 * @param given the name of a saved session, or what one would say, from a keybinding or a task
 */
export async function launchInteractively(
  context: LaunchContext,
  given?: string | Partial<SavedSession>,
): Promise<SessionInfo | undefined> {
  if (!requireTrust(t('Launching a session'))) return undefined;
  const { sessions: saved, problems } = savedSessions();
  for (const problem of problems) context.log.warn(problem);
  if (problems.length > 0) void window.showWarningMessage(problems.join(' '));
  if (typeof given === 'string') {
    const named = saved.find(({ name }) => name === given);
    if (!named) throw new LeakwrightError('usage', `The setting leakwright.sessions has no session '${given}'.`);
    return await launchWithProgress(context, named);
  }
  if (given) return await launchWithProgress(context, given);

  const choice: Pick<Choice, 'saved' | 'options'> | undefined = saved.length > 0 ? await pickSaved(saved) : {};
  if (!choice) return undefined;
  if (choice.saved) return await launchWithProgress(context, choice.saved);
  const url = choice.options ? 'options' : await askUrl();
  if (url === undefined) return undefined;
  if (url === 'options') {
    const chosen = await onDemand().askSessionOptions({
      browser: sessionDefaults().browser,
      devices: () => context.sessions.client.devices(),
    });
    if (!chosen) return undefined;
    if (isNamed(chosen)) await saveSession(chosen);
    return await launchWithProgress(context, chosen);
  }
  return await launchWithProgress(context, url === '' ? {} : { url });
}

async function pickSaved(saved: readonly SavedSession[]): Promise<Choice | undefined> {
  const items: Choice[] = [
    { label: t('New Session…'), iconPath: new ThemeIcon('add') },
    { label: t('New Session with Options…'), iconPath: new ThemeIcon('settings-gear'), options: true },
    { label: t('Saved'), kind: QuickPickItemKind.Separator },
    ...saved.map((one): Choice => ({
      label: one.name,
      iconPath: new ThemeIcon('browser'),
      description: [one.browser, one.device, one.source === 'launch' ? '' : one.source].filter(Boolean).join(' · '),
      // What follows the host may be a token.
      detail: one.url ?? hostOf(one.endpoint),
      saved: one,
    })),
  ];
  return await window.showQuickPick(items, { title: t('Launch Session'), matchOnDetail: true });
}

function hostOf(endpoint = ''): string {
  return URL.canParse(endpoint) ? new URL(endpoint).host : '';
}

/** The page to open, '' for none, or 'options' when the user wants to say more than that. */
async function askUrl(): Promise<string | undefined> {
  const input = window.createInputBox();
  const options = { iconPath: new ThemeIcon('settings-gear'), tooltip: t('New Session with Options…') };
  input.title = t('Launch Session');
  input.prompt = t('The page to open in it, or nothing');
  input.placeholder = 'http://localhost:3000';
  input.ignoreFocusOut = true;
  input.buttons = [options];
  const answer = new Promise<string | undefined>((resolve) => {
    input.onDidChangeValue(() => (input.validationMessage = undefined));
    input.onDidTriggerButton((button) => button === options && resolve('options'));
    input.onDidHide(() => resolve(undefined));
    input.onDidAccept(() => {
      const url = normalizeUrl(input.value);
      if (url !== undefined || input.value.trim() === '') resolve(url ?? '');
      else input.validationMessage = COULD_BE_URL();
    });
  });
  input.show();
  try {
    return await answer;
  } finally {
    input.dispose();
  }
}

function isNamed(session: Partial<SavedSession>): session is SavedSession {
  return session.name !== undefined;
}

/** Starts a session with a notification that it can be given up in. Undefined when it was. */
export async function launchWithProgress(
  { sessions }: LaunchContext,
  saved: Partial<SavedSession>,
): Promise<SessionInfo | undefined> {
  const request = launchRequest(saved, sessionDefaults());
  const title = request.source.kind === 'launch' ? t('Launching a browser…') : t('Connecting to a browser…');
  const session = await cancellable(title, (signal) => sessions.launch(request, signal));
  if (session && session.warnings.length > 0) void window.showWarningMessage(session.warnings.join(' '));
  return session;
}
