import { LeakwrightError, runOverChannel } from '../../support/index.ts';
import { cancellable, errorSentence, executableArguments } from '../cancellable.ts';
import { t } from '../translate.ts';

/**
 * Lets the person sign in in a browser window, and keeps that for checks of the page.
 *
 * @returns whether it was kept
 * @throws LeakwrightError where the window cannot be opened
 */
export async function signIn(cli: string, url: string, file: string): Promise<boolean> {
  const kept = await cancellable(t('Sign in in the browser window, then close it.'), async (signal) => {
    const args = [cli, 'sign-in', url, '--output', file, ...executableArguments()];
    const { exitCode, said } = await runOverChannel({ args, signal });
    if (signal.aborted) return false;
    if (exitCode !== 0) throw new LeakwrightError('browsers.launchFailed', errorSentence(said));
    return true;
  });
  return kept ?? false;
}
