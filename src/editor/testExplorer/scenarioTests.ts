import {
  CancellationTokenSource,
  type CancellationToken,
  type Disposable,
  type TestController,
  type TestItem,
  type TestRunProfile,
  TestRunProfileKind,
  TestRunRequest,
  Uri,
  tests,
  window,
  workspace,
} from 'vscode';
import { TEST_CONTROLLER } from '../contributions.ts';
import { onDemand } from '../lazyBundles.ts';
import { inBackground } from '../log.ts';
import { t } from '../translate.ts';
import { requireTrust } from '../trust.ts';
import { ScenarioItems } from './scenarioItems.ts';
import type { RunMode, ScenarioRunOptions } from './scenarioRun.ts';

/** Saving a file often saves others: a formatter, *Save All*. In ms. */
const AFTER_SAVE_MS = 300;

/** Scenario files in the Test Explorer: run, debugged, cancelled, and run again on save. */
export class ScenarioTests implements Disposable {
  readonly #options: ScenarioRunOptions;
  readonly controller: TestController;
  readonly profiles: Readonly<Record<RunMode, TestRunProfile>>;
  readonly #running = new Set<Promise<void>>();
  /** What ends the runs that go on. */
  readonly #ending = new Set<CancellationTokenSource>();
  readonly items: ScenarioItems;

  constructor(options: ScenarioRunOptions) {
    this.#options = {
      ...options,
      showBrowser: (file) => inBackground(options.log, 'Showing a browser', this.run('show', file)),
    };
    this.controller = tests.createTestController(TEST_CONTROLLER, 'Leakwright');
    this.items = new ScenarioItems(this.controller, options.log);
    const profile = (mode: RunMode, label: string, kind: TestRunProfileKind, isDefault = true): TestRunProfile => {
      const made = this.controller.createRunProfile(
        label,
        kind,
        async (request, token) => await this.#handle(mode, request, token),
        isDefault,
      );
      made.configureHandler = () => inBackground(options.log, 'Configuring checks', onDemand().configureChecks());
      return made;
    };
    this.profiles = {
      check: profile('check', t('Check for leaks'), TestRunProfileKind.Run),
      debug: profile('debug', t('Debug'), TestRunProfileKind.Debug),
      show: profile('show', t('Show browser'), TestRunProfileKind.Run, false),
    };
    this.profiles.check.supportsContinuousRun = true;
  }

  /**
   * Checks or debugs one scenario, as its row in the Test Explorer does.
   *
   * @param uri default: the file in the active editor
   */
  async run(mode: RunMode, uri = window.activeTextEditor?.document.uri): Promise<void> {
    const item = uri && (await this.items.obtain(uri));
    if (!item) {
      void window.showInformationMessage(t('Open a scenario file (*.leak.ts, *.leak.js …) to check it.'));
      return;
    }
    await window.activeTextEditor?.document.save();
    const source = new CancellationTokenSource();
    try {
      await this.#handle(mode, new TestRunRequest([item], undefined, this.profiles[mode]), source.token);
    } finally {
      source.dispose();
    }
  }

  /** Ends what runs. */
  dispose(): void {
    for (const source of this.#ending) source.cancel();
    this.items.dispose();
    this.controller.dispose();
  }

  /** Once nothing runs any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #handle(mode: RunMode, request: TestRunRequest, token: CancellationToken): Promise<void> {
    if (!requireTrust(t('A leak check'))) return;
    if (!request.include) await this.items.find();
    if (request.continuous) this.#onSave(mode, request, token);
    else await this.#run(mode, request, token, selected(request, this.items.all));
  }

  async #run(
    mode: RunMode,
    request: TestRunRequest,
    token: CancellationToken,
    chosen: readonly TestItem[],
  ): Promise<void> {
    const running = this.#runEach(mode, request, token, chosen);
    this.#running.add(running);
    try {
      await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** One after the other: two browsers at once would disturb each other's memory, and the person. */
  async #runEach(
    mode: RunMode,
    request: TestRunRequest,
    token: CancellationToken,
    chosen: readonly TestItem[],
  ): Promise<void> {
    const run = this.controller.createTestRun(request);
    const source = new CancellationTokenSource();
    const listening = [token, run.token].map((one) => one.onCancellationRequested(() => source.cancel()));
    this.#ending.add(source);
    try {
      for (const item of chosen) run.enqueued(item);
      for (const item of chosen) {
        if (token.isCancellationRequested || source.token.isCancellationRequested) run.skipped(item);
        else if (item.uri!.scheme !== 'file') {
          run.skipped(item);
          run.appendOutput(`${t('{0} is on no disk, so it cannot be run.', item.uri!.path)}\r\n`, undefined, item);
        } else await onDemand().runScenario(this.#options, run, item, mode, source.token);
      }
    } finally {
      this.#ending.delete(source);
      for (const one of listening) one.dispose();
      source.dispose();
      run.end();
    }
  }

  /**
   * Runs again whenever a file of the scenarios' folders is saved, until the token is cancelled: a saved scenario alone, for
   * any other file all chosen scenarios, since each may use it.
   */
  #onSave(mode: RunMode, request: TestRunRequest, token: CancellationToken): void {
    const saved = new Set<string>();
    let timer: NodeJS.Timeout | undefined;
    let running: Promise<void> = Promise.resolve();
    const begin = () => {
      const uris = [...saved].map((address) => Uri.parse(address));
      saved.clear();
      const due = dueAfter(uris, selected(request, this.items.all));
      if (due.length > 0) {
        running = running.then(async () => await this.#run(mode, request, token, due));
        inBackground(this.#options.log, 'Running on save', running);
      }
    };
    const listening = workspace.onDidSaveTextDocument(({ uri }) => {
      if (uri.scheme !== 'file' || uri.path.includes('/node_modules/') || uri.path.includes('/.vscode/')) return;
      saved.add(uri.toString());
      clearTimeout(timer);
      timer = setTimeout(begin, AFTER_SAVE_MS);
    });
    const source = new CancellationTokenSource();
    const stop = () => {
      clearTimeout(timer);
      listening.dispose();
      this.#ending.delete(source);
      cancelling.dispose();
      source.dispose();
    };
    const cancelling = token.onCancellationRequested(stop);
    // Deactivation stops it as the token does.
    source.token.onCancellationRequested(stop);
    this.#ending.add(source);
  }
}

/** The files of a request: all, or what is below the chosen rows, without what is excluded. */
function selected({ include, exclude }: TestRunRequest, all: readonly TestItem[]): TestItem[] {
  const isBelow = (item: TestItem, rows: readonly TestItem[] | undefined): boolean =>
    rows !== undefined &&
    (rows.some(({ id }) => id === item.id) || (item.parent !== undefined && isBelow(item.parent, rows)));
  return all
    .filter((item) => (include ? isBelow(item, include) : true) && !isBelow(item, exclude))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function dueAfter(saved: readonly Uri[], chosen: readonly TestItem[]): TestItem[] {
  const addresses = new Set(saved.map((uri) => uri.toString()));
  const others = saved.filter((uri) => !chosen.some(({ id }) => id === uri.toString()));
  const folders = new Set(others.map((uri) => workspace.getWorkspaceFolder(uri)?.uri.toString()));
  folders.delete(undefined);
  return chosen.filter(
    ({ id, uri }) => addresses.has(id) || folders.has(workspace.getWorkspaceFolder(uri!)?.uri.toString()),
  );
}
