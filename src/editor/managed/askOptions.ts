import { type QuickPickItem, window } from 'vscode';
import { normalizeUrl } from '../checks/address.ts';
import { COULD_BE_URL } from '../checks/askForPage.ts';
import type { BrowserSetting } from '../contributions.ts';
import { t } from '../translate.ts';
import { type Place, type TextQuestion, type Turn, askInTurn, pickOne, typeText } from './askInTurn.ts';
import type { SavedSession } from './savedSessions.ts';
import { quoteWord, splitShellWords } from './shellWords.ts';

interface Offered {
  /** What the setting says. */
  readonly browser: BrowserSetting;
  readonly devices: () => Promise<readonly string[]>;
}

type Answers = { -readonly [K in keyof SavedSession]?: SavedSession[K] };

/**
 * *New Session with Options…*: browser, window, profile, device, page, base URL, arguments and a name, one question each.
 * Undefined when one is not answered; with a name it is to be saved.
 */
export async function askSessionOptions(offered: Offered): Promise<Partial<SavedSession> | undefined> {
  const answers: Answers = {};
  const isComplete = await askInTurn(
    (step, of) => t('Launch Session ({0}/{1})', step, of),
    [
      (place) => askBrowser(place, answers, offered.browser),
      (place) => askWindow(place, answers),
      (place) => askProfile(place, answers),
      (place) => askDevice(place, answers, offered.devices()),
      (place) => askPage(place, answers),
      (place) => askBaseUrl(place, answers),
      (place) => askArguments(place, answers),
      (place) => askName(place, answers),
    ],
  );
  return isComplete ? answers : undefined;
}

/** Stores an answer as a field of the session; empty answers are left out. */
function take<K extends keyof SavedSession>(answers: Answers, field: K, value: SavedSession[K] | undefined): Turn {
  if (value === undefined) delete answers[field];
  else answers[field] = value;
  return 'next';
}

async function askBrowser(place: Place, answers: Answers, setting: BrowserSetting): Promise<Turn> {
  const items: (QuickPickItem & { readonly browser?: BrowserSetting })[] = [
    { label: t('As the setting says'), description: setting },
    { label: 'Chromium', browser: 'chromium' },
    { label: 'Google Chrome', browser: 'chrome' },
    { label: 'Microsoft Edge', browser: 'msedge' },
    { label: 'Firefox', browser: 'firefox' },
    { label: 'WebKit', browser: 'webkit' },
  ];
  const picked = await pickOne(place, t('Browser'), items);
  if (picked === undefined || picked === 'back') return picked ?? 'cancelled';
  return take(answers, 'browser', picked.browser);
}

async function askWindow(place: Place, answers: Answers): Promise<Turn> {
  const items = [
    { label: t('With a window'), headless: false },
    { label: t('Without a window (headless)'), headless: true },
  ];
  const picked = await pickOne(place, t('Window'), items);
  if (picked === undefined || picked === 'back') return picked ?? 'cancelled';
  return take(answers, 'headless', picked.headless);
}

async function askProfile(place: Place, answers: Answers): Promise<Turn> {
  const items = [
    { label: t('Fresh profile'), detail: t('Removed when the session is closed'), keep: false },
    { label: t('Kept profile…'), detail: t('A folder of yours: logins and data stay'), keep: true },
  ];
  const picked = await pickOne(place, t('Profile'), items);
  if (picked === undefined || picked === 'back') return picked ?? 'cancelled';
  if (!picked.keep) return take(answers, 'profile', undefined);
  const folders = await window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    title: t('Kept profile…'),
  });
  return folders?.[0] ? take(answers, 'profile', folders[0].fsPath) : 'cancelled';
}

async function askDevice(place: Place, answers: Answers, devices: Promise<readonly string[]>): Promise<Turn> {
  const items = devices.then((names): (QuickPickItem & { readonly device?: string })[] => [
    { label: t('No device: a desktop page') },
    ...names.map((name) => ({ label: name, device: name })),
  ]);
  const picked = await pickOne(place, t('Device'), items);
  if (picked === undefined || picked === 'back') return picked ?? 'cancelled';
  return take(answers, 'device', picked.device);
}

async function askText(
  place: Place,
  question: Omit<TextQuestion, 'value'>,
  before: string | undefined,
  accept: (text: string) => Turn,
): Promise<Turn> {
  const answer = await typeText(place, { ...question, value: before ?? '' });
  if (answer === undefined || answer === 'back') return answer ?? 'cancelled';
  return accept(answer.text.trim());
}

const ADDRESS = {
  placeHolder: 'http://localhost:3000',
  validate: (text: string) => (text.trim() === '' || normalizeUrl(text) ? undefined : COULD_BE_URL()),
};

function askPage(place: Place, answers: Answers): Promise<Turn> {
  const prompt = t('The page to open in it, or nothing');
  return askText(place, { ...ADDRESS, prompt }, answers.url, (text) => take(answers, 'url', normalizeUrl(text)));
}

function askBaseUrl(place: Place, answers: Answers): Promise<Turn> {
  const prompt = t('What relative addresses in scripts and tests start from (base URL), or nothing');
  return askText(place, { ...ADDRESS, prompt }, answers.baseURL, (text) =>
    take(answers, 'baseURL', normalizeUrl(text)),
  );
}

function askArguments(place: Place, answers: Answers): Promise<Turn> {
  const question = {
    prompt: t('Further arguments of the browser, as in a shell, or nothing'),
    placeHolder: '--lang=de --disable-gpu',
    validate: (text: string) => (splitShellWords(text) ? undefined : t('A quotation mark is not closed')),
  };
  return askText(place, question, answers.args?.map(quoteWord).join(' '), (text) => {
    const args = splitShellWords(text) ?? [];
    return take(answers, 'args', args.length > 0 ? args : undefined);
  });
}

function askName(place: Place, answers: Answers): Promise<Turn> {
  const prompt = t('A name to save it under in the settings, or nothing');
  return askText(place, { prompt }, answers.name, (text) => take(answers, 'name', text === '' ? undefined : text));
}
