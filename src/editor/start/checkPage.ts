import { join } from 'node:path';
import { type Memento, workspace } from 'vscode';
import { normalizeUrl, splitSelectors } from '../checks/address.ts';
import { LAST_URL } from '../checks/askForPage.ts';
import type { CheckProperties } from '../checks/checkArguments.ts';
import type { LoopContext } from '../checks/checkAgain.ts';
import { typeText } from '../managed/askInTurn.ts';
import type { Row } from '../processTree/row.ts';
import { recordPage } from '../testExplorer/recordScenario.ts';
import { t } from '../translate.ts';
import { requireTrust } from '../trust.ts';
import { chooseFrom } from './chooseFrom.ts';
import { type How, askHow } from './howToCheck.ts';
import { pageOfRow } from './pageOfRow.ts';
import { runCheckTask } from './runCheckTask.ts';
import { signIn } from './signIn.ts';
import { type StartItem, type StartPoint, foundStarts, knownStarts, typedStart } from './startPoints.ts';
import { startScript, waitForPage } from './waitForServer.ts';
import { isNodeCheck } from '../../checks/index.ts';
import { defined } from '../../support/index.ts';

interface StartContext extends LoopContext {
  readonly cli: string;
  readonly storage: string;
  readonly memory: Memento;
}

/** What a caller knows already: a page of a session's row, a test. */
interface GivenPage {
  readonly url?: string;
}

/**
 * *Check for Leaks…*: which page (what runs on this machine is found), then what to do on it (what opens and closes there is
 * found), with a way back; runs it as a task.
 */
export async function checkPage(context: StartContext, given: GivenPage = {}): Promise<void> {
  if (!requireTrust(t('A leak check'))) return;
  const address = given.url === undefined ? undefined : normalizeUrl(given.url);
  let point: StartPoint | undefined = address === undefined ? undefined : { kind: 'page', url: address };
  for (;;) {
    point ??= await askWhere(context);
    if (!point) return;
    if (point.kind === 'recent') {
      const { url, click, properties } = point.recent;
      // A check of a program starts it, or reaches it without its pages.
      if (isNodeCheck(properties)) return await runCheckTask(context, properties, point.recent.url);
      if (await waitForPage(url)) await run(context, { ...properties, url, ...(click.length > 0 ? { click } : {}) });
      return;
    }
    const page = await reach(point);
    if (!page) return;
    if ((await checkOne(context, page)) !== 'back') return;
    point = undefined;
  }
}

/** *Check This Page*: the page of a row of the Processes view. */
export async function checkThisPage(context: StartContext, row: Row | undefined): Promise<void> {
  const url = await pageOfRow(row);
  if (url !== undefined) await checkPage(context, { url });
}

async function askWhere({ recent }: StartContext): Promise<StartPoint | undefined> {
  const chosen = await chooseFrom<StartItem>({
    title: t('Check for Leaks'),
    placeholder: t('Which page? Choose one, or type its address'),
    typed: typedStart,
    fill: (show) => {
      const known = knownStarts(recent);
      show(known, false);
      void foundStarts().then(
        (found) => show([...known, ...found], true),
        () => show(known, true),
      );
    },
  });
  return chosen === 'back' ? undefined : chosen?.point;
}

/** What is done on the page, once it can be. */
type Step = Exclude<How, { kind: 'signIn' | 'acceptCertificate' }>;

type Page = Pick<StartPoint & { kind: 'page' }, 'url' | 'folder' | 'config'>;

/** The page once it answers; a Playwright configuration starts its own server, when the check runs. */
async function reach(point: Exclude<StartPoint, { kind: 'recent' }>): Promise<Page | undefined> {
  if (point.kind === 'script') {
    const url = await startScript(point.script, point.folder);
    return url === undefined ? undefined : { url, folder: point.folder };
  }
  if (point.config !== undefined) return point;
  return (await waitForPage(point.url)) ? point : undefined;
}

/** @returns `back` for the question before */
async function checkOne(context: StartContext, page: Page): Promise<'back' | 'done'> {
  // Options that the page needs are added while the questions are asked.
  const needs: { storageState?: string; ignoreHttpsErrors?: boolean } = {};
  const properties = (): CheckProperties => ({
    url: page.url,
    ...defined({ config: page.config }),
    ...needs,
  });
  await context.memory.update(LAST_URL, page.url);
  for (;;) {
    const how = await askHow({
      url: page.url,
      cli: context.cli,
      cwd: folderOf(page)?.uri.fsPath,
      ...needs,
    });
    if (how === undefined) return 'done';
    if (how === 'back') return 'back';
    if (how.kind === 'signIn') {
      const file = join(context.storage, 'signedIn', `${new URL(page.url).host.replaceAll(/[^\w.-]/g, '_')}.json`);
      if (await signIn(context.cli, page.url, file)) needs.storageState = file;
      continue;
    }
    if (how.kind === 'acceptCertificate') {
      needs.ignoreHttpsErrors = true;
      continue;
    }
    if ((await carryOut(context, page, how, properties())) !== 'back') return 'done';
  }
}

async function carryOut(
  context: StartContext,
  page: Page,
  how: Step,
  properties: CheckProperties,
): Promise<'back' | 'done'> {
  switch (how.kind) {
    case 'record': {
      const file = await recordPage(context.cli, page.url, folderOf(page));
      if (file) await context.scenarios.run('check', file);
      return 'done';
    }
    case 'selectors': {
      const answer = await typeText(
        { title: t('Check for Leaks: Selectors'), canGoBack: true },
        {
          prompt: t('What to click, in order, separated by >>> and ending where it began.'),
          placeHolder: '.open >>> .close',
          value: '',
          validate: (text) => (splitSelectors(text).length > 0 ? undefined : t('Enter at least one selector.')),
        },
      );
      if (answer === 'back') return 'back';
      if (answer) await run(context, { ...properties, click: splitSelectors(answer.text) });
      return 'done';
    }
    case 'clicks': {
      await run(context, { ...properties, click: how.clicks });
      return 'done';
    }
    case 'links': {
      await run(context, properties);
      return 'done';
    }
  }
}

const run = async (context: StartContext, properties: CheckProperties): Promise<void> =>
  await runCheckTask(context, properties, properties.url ?? '');

/** The workspace's folder that the page's server runs in, or the first. */
function folderOf({ folder }: Page) {
  const folders = workspace.workspaceFolders ?? [];
  return (
    folders.find(({ uri }) => folder !== undefined && (folder === uri.fsPath || folder.startsWith(`${uri.fsPath}/`))) ??
    folders[0]
  );
}
