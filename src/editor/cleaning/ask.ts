import { ConfigurationTarget, commands, window, workspace } from 'vscode';
import { type Settings, VIEWS } from '../contributions.ts';
import { t } from '../translate.ts';

/**
 * Tells of something left behind and offers to clean up. One notification an occasion, with the way to be asked no more.
 *
 * @param options `silence`: the setting, and its value, that stops these questions
 */
export async function offerCleanUp<K extends keyof Settings>(
  message: string,
  options: {
    readonly cleanUp: () => Promise<unknown>;
    readonly silence: { readonly setting: K; readonly value: Settings[K] };
  },
): Promise<void> {
  const cleanUp = t('Clean Up');
  const show = t('Show');
  const never = t("Don't Ask Again");
  const choice = await window.showWarningMessage(message, cleanUp, show, never);
  if (choice === cleanUp) await options.cleanUp();
  if (choice === show) await commands.executeCommand(`${VIEWS.processes}.focus`);
  if (choice === never) {
    const { setting, value } = options.silence;
    const configuration = workspace.getConfiguration('leakwright');
    // Where a folder has its own value, the user's would not be heard.
    const isFolders = configuration.inspect(setting)?.workspaceValue !== undefined;
    await configuration.update(setting, value, isFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global);
  }
}
