import {
  type CancellationToken,
  Location,
  Position,
  type TestItem,
  TestMessage,
  type TestRun,
  type Uri,
  type WorkspaceFolder,
  workspace,
} from 'vscode';
import { type CheckCommand, type CheckSink, following, runCheckProcess } from '../../checks/index.ts';
import type { CheckResult } from '../../leaks/index.ts';
import { type ChannelExit, type Log, describeError, plainText } from '../../support/index.ts';
import { type CheckProperties, IN_A_WINDOW } from '../checks/checkArguments.ts';
import { type CheckPlaces, checkCommand } from '../checks/checkCommand.ts';
import type { CheckResults } from '../checks/checkResults.ts';
import { requireFolder } from '../checks/requireFolder.ts';
import type { RunningChecks } from '../checks/runningChecks.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import { debugCheck } from './debugCheck.ts';
import { RunOutput } from './runOutput.ts';
import { errorMessage, inconclusiveMessage, leakMessage } from './testMessages.ts';

/** `show`: in a browser with a window, which stays open on the page of a step that fails. */
export type RunMode = 'check' | 'debug' | 'show';

export interface ScenarioRunOptions extends CheckPlaces {
  readonly results: CheckResults;
  readonly running: RunningChecks;
  readonly log: Log;
  /** Runs a scenario anew in a browser with a window. */
  readonly showBrowser?: (file: Uri) => void;
}

let runs = 0;

/**
 * Checks one scenario file as a test: what the check says goes into the test's output while it goes on, its findings
 * become the test's messages, and its result goes where every check's goes.
 */
export async function runScenario(
  options: ScenarioRunOptions,
  run: TestRun,
  item: TestItem,
  mode: RunMode,
  token: CancellationToken,
): Promise<void> {
  const folder = workspace.getWorkspaceFolder(item.uri!);
  const home = folder?.uri.fsPath ?? '';
  const here = new Location(item.uri!, item.range ?? new Position(0, 0));
  const output = new RunOutput((text) => run.appendOutput(text, undefined, item));
  const startedAt = Date.now();
  run.started(item);
  const results: CheckResult[] = [];
  const sink: CheckSink = {
    onEvent: (event) => {
      output.onEvent(event);
      going.onEvent(event);
      if (event.type !== 'checkEnded') return;
      results.push(event.result);
      options.results.accept({ result: event.result, folder: folder && home });
    },
    onOutput: (text) => output.text(text),
  };
  const abort = new AbortController();
  const going = options.running.begin(item.label, {
    stop: () => abort.abort(),
    ...(mode === 'check' && {
      showBrowser: () => {
        abort.abort();
        options.showBrowser?.(item.uri!);
      },
    }),
  });
  const listening = token.onCancellationRequested(() => abort.abort());
  if (token.isCancellationRequested) abort.abort();
  try {
    const command = commandFor(options, item, mode, folder);
    requireFolder(command);
    const exit =
      mode === 'debug'
        ? await following(command.events, sink, () => debugCheck(command, sink, abort.signal, { folder, testRun: run }))
        : await runCheckProcess(command, sink, abort.signal);
    // Stop in the debugger ends the run without a verdict.
    if (abort.signal.aborted || (mode === 'debug' && results.length === 0)) run.skipped(item);
    else settle(run, item, { results, exit, home, here, durationMs: Date.now() - startedAt });
  } catch (error) {
    options.log.error(`Checking ${item.uri!.path}: ${describeError(error)}`);
    output.text(`${plainText(describeError(error), 2000)}\n`);
    run.errored(item, errorMessage({ code: 'usage', message: describeError(error) }, home, here));
  } finally {
    going.end();
    listening.dispose();
  }
}

function commandFor(
  options: ScenarioRunOptions,
  item: TestItem,
  mode: RunMode,
  folder: WorkspaceFolder | undefined,
): CheckCommand {
  runs += 1;
  const iterations = setting('iterations', folder);
  const properties: CheckProperties = {
    file: item.uri!.fsPath,
    ...(iterations > 0 ? { iterations } : {}),
    ...(mode === 'show' ? IN_A_WINDOW : {}),
  };
  return checkCommand(options, properties, folder, ['test', process.pid, runs]);
}

interface Outcome {
  readonly results: readonly CheckResult[];
  readonly exit: ChannelExit;
  readonly home: string;
  readonly here: Location;
  readonly durationMs: number;
}

function settle(run: TestRun, item: TestItem, { results, exit, home, here, durationMs }: Outcome): void {
  const errors = results.filter(({ verdict }) => verdict === 'error');
  const leaks = results
    .flatMap(({ findings }) => findings)
    .filter((finding) => finding.ignored === undefined)
    .map((finding) => leakMessage(finding, home, here));
  const unclear = results.filter(({ verdict }) => verdict === 'inconclusive');
  if (results.length === 0) {
    const code = exit.exitCode ?? '?';
    const said = plainText(exit.said.replace(/^leakwright: /, ''), 1000) || t('It ended with code {0}.', code);
    run.errored(item, errorMessage({ code: 'usage', message: said }, home, here), durationMs);
  } else if (errors.length > 0) {
    const messages = errors.map(({ error }) =>
      error ? errorMessage(error, home, here) : new TestMessage(t('The check could not be done.')),
    );
    run.errored(item, messages, durationMs);
  } else if (leaks.length > 0) run.failed(item, leaks, durationMs);
  else if (unclear.length > 0) {
    run.errored(
      item,
      unclear.map((result) => inconclusiveMessage(result, here)),
      durationMs,
    );
  } else run.passed(item, durationMs);
}
