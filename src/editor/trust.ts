import { commands, window, workspace } from 'vscode';
import { t } from './translate.ts';

/**
 * Whether something that runs the folder's code or settings may be done; says why not, where the user looks, and what
 * to do about it.
 *
 * @param what what would be done, for the message: `Launching a session`
 */
export function requireTrust(what: string): boolean {
  if (workspace.isTrusted) return true;
  const manage = t('Manage Workspace Trust');
  void window
    .showWarningMessage(t('{0} runs code and settings of this folder, which is not trusted.', what), manage)
    .then((choice) => choice === manage && commands.executeCommand('workbench.trust.manage'));
  return false;
}
