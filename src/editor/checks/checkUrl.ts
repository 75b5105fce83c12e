import { type Memento, tasks, window, workspace } from 'vscode';
import { t } from '../translate.ts';
import { LAST_URL, askForUrl, normalizeUrl, splitSelectors } from './askForPage.ts';
import type { CheckTasks } from './checkTasks.ts';
import { TASK_TYPE } from '../contributions.ts';
import { requireTrust } from '../trust.ts';

const LAST_CLICKS = 'checkUrl.clicks';

/** *Check URL for Leaks…*: asks for the page and what to do on it, and runs that as a task. */
export async function checkUrl(checks: CheckTasks, memory: Memento, given?: { url?: string }): Promise<void> {
  if (!requireTrust(t('A leak check'))) return;
  const url = given?.url ?? (await askForUrl(memory, t('Check URL for Leaks (1/2)')));
  const address = url === undefined ? undefined : normalizeUrl(url);
  if (address === undefined) return;
  const clicks = await window.showInputBox({
    title: t('Check URL for Leaks (2/2)'),
    prompt: t(
      'What to click, in order, separated by >>> and ending where it began. Leave it empty to follow each link and go back.',
    ),
    placeHolder: '.open >>> .close',
    value: memory.get<string>(LAST_URL) === address ? (memory.get<string>(LAST_CLICKS) ?? '') : '',
    ignoreFocusOut: true,
  });
  if (clicks === undefined) return;
  await memory.update(LAST_URL, address);
  await memory.update(LAST_CLICKS, clicks);
  const selectors = splitSelectors(clicks);
  const task = checks.createTask(
    { type: TASK_TYPE, url: address, ...(selectors.length > 0 ? { click: selectors } : {}) },
    t('Check {0}', address),
    workspace.workspaceFolders?.[0],
  );
  await tasks.executeTask(task);
}
