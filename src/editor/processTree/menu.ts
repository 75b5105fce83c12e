import { type QuickPickItem, commands, window } from 'vscode';
import { COMMANDS, VIEWS } from '../contributions.ts';
import { t } from '../translate.ts';

interface MenuState {
  readonly paused: boolean;
  readonly sessions: number;
}

/** The status bar item's menu: what one may want to do on seeing the number. */
export async function showMenu({ paused, sessions }: MenuState): Promise<void> {
  const items: (QuickPickItem & { readonly command: string })[] = [
    { label: `$(list-tree) ${t('Show Processes')}`, command: `${VIEWS.processes}.focus` },
    { label: `$(graph-line) ${t('Show Memory')}`, command: `${VIEWS.memory}.focus` },
    { label: `$(add) ${t('Launch Session…')}`, command: COMMANDS.launchSession },
    { label: `$(beaker) ${t('Check for Leaks…')}`, command: COMMANDS.checkUrl },
    { label: `$(trash) ${t('Clean Up Orphans…')}`, command: COMMANDS.cleanUpOrphans },
    ...(sessions > 0
      ? [{ label: `$(close-all) ${t('Close All Sessions')}`, command: COMMANDS.closeAllSessions as string }]
      : []),
    paused
      ? { label: `$(debug-continue) ${t('Resume Sampling')}`, command: COMMANDS.resume }
      : { label: `$(debug-pause) ${t('Pause Sampling')}`, command: COMMANDS.pause },
    { label: `$(output) ${t('Show Log')}`, command: COMMANDS.showLog },
  ];
  const chosen = await window.showQuickPick(items, { title: 'Leakwright', placeHolder: t('Browsers and leaks') });
  if (chosen) await commands.executeCommand(chosen.command);
}
