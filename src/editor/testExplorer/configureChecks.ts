import { type QuickPickItem, window, workspace } from 'vscode';
import type { BrowserSetting } from '../contributions.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';

const BROWSERS: readonly BrowserSetting[] = ['auto', 'chromium', 'chrome', 'msedge'];

interface Choice extends QuickPickItem {
  readonly act?: () => Promise<void>;
}

/** What the gear of *Check for leaks* asks: how often an iteration runs, for how long a check may run, and in which browser. */
export async function configureChecks(): Promise<void> {
  const iterations = setting('iterations');
  const timeout = setting('checkTimeout');
  const choice = await window.showQuickPick<Choice>(
    [
      {
        label: t('Iterations'),
        description: iterations > 0 ? String(iterations) : t('as the scenario says'),
        act: askIterations,
      },
      {
        label: t('Time limit'),
        description: timeout > 0 ? t('{0} s for each check', timeout) : t('120 s for each check'),
        act: askTimeout,
      },
      { label: t('Browser'), description: setting('browser'), act: askBrowser },
    ],
    { title: t('Leak Checks in the Test Explorer') },
  );
  await choice?.act?.();
}

async function askIterations(): Promise<void> {
  await askNumber('iterations', {
    title: t('Iterations'),
    prompt: t('Counted iterations of each check; empty: as the scenario says'),
    pattern: /^(?:[3-9]|[1-9]\d{1,2})$/,
    wrong: t('A number from 3 to 999'),
  });
}

async function askTimeout(): Promise<void> {
  await askNumber('checkTimeout', {
    title: t('Time limit'),
    prompt: t('Seconds for each check; empty: 120'),
    pattern: /^[1-9]\d{0,4}$/,
    wrong: t('A number of seconds from 1 to 99999'),
  });
}

/** Asks for a number setting; an empty answer resets it to its default. */
async function askNumber(
  name: 'iterations' | 'checkTimeout',
  { title, prompt, pattern, wrong }: { title: string; prompt: string; pattern: RegExp; wrong: string },
): Promise<void> {
  const answer = await window.showInputBox({
    title,
    prompt,
    value: setting(name) > 0 ? String(setting(name)) : '',
    validateInput: (value) => (value.trim() === '' || pattern.test(value.trim()) ? undefined : wrong),
  });
  if (answer === undefined) return;
  const value = answer.trim();
  await workspace.getConfiguration('leakwright').update(name, value === '' ? undefined : Number(value));
}

async function askBrowser(): Promise<void> {
  const answer = await window.showQuickPick(
    BROWSERS.map((label) => ({ label, picked: label === setting('browser') })),
    { title: t('Browser'), placeHolder: t('Leak checks name lines in Chromium, Chrome and Edge') },
  );
  if (answer) await workspace.getConfiguration('leakwright').update('browser', answer.label);
}
