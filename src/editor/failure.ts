import { commands, window } from 'vscode';
import { describeError } from '../support/index.ts';
import { COMMANDS } from './contributions.ts';
import { t } from './translate.ts';

/** A command's failure, said where the user looks; where a browser is the trouble the doctor is one click away. */
export async function reportFailure(error: unknown): Promise<void> {
  const code = (error as { code?: unknown } | undefined)?.code;
  const ask = t('Run Doctor');
  const isAboutBrowsers = typeof code === 'string' && code.startsWith('browsers.');
  const choice = await window.showErrorMessage(describeError(error), ...(isAboutBrowsers ? [ask] : []));
  if (choice === ask) await commands.executeCommand(COMMANDS.doctor);
}
