import { ProgressLocation, window } from 'vscode';
import { LeakwrightError, runOverChannel } from '../../support/index.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';

/**
 * Lets the person sign in in a browser window, and keeps that for checks of the page.
 *
 * @returns whether it was kept
 * @throws LeakwrightError where the window cannot be opened
 */
export async function signIn(cli: string, url: string, file: string): Promise<boolean> {
  const executablePath = setting('executablePath');
  return await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: t('Sign in in the browser window, then close it.'),
      cancellable: true,
    },
    async (_progress, token) => {
      const cancelled = new AbortController();
      const cancelling = token.onCancellationRequested(() => cancelled.abort());
      try {
        const { exitCode, said } = await runOverChannel({
          args: [
            cli,
            'sign-in',
            url,
            '--output',
            file,
            ...(executablePath === '' ? [] : ['--executable-path', executablePath]),
          ],
          signal: cancelled.signal,
        });
        if (cancelled.signal.aborted) return false;
        if (exitCode === 0) return true;
        throw new LeakwrightError('browsers.launchFailed', said.replace(/^leakwright: /, '').trim());
      } finally {
        cancelling.dispose();
      }
    },
  );
}
