import { type Memento, type TextDocument, Uri, type WorkspaceFolder, window, workspace } from 'vscode';
import { normalizeUrl, splitSelectors } from '../checks/address.ts';
import { COULD_BE_URL, LAST_URL, askForUrl } from '../checks/askForPage.ts';
import { t } from '../translate.ts';
import { type ScenarioTemplate, renderScenario, scenarioFileName } from '../../scenarios/index.ts';

/** What a caller (a walkthrough, a test) knows already and need not be asked. */
export interface NewScenario {
  readonly url?: string;
  readonly clicks?: string;
  /** Relative to the folder. */
  readonly file?: string;
}

const SCENARIO_FOLDER = 'leaks';

/** *New Leak Scenario…*: asks for the page and the steps, writes a file that runs as it is, and opens it. */
export async function newScenario(memory: Memento, given: NewScenario = {}): Promise<Uri | undefined> {
  const folder = await pickFolder();
  if (!folder) return undefined;
  const typed = given.url ?? (await askForUrl(memory, t('New Leak Scenario (1/3)')));
  const url = typed === undefined ? undefined : normalizeUrl(typed);
  if (url === undefined) {
    if (typed !== undefined) void window.showErrorMessage(COULD_BE_URL());
    return undefined;
  }
  const clicks =
    given.clicks ??
    (await window.showInputBox({
      title: t('New Leak Scenario (2/3)'),
      prompt: t(
        'What to click, in order, separated by >>> and ending where it began. Empty: write the steps yourself.',
      ),
      placeHolder: '.open >>> .close',
      ignoreFocusOut: true,
    }));
  if (clicks === undefined) return undefined;
  await memory.update(LAST_URL, url);
  const steps = { url, clicks: splitSelectors(clicks) };
  const file = given.file ?? (await askForFile(folder, steps, t('New Leak Scenario (3/3)')));
  return file === undefined ? undefined : await writeScenario(folder, steps, file);
}

/** The folder a new file goes to; asks where there are several, says so where there is none. */
export async function pickFolder(): Promise<WorkspaceFolder | undefined> {
  const { workspaceFolders = [] } = workspace;
  if (workspaceFolders.length > 1) {
    return await window.showWorkspaceFolderPick({ placeHolder: t('Where does the scenario belong?') });
  }
  if (workspaceFolders.length === 0)
    void window.showErrorMessage(t('Open a folder first: a scenario is a file in it.'));
  return workspaceFolders[0];
}

type Steps = Pick<ScenarioTemplate, 'url' | 'clicks'>;

/** A file for a new scenario that is not there yet: `leaks/cart.leak.ts`, `leaks/cart-2.leak.ts` … */
export async function freeScenarioUri(folder: WorkspaceFolder, { url, clicks }: Steps): Promise<Uri> {
  const typescript = await exists(Uri.joinPath(folder.uri, 'tsconfig.json'));
  const name = scenarioFileName(url, clicks);
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : `-${number}`;
    const uri = Uri.joinPath(folder.uri, SCENARIO_FOLDER, `${name}${suffix}.leak.${typescript ? 'ts' : 'mjs'}`);
    if (!(await exists(uri))) return uri;
  }
}

/** Asks for the file a new scenario goes to, relative to the folder; one that is there already is refused. */
export async function askForFile(folder: WorkspaceFolder, steps: Steps, title: string): Promise<string | undefined> {
  const value = workspace.asRelativePath(await freeScenarioUri(folder, steps), false);
  const file = await window.showInputBox({
    title,
    prompt: t('The file to write, in {0}', folder.name),
    value,
    valueSelection: [SCENARIO_FOLDER.length + 1, value.indexOf('.leak.')],
    ignoreFocusOut: true,
    validateInput: async (typed) => {
      if (!/^[^/\\].*\.leak\.(?:[cm]?js|m?ts)$/.test(typed.trim()) || typed.includes('..')) {
        return t('A name that ends in .leak.ts, .leak.mjs or .leak.js');
      }
      return (await exists(Uri.joinPath(folder.uri, typed.trim()))) ? t('There is a file of this name.') : undefined;
    },
  });
  return file?.trim();
}

/** Writes a scenario and opens it at its first step. */
export async function writeScenario(folder: WorkspaceFolder, steps: Steps, file: string): Promise<Uri | undefined> {
  const uri = Uri.joinPath(folder.uri, file);
  if (await exists(uri)) {
    void window.showErrorMessage(t("'{0}' exists already.", file));
    return undefined;
  }
  const text = renderScenario({
    ...steps,
    typescript: file.endsWith('ts'),
    typesFrom: await playwrightTypes(folder),
  });
  await workspace.fs.writeFile(uri, Buffer.from(text));
  await openAtSteps(await workspace.openTextDocument(uri));
  return uri;
}

/** Shows a scenario with its first step selected, the part to check or change. */
export async function openAtSteps(document: TextDocument): Promise<void> {
  const step = document.positionAt(Math.max(0, document.getText().indexOf('    await ')));
  await window.showTextDocument(document, { selection: document.lineAt(step).range });
}

async function playwrightTypes(folder: WorkspaceFolder): Promise<'playwright' | '@playwright/test' | undefined> {
  for (const name of ['playwright', '@playwright/test'] as const) {
    if (await exists(Uri.joinPath(folder.uri, 'node_modules', name, 'package.json'))) return name;
  }
  return undefined;
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
