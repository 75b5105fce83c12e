import { Uri, window, workspace } from 'vscode';
import { LeakwrightError } from '../../support/index.ts';
import { writeScenario, askForFile, pickFolder } from '../testExplorer/newScenario.ts';
import { t } from '../translate.ts';
import { type CheckTarget, type LocateContext, locateChecks } from './locateFinding.ts';
import { placeOf } from './problem.ts';

/**
 * *Save as Scenario…*: the page and the clicks of a check as a file that the Test Explorer and CI run. Where the check came
 * from a scenario, that is opened.
 *
 * @throws LeakwrightError `usage` where the check has no clicks to write down
 */
export async function saveAsScenario(context: LocateContext, target: CheckTarget): Promise<Uri | undefined> {
  const [check] = await locateChecks(context, target);
  if (!check) throw new LeakwrightError('usage', t('No check was run in this workspace yet.'));
  const { result, folder: home } = check;
  if (result.file !== undefined) {
    const place = placeOf({ file: result.file, line: 1, column: 1, function: '' }, home);
    if (!place) return undefined;
    const uri = Uri.file(place.path);
    await window.showTextDocument(uri);
    return uri;
  }
  if (!result.steps?.length) {
    throw new LeakwrightError('usage', t('This check followed links: record the steps of a scenario instead.'));
  }
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === home) ?? (await pickFolder());
  if (!folder) return undefined;
  const steps = { url: result.url, clicks: result.steps };
  const file = await askForFile(folder, steps, t('Save as Scenario'));
  return file === undefined ? undefined : await writeScenario(folder, steps, file);
}
