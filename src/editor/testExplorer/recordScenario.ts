import { type Memento, Uri, type WorkspaceFolder, window, workspace } from 'vscode';
import { LeakwrightError, runOverChannel } from '../../support/index.ts';
import { cancellable, errorSentence, executableArguments } from '../cancellable.ts';
import { normalizeUrl } from '../checks/address.ts';
import { LAST_URL, askForUrl } from '../checks/askForPage.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import { requireTrust } from '../trust.ts';
import { askForFile, freeScenarioUri, openAtSteps, pickFolder } from './newScenario.ts';

/** What recording exits with when the person closed the browser without doing anything in it. */
const NOTHING_RECORDED = 2;

/**
 * *Record Leak Scenario…*: the person does the steps in a browser, Playwright's own recorder writes them down, and the
 * file made of them is opened. The recorder runs in a process of its own.
 *
 * @throws LeakwrightError when the recorder cannot be started: no screen, no browser
 */
export async function recordScenario(memory: Memento, cli: string): Promise<Uri | undefined> {
  if (!requireTrust(t('Recording a scenario'))) return undefined;
  const folder = await pickFolder();
  const typed = folder && (await askForUrl(memory, t('Record Leak Scenario (1/2)')));
  const url = typed === undefined ? undefined : normalizeUrl(typed);
  if (!folder || url === undefined) return undefined;
  await memory.update(LAST_URL, url);
  const file = await askForFile(folder, { url, clicks: [] }, t('Record Leak Scenario (2/2)'));
  if (file === undefined) return undefined;
  return await recordInto(cli, url, folder, Uri.joinPath(folder.uri, file));
}

/**
 * Records the steps on a page into a new file in the folder, whose name follows from the page.
 *
 * @returns the file; undefined where nothing was recorded
 */
export async function recordPage(
  cli: string,
  url: string,
  folder: WorkspaceFolder | undefined,
): Promise<Uri | undefined> {
  const home = folder ?? (await pickFolder());
  if (!home) return undefined;
  const uri = await freeScenarioUri(home, { url, clicks: [] });
  const recorded = await recordInto(cli, url, home, uri);
  return recorded && (await hasSteps(recorded)) ? recorded : undefined;
}

async function hasSteps(uri: Uri): Promise<boolean> {
  return !(await workspace.openTextDocument(uri)).getText().includes(PLACEHOLDER_STEP);
}

/** What the template says where nothing was recorded. */
const PLACEHOLDER_STEP = "await page.click('#open');";

async function recordInto(cli: string, url: string, folder: WorkspaceFolder, uri: Uri): Promise<Uri | undefined> {
  const browser = setting('browser', folder);
  const code = await cancellable(
    t('Recording: do the steps and undo them, then close the browser.'),
    async (signal) => {
      const { exitCode, said } = await runOverChannel({
        args: [
          cli,
          'record',
          url,
          '--output',
          uri.fsPath,
          ...(browser === 'auto' ? [] : ['--browser', browser]),
          ...executableArguments(),
        ],
        cwd: folder.uri.fsPath,
        signal,
      });
      if (signal.aborted) return undefined;
      if (exitCode !== 0 && exitCode !== NOTHING_RECORDED) {
        throw new LeakwrightError(
          'browsers.launchFailed',
          errorSentence(said) || t('The recorder could not be started.'),
        );
      }
      return exitCode;
    },
  );
  if (code === undefined) return undefined;
  const document = await workspace.openTextDocument(uri);
  await openAtSteps(document);
  if (code === NOTHING_RECORDED) void window.showInformationMessage(t('Nothing was recorded: write the steps here.'));
  return uri;
}
