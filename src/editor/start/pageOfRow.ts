import { type QuickPickItem, window } from 'vscode';
import { plainText } from '../../support/index.ts';
import { checkedName } from '../checks/runningCheck.ts';
import type { Row } from '../processTree/row.ts';
import { t } from '../translate.ts';
import { type OpenPage, openPages } from './openPages.ts';

/**
 * The page of a row that *Check This Page* was chosen on: its own, or, of a browser, the one that the user picks.
 *
 * @returns its address, or undefined when none was picked
 */
export async function pageOfRow(row: Row | undefined): Promise<string | undefined> {
  const pages = await openPages(row);
  if (pages.length > 1) return await pick(pages);
  if (pages.length === 0) void window.showInformationMessage(t('No page of a site is open in this browser.'));
  return pages[0]?.url;
}

async function pick(pages: readonly OpenPage[]): Promise<string | undefined> {
  const items = pages.map(({ url, title }): QuickPickItem & { readonly url: string } => ({
    label: plainText(title, 60) || checkedName(url),
    description: title ? plainText(checkedName(url), 80) : '',
    url,
  }));
  const options = { title: t('Check This Page'), placeHolder: t('Which page?'), matchOnDescription: true };
  return (await window.showQuickPick(items, options))?.url;
}
