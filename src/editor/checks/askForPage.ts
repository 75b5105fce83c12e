import { type Memento, window } from 'vscode';
import { t } from '../translate.ts';
import { normalizeUrl } from './address.ts';

/** The key of the last page, in this workspace's state. */
export const LAST_URL = 'checkUrl.url';

export const COULD_BE_URL = (): string => t('Enter an address, like http://localhost:3000');

/** Asks for a page of the development server; the one given last is there already. */
export async function askForUrl(memory: Memento, title: string): Promise<string | undefined> {
  return await window.showInputBox({
    title,
    prompt: t('The page to check, as your development server serves it'),
    placeHolder: 'http://localhost:3000',
    value: memory.get<string>(LAST_URL) ?? '',
    ignoreFocusOut: true,
    validateInput: (value) => (normalizeUrl(value) ? undefined : COULD_BE_URL()),
  });
}

/** The page of a task that names none itself, remembered for the next time; undefined ends the task. */
export async function pickPage(memory: Memento): Promise<string | undefined> {
  const typed = await askForUrl(memory, t('Page to Check'));
  const url = typed === undefined ? undefined : normalizeUrl(typed);
  if (url !== undefined) await memory.update(LAST_URL, url);
  return url;
}
