import { type QuickPickItem, Uri, commands, workspace } from 'vscode';
import type { NodeProgram } from '../../machine/index.ts';
import { type Log, formatBytes, plainText } from '../../support/index.ts';
import { cancellable } from '../cancellable.ts';
import type { CheckProperties } from '../checks/checkArguments.ts';
import type { CheckTasks } from '../checks/checkTasks.ts';
import { SNAPSHOT_EDITOR } from '../contributions.ts';
import { engine } from '../lazyBundles.ts';
import { type Place, pickOne, typeText } from '../managed/askInTurn.ts';
import { chooseSnapshotFile } from '../managed/captureSnapshot.ts';
import type { Row } from '../processTree/row.ts';
import { SCENARIO_GLOB, isScenarioPath } from '../testExplorer/scenarioFiles.ts';
import { t } from '../translate.ts';
import { requireTrust } from '../trust.ts';
import { runCheckTask } from './runCheckTask.ts';

/** What an iteration does, where the caller knows it: a test. */
type Given = Pick<CheckProperties, 'url' | 'request' | 'evaluate' | 'file'>;

type What = QuickPickItem &
  (
    | { readonly does: 'requests'; readonly url: string }
    | { readonly does: 'code' }
    | { readonly does: 'file'; readonly file: string }
  );

/** Where one request ends and the next begins, in what is typed. */
const BETWEEN_REQUESTS = /\s*>>>\s*/;
const REQUEST = /^[A-Za-z]+\s+\S+/;
/** More scenario files than one looks through in a list. */
const MAX_FILES = 50;

/**
 * *Check for Leaks…* of a program on Node: what an iteration does (requests to where it listens, code that it runs, a scenario
 * file), then a task that checks the running program.
 */
export async function checkProgram(
  context: { readonly checks: CheckTasks },
  row: Row | undefined,
  given?: Given,
): Promise<void> {
  if (row?.kind !== 'program' || !requireTrust(t('A leak check'))) return;
  const { program } = row;
  const iteration = given ?? (await askWhatToDo(program));
  if (!iteration) return;
  const { pid } = program.info;
  await runCheckTask(context, { nodePid: pid, ...iteration }, `${plainText(program.name, 40)} (${pid})`);
}

async function askWhatToDo({ name, info }: NodeProgram): Promise<Given | undefined> {
  const title = t("Check '{0}' for Leaks", plainText(name, 40));
  for (;;) {
    const what = await pickOne<What>(
      { title, canGoBack: false },
      t('What happens in each iteration?'),
      waysOf(info.pid),
    );
    if (what === undefined || what === 'back') return undefined;
    if (what.does === 'file') return { file: what.file };
    const place = { title, canGoBack: true };
    const answer = what.does === 'requests' ? await askRequests(place, what.url) : await askCode(place);
    if (answer !== 'back') return answer;
  }
}

async function waysOf(pid: number): Promise<What[]> {
  const [listeners, found] = await Promise.all([
    engine().findListeners(),
    workspace.findFiles(SCENARIO_GLOB, '**/node_modules/**', MAX_FILES),
  ]);
  const urls = await Promise.all(listeners.filter((one) => one.pid === pid).map(({ port }) => serverAt(port)));
  const files = found.filter((uri) => isScenarioPath(workspace.asRelativePath(uri, false)));
  return [
    ...urls.flatMap((url): What[] =>
      url === undefined ? [] : [{ label: t('Requests to {0}', new URL(url).host), does: 'requests' as const, url }],
    ),
    { label: t('Code that the program runs'), description: t('an expression, awaited'), does: 'code' },
    ...files.map((uri): What => ({
      label: workspace.asRelativePath(uri),
      description: t('scenario file'),
      does: 'file',
      file: uri.fsPath,
    })),
  ];
}

/** The address of a server that answers HTTP; an inspector's port does so too, and is none. */
async function serverAt(port: number): Promise<string | undefined> {
  for (const url of [`http://localhost:${port}`, `https://localhost:${port}`]) {
    if (!(await engine().answers(url))) continue;
    return (await engine().isInspector(url)) ? undefined : url;
  }
  return undefined;
}

async function askRequests(place: Place, url: string): Promise<Given | 'back' | undefined> {
  const answer = await typeText(place, {
    prompt: t('The requests of one iteration to {0}, separated by >>>', url),
    placeHolder: 'GET /items >>> POST /items {"name":"one"}',
    value: 'GET /',
    validate: (text) =>
      text
        .trim()
        .split(BETWEEN_REQUESTS)
        .every((one) => REQUEST.test(one))
        ? undefined
        : t('Write a request as GET /items, or POST /items and its body.'),
  });
  if (answer === undefined || answer === 'back') return answer;
  return { url, request: answer.text.trim().split(BETWEEN_REQUESTS) };
}

async function askCode(place: Place): Promise<Given | 'back' | undefined> {
  const answer = await typeText(place, {
    prompt: t('JavaScript that the program runs in each iteration; a promise is awaited'),
    placeHolder: "require('./cache.js').fill()",
    value: '',
    validate: (text) => (text.trim() === '' ? t('Enter an expression.') : undefined),
  });
  return answer === undefined || answer === 'back' ? answer : { evaluate: answer.text.trim() };
}

/**
 * *Capture Heap Snapshot…* of a program on Node, into a file that our editor of snapshots shows.
 *
 * @param wanted where to write it, as an absolute path. Default: asks the user
 * @returns the file, or undefined when it was given up
 */
export async function captureProgramSnapshot(
  { log }: { readonly log: Log },
  row: Row | undefined,
  wanted?: string,
): Promise<string | undefined> {
  if (row?.kind !== 'program') return undefined;
  const { name, info } = row.program;
  const file = wanted ?? (await chooseSnapshotFile(name));
  if (file === undefined) return undefined;
  const captured = await cancellable(t("Capturing a heap snapshot of '{0}'…", plainText(name, 80)), (signal) =>
    engine().captureProgram(info.pid, file, signal),
  );
  if (!captured) return undefined;
  log.info(`Heap snapshot of process ${info.pid} written to ${file}, ${formatBytes(captured.bytes)}.`);
  await commands.executeCommand('vscode.openWith', Uri.file(file), SNAPSHOT_EDITOR);
  return file;
}
