import { type QuickPickItem, window, workspace } from 'vscode';
import type { BrowserSetting } from '../contributions.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';

const BROWSERS: readonly BrowserSetting[] = ['auto', 'chromium', 'chrome', 'msedge'];

interface Choice extends QuickPickItem {
  readonly act?: () => Promise<void>;
}

/** What the gear of *Check for leaks* asks: how often an iteration runs, and in which browser. */
export async function configureChecks(): Promise<void> {
  const iterations = setting('iterations');
  const choice = await window.showQuickPick<Choice>(
    [
      {
        label: t('Iterations'),
        description: iterations > 0 ? String(iterations) : t('as the scenario says'),
        act: askIterations,
      },
      { label: t('Browser'), description: setting('browser'), act: askBrowser },
    ],
    { title: t('Leak Checks in the Test Explorer') },
  );
  await choice?.act?.();
}

async function askIterations(): Promise<void> {
  const answer = await window.showInputBox({
    title: t('Iterations'),
    prompt: t('Counted iterations of each check; empty: as the scenario says'),
    value: setting('iterations') > 0 ? String(setting('iterations')) : '',
    validateInput: (value) =>
      value.trim() === '' || /^(?:[3-9]|[1-9]\d{1,2})$/.test(value.trim()) ? undefined : t('A number from 3 to 999'),
  });
  if (answer === undefined) return;
  const value = answer.trim();
  await workspace.getConfiguration('leakwright').update('iterations', value === '' ? undefined : Number(value));
}

async function askBrowser(): Promise<void> {
  const answer = await window.showQuickPick(
    BROWSERS.map((label) => ({ label, picked: label === setting('browser') })),
    { title: t('Browser'), placeHolder: t('Leak checks name lines in Chromium, Chrome and Edge') },
  );
  if (answer) await workspace.getConfiguration('leakwright').update('browser', answer.label);
}
