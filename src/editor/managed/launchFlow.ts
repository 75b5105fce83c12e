import { ProgressLocation, type QuickPickItem, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type { SessionInfo } from '../../sessions/index.ts';
import { LeakwrightError, type Log, isAbort } from '../../support/index.ts';
import { normalizeUrl } from '../checks/askForPage.ts';
import type { BrowserSetting } from '../contributions.ts';
import { t } from '../translate.ts';
import { requireTrust } from '../trust.ts';
import { type SavedSession, launchRequest } from './savedSessions.ts';
import type { SessionRoom } from './sessionRoom.ts';
import { saveSession, savedSessions, sessionDefaults } from './sessionSettings.ts';

interface LaunchRoom {
  readonly sessions: SessionRoom;
  readonly log: Log;
}

type Choice = QuickPickItem & { readonly saved?: SavedSession; readonly options?: true };

/**
 * *Launch Session…*: asks for the page; where sessions are saved in the settings, first which one.
 *
 * @param given the name of a saved session, or what one would say, from a keybinding or a task
 */
export async function launchInteractively(
  room: LaunchRoom,
  given?: string | Partial<SavedSession>,
): Promise<SessionInfo | undefined> {
  if (!requireTrust(t('Launching a session'))) return undefined;
  const { sessions: saved, problems } = savedSessions();
  for (const problem of problems) room.log.warn(problem);
  if (problems.length > 0) void window.showWarningMessage(problems.join(' '));
  if (typeof given === 'string') {
    const named = saved.find(({ name }) => name === given);
    if (!named) throw new LeakwrightError('usage', `The setting leakwright.sessions has no session '${given}'.`);
    return await launchWithProgress(room, named);
  }
  if (given) return await launchWithProgress(room, given);

  const choice: Pick<Choice, 'saved' | 'options'> | undefined = saved.length > 0 ? await pickSaved(saved) : {};
  if (!choice) return undefined;
  if (choice.saved) return await launchWithProgress(room, choice.saved);
  const url = choice.options ? 'options' : await askUrl();
  if (url === undefined) return undefined;
  if (url === 'options') {
    const chosen = await askOptions(room);
    return chosen && (await launchWithProgress(room, chosen));
  }
  return await launchWithProgress(room, url === '' ? {} : { url });
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
      if (isNothingOrUrl(input.value)) resolve(normalizeUrl(input.value) ?? '');
      else input.validationMessage = notAnAddress();
    });
  });
  input.show();
  try {
    return await answer;
  } finally {
    input.dispose();
  }
}

function isNothingOrUrl(text: string): boolean {
  return text.trim() === '' || normalizeUrl(text) !== undefined;
}

function notAnAddress(): string {
  return t('Enter an address, like http://localhost:3000');
}

/** Browser, window, profile, device, page and a name, one question each; undefined when one is not answered. */
async function askOptions(room: LaunchRoom): Promise<Partial<SavedSession> | undefined> {
  const title = (step: number) => t('Launch Session ({0}/6)', step);
  const browsers: (QuickPickItem & { readonly browser?: BrowserSetting })[] = [
    { label: t('As the setting says'), description: sessionDefaults().browser },
    { label: 'Chromium', browser: 'chromium' },
    { label: 'Google Chrome', browser: 'chrome' },
    { label: 'Microsoft Edge', browser: 'msedge' },
    { label: 'Firefox', browser: 'firefox' },
    { label: 'WebKit', browser: 'webkit' },
  ];
  const browser = await window.showQuickPick(browsers, { title: title(1), placeHolder: t('Browser') });
  if (!browser) return undefined;

  const windows = [
    { label: t('With a window'), headless: false },
    { label: t('Without a window (headless)'), headless: true },
  ];
  const shown = await window.showQuickPick(windows, { title: title(2), placeHolder: t('Window') });
  if (!shown) return undefined;

  const profiles = [
    { label: t('Fresh profile'), detail: t('Removed when the session is closed'), keep: false },
    { label: t('Kept profile…'), detail: t('A folder of yours: logins and data stay'), keep: true },
  ];
  const profile = await window.showQuickPick(profiles, { title: title(3), placeHolder: t('Profile') });
  if (!profile) return undefined;
  const folder = profile.keep
    ? (await window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, title: t('Kept profile…') }))?.[0]
    : undefined;
  if (profile.keep && !folder) return undefined;

  const devices = room.sessions.client
    .devices()
    .then((names): (QuickPickItem & { readonly device?: string })[] => [
      { label: t('No device: a desktop page') },
      ...names.map((name) => ({ label: name, device: name })),
    ]);
  const device = await window.showQuickPick(devices, { title: title(4), placeHolder: t('Device') });
  if (!device) return undefined;

  const url = await window.showInputBox({
    title: title(5),
    prompt: t('The page to open in it, or nothing'),
    placeHolder: 'http://localhost:3000',
    ignoreFocusOut: true,
    validateInput: (value) => (isNothingOrUrl(value) ? undefined : notAnAddress()),
  });
  if (url === undefined) return undefined;
  const name = await window.showInputBox({
    title: title(6),
    prompt: t('A name to save it under in the settings, or nothing'),
    ignoreFocusOut: true,
  });
  if (name === undefined) return undefined;

  const address = normalizeUrl(url);
  const chosen: Partial<SavedSession> = {
    ...(browser.browser === undefined ? {} : { browser: browser.browser }),
    headless: shown.headless,
    ...(folder ? { profile: folder.fsPath } : {}),
    ...(device.device === undefined ? {} : { device: device.device }),
    ...(address === undefined ? {} : { url: address }),
  };
  if (name.trim() === '') return chosen;
  const saved: SavedSession = { name: name.trim(), ...chosen };
  await saveSession(saved);
  return saved;
}

/** Starts a session with a notification that it can be given up in. Undefined when it was. */
export async function launchWithProgress(
  { sessions }: LaunchRoom,
  saved: Partial<SavedSession>,
): Promise<SessionInfo | undefined> {
  const request = launchRequest(saved, sessionDefaults());
  const title = request.source.kind === 'launch' ? t('Launching a browser…') : t('Connecting to a browser…');
  const session = await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      const abort = new AbortController();
      const cancelled = token.onCancellationRequested(() => abort.abort());
      try {
        return await sessions.launch(request, abort.signal);
      } catch (error) {
        if (isAbort(error)) return undefined;
        throw error;
      } finally {
        cancelled.dispose();
      }
    },
  );
  if (session && session.warnings.length > 0) void window.showWarningMessage(session.warnings.join(' '));
  return session;
}
