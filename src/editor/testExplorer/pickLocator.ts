import { type Memento, type TextEditor, Uri, env, window, workspace } from 'vscode';
import { LeakwrightError, plainText, runOverChannel } from '../../support/index.ts';
import { cancellable, errorSentence, executableArguments } from '../cancellable.ts';
import { normalizeUrl } from '../checks/address.ts';
import { askForUrl } from '../checks/askForPage.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import { requireTrust } from '../trust.ts';
import { isScenarioPath } from './scenarioFiles.ts';

/** What picking exits with when the person closed the browser without a click. */
const NOTHING_PICKED = 2;

/**
 * *Pick Locator*: the person clicks on an element in a browser, and its locator is written at the cursor of the scenario, whose
 * page it is; without a scenario in the editor it is asked which page, and the locator goes to the clipboard.
 *
 * @throws LeakwrightError where the browser cannot be opened: no screen, no browser, a Playwright that cannot pick
 */
export async function pickLocator(memory: Memento, cli: string): Promise<void> {
  if (!requireTrust(t('Picking a locator'))) return;
  const editor = window.activeTextEditor;
  const scenario = editor && isScenarioPath(editor.document.uri.path) ? editor : undefined;
  await scenario?.document.save();
  const target = scenario?.document.uri.fsPath ?? normalizeUrl((await askForUrl(memory, t('Pick Locator'))) ?? '');
  if (target === undefined) return;
  const locator = await picked(cli, target);
  if (locator === undefined) return;
  const text = `page.${locator}`;
  if (scenario && (await writeAt(scenario, text))) return;
  await env.clipboard.writeText(text);
  void window.showInformationMessage(t('In the clipboard: {0}', plainText(text, 200)));
}

async function picked(cli: string, target: string): Promise<string | undefined> {
  const browser = setting('browser');
  return await cancellable(t('Click an element in the browser window.'), async (signal) => {
    let output = '';
    const { exitCode, said } = await runOverChannel({
      args: [
        cli,
        'pick-locator',
        ...(browser === 'chrome' || browser === 'msedge' ? ['--browser', browser] : []),
        ...executableArguments(),
        '--',
        target,
      ],
      cwd: (workspace.getWorkspaceFolder(Uri.file(target)) ?? workspace.workspaceFolders?.[0])?.uri.fsPath,
      signal,
      listen: (stdout) => stdout.on('data', (chunk: string) => (output += chunk)),
    });
    if (signal.aborted || exitCode === NOTHING_PICKED) return undefined;
    if (exitCode === 0) return output.trim();
    throw new LeakwrightError('browsers.launchFailed', errorSentence(said));
  });
}

async function writeAt(editor: TextEditor, text: string): Promise<boolean> {
  const shown = await window.showTextDocument(editor.document, editor.viewColumn);
  return await shown.edit((edit) => edit.replace(shown.selection, text));
}
