import { relative } from 'node:path';
import { ProgressLocation, ThemeIcon, window, workspace } from 'vscode';
import { checkedName } from '../checks/runningCheck.ts';
import { engine } from '../lazyBundles.ts';
import { t } from '../translate.ts';

/** A bundler's first start may take minutes; the user can cancel. */
const WAIT_MS = 180_000;
const ASK_EVERY_MS = 700;

/** Waits until a page answers, where it does not yet. @returns whether it does */
export async function waitForPage(url: string): Promise<boolean> {
  if (!/^https?:/.test(url) || (await engine().answers(url))) return true;
  const wait = t('Waiting for {0} to answer…', checkedName(url));
  return (await polling(wait, async () => ((await engine().answers(url)) ? url : undefined))) !== undefined;
}

/** Starts a script of package.json in a terminal and waits for the page that it serves. @returns its address */
export async function startScript(script: string, folder: string): Promise<string | undefined> {
  const terminal = window.createTerminal({ name: script, cwd: folder, iconPath: new ThemeIcon('server-process') });
  terminal.show(true);
  terminal.sendText(`npm run ${script}`);
  const reader = engine().createProcessReader();
  const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  return await polling(t('Waiting for the page of {0}…', `npm run ${script}`), async () => {
    const servers = await engine().findDevServers(reader, folders);
    return servers.find((server) => server.folder !== undefined && !relative(folder, server.folder).startsWith('..'))
      ?.url;
  });
}

async function polling(title: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
  return await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      const until = Date.now() + WAIT_MS;
      while (!token.isCancellationRequested && Date.now() < until) {
        const found = await ask();
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      }
      return undefined;
    },
  );
}
