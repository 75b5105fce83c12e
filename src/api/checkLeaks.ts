import { resolve } from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import * as z from 'zod/mini';
import {
  type CheckOptionName,
  type CheckSettings,
  adoptPage,
  durationOptions,
  hookPage,
  inContext,
  isNodeCheck,
  nodePlace,
  nodeScenarios,
  nodeTarget,
  parseFailOn,
  parsePageUrl,
  runScenario,
  sessionSource,
  settingsShape,
} from '../checks/index.ts';
import { type LeakEvent, type OpenLeakBrowser, nodeOpener, reloadScenario, sessionOpener } from '../leaks/index.ts';
import { type FailOn, type Report, createReport } from '../reports/index.ts';
import {
  type IgnoreRule,
  type Scenario,
  type Thresholds,
  clickScenario,
  isRecord,
  linksScenario,
  loadScenarioFile,
  problemOf,
  readScenario,
  readStorageState,
  strict,
} from '../scenarios/index.ts';
import { defined, LeakwrightError, endSentence, refuseOldNode } from '../support/index.ts';
import { occupy, refuseUnusable } from './givenParts.ts';

/** The options of the table that a program may give; the others are about reports of a run. */
const API_SETTINGS = [
  'url',
  'click',
  'node',
  'nodePid',
  'inspect',
  'request',
  'evaluate',
  'iterations',
  'warmup',
  'deep',
  'clock',
  'duration',
  'opsPerMinute',
  'profile',
  'browser',
  'executablePath',
  'connect',
  'headed',
  'keepOpen',
  'sandbox',
  'storageState',
  'evidence',
  'failOn',
  'timeout',
  'stepTimeout',
  'showUrls',
] as const satisfies readonly CheckOptionName[];

export interface CheckLeaksOptions extends Pick<
  CheckSettings,
  Exclude<(typeof API_SETTINGS)[number], 'failOn' | 'click' | 'request' | 'evaluate'>
> {
  readonly click?: string | readonly string[];
  /** Of a Node program: `GET /items`, or several, for a target that is an address. */
  readonly request?: string | readonly string[];
  /** Of a Node program: JavaScript that it runs in an iteration, or several. */
  readonly evaluate?: string | readonly string[];
  readonly failOn?: FailOn;
  readonly ignore?: readonly IgnoreRule[];
  readonly thresholds?: Partial<Thresholds>;
  /** Check this page of yours. It stays open, where the last iteration left it. */
  readonly page?: Page;
  /** Open the check's page in this context of yours, and close it at the end. */
  readonly context?: BrowserContext;
  readonly signal?: AbortSignal;
  /** Files in reports are named relative to it. Default: the working directory. */
  readonly workspaceFolder?: string;
  readonly onEvent?: (event: LeakEvent) => void;
}

/** An address, a scenario file, a scenario, or an iteration for the `page` of the options. */
export type CheckTarget = string | ScenarioInput | ((page: Page) => unknown);

/** A scenario as people write it. */
export interface ScenarioInput extends Omit<
  Scenario,
  'url' | 'file' | 'lookInto' | 'notices' | 'timeouts' | 'warnings' | 'lateUrl' | 'parts' | 'project' | 'steps'
> {
  readonly url?: string;
}

/** What `checkLeaks` gives: await it for the report, or iterate over its events. It runs once, however it is used. */
export interface LeakRun extends PromiseLike<Report>, AsyncIterable<LeakEvent> {}

const optional = z.optional(z.unknown());
const optionsSchema = strict(
  {
    ...settingsShape([...API_SETTINGS, 'ignore']),
    page: optional,
    context: optional,
    signal: optional,
    workspaceFolder: optional,
    onEvent: optional,
  },
  'options',
);

/**
 * Checks a page or a scenario for leaks in this process. The browser is ended in every case; a `page` or `context` of the
 * caller's stays.
 *
 * @example
 * const report = await checkLeaks('http://localhost:5173/', { click: ['#open', '#close'] });
 * for await (const event of checkLeaks(scenario, { signal })) console.log(event.type);
 * @throws (when awaited) LeakwrightError `usage` or `leaks.scenarioInvalid` before anything runs; the signal's reason
 */
export function checkLeaks(target: CheckTarget, options: CheckLeaksOptions = {}): LeakRun {
  let report: Promise<Report> | undefined;
  const events = run(target, options);
  const drain = async (): Promise<Report> => {
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
    }
  };
  return {
    // oxlint-disable-next-line unicorn/no-thenable -- awaiting it is what it is for
    then(onDone, onFailure) {
      report ??= drain();
      return report.then(onDone, onFailure);
    },
    async *[Symbol.asyncIterator]() {
      const ended = Promise.withResolvers<Report>();
      // Callers that only iterate get the failure from the iteration.
      ended.promise.catch(() => undefined);
      report ??= ended.promise;
      try {
        ended.resolve(yield* events);
      } catch (error) {
        ended.reject(error);
        throw error;
      } finally {
        ended.reject(new LeakwrightError('aborted', 'The events of this check were not read to the end.'));
      }
    },
  };
}

async function* run(target: CheckTarget, options: CheckLeaksOptions): AsyncGenerator<LeakEvent, Report> {
  refuseOldNode();
  const problem = problemOf(optionsSchema, options, 'checkLeaks()');
  if (problem !== undefined)
    throw new LeakwrightError('usage', `The options of a check are wrong: ${endSentence(problem)}`);
  const { signal, page, context: _, failOn, ignore = [], click, request, evaluate, thresholds, ...rest } = options;
  refuseUnusable(options);
  signal?.throwIfAborted();
  const settings: CheckSettings = {
    ...rest,
    ...defined({
      click: click === undefined ? undefined : [click].flat(),
      request: request === undefined ? undefined : [request].flat(),
      evaluate: evaluate === undefined ? undefined : [evaluate].flat(),
    }),
  };
  parseFailOn(failOn);
  const found = await scenarioFor(target, settings, page);
  const scenario: Scenario = {
    ...found.scenario,
    ...(options.storageState === undefined
      ? {}
      : { use: { ...found.scenario.use, storageState: readStorageState(options.storageState, [process.cwd()]) } }),
    ignore: [...(found.scenario.ignore ?? []), ...ignore],
    thresholds: { ...thresholds, ...found.scenario.thresholds },
  };
  const workspaceFolder = resolve(options.workspaceFolder ?? process.cwd());
  const openBrowser = browserFor(scenario, found.loads, options, settings, workspaceFolder);
  const startedAt = new Date();
  const leave = occupy(page);
  try {
    const checking = runScenario(
      scenario,
      settings,
      { openBrowser, workspaceFolder, ...defined({ signal }) },
      { evidenceFile: options.evidence === undefined ? undefined : resolve(options.evidence) },
    );
    const result = yield* tellingOf(checking, options.onEvent);
    signal?.throwIfAborted();
    return createReport([result], {
      startedAt: startedAt.toISOString(),
      durationMs: Date.now() - startedAt.getTime(),
      ...defined({ failOn }),
    });
  } finally {
    leave();
  }
}

async function* tellingOf<T>(
  events: AsyncGenerator<LeakEvent, T>,
  onEvent: ((event: LeakEvent) => void) | undefined,
): AsyncGenerator<LeakEvent, T> {
  try {
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
      onEvent?.(next.value);
      yield next.value;
    }
  } finally {
    // A caller that stops reading ends the check and its browser.
    await events.return(undefined as T);
  }
}

const SCENARIO_FILE = /\.leak\.[cm]?[jt]s$/;

/** @returns the scenario, and whether its page has to be loaded where the page is the caller's own */
async function scenarioFor(
  target: CheckTarget,
  settings: CheckSettings,
  page: Page | undefined,
): Promise<{ readonly scenario: Scenario; readonly loads: boolean }> {
  if (isNodeCheck(settings)) return { scenario: await nodeScenarioFor(target, settings, page), loads: false };
  const place = defined({ url: settings.url === undefined ? undefined : parsePageUrl(settings.url) });
  if (typeof target === 'function') {
    const url = place.url ?? page?.url();
    if (url === undefined) {
      throw new LeakwrightError('usage', "An iteration alone needs the 'page' or the 'url' it works on.");
    }
    return { scenario: readScenario({ iteration: target, url }), loads: place.url !== undefined };
  }
  if (isRecord(target)) {
    const loads = target['url'] !== undefined || place.url !== undefined;
    const base = page && !loads ? { url: page.url() } : place;
    return { scenario: readScenario(target, base), loads };
  }
  if (typeof target !== 'string') {
    throw new LeakwrightError('usage', 'checkLeaks() takes an address, a scenario file, a scenario or an iteration.');
  }
  if (SCENARIO_FILE.test(target)) {
    return { scenario: await loadScenarioFile(resolve(target), place), loads: true };
  }
  const url = parsePageUrl(target);
  const { click = [] } = settings;
  const made =
    click.length > 0 ? clickScenario(url, click) : durationOptions(settings) ? reloadScenario(url) : linksScenario(url);
  return { scenario: made, loads: true };
}

/** What is done to a Node program: requests to the address, or what a scenario, a file or a function does. */
async function nodeScenarioFor(
  target: CheckTarget,
  settings: CheckSettings,
  page: Page | undefined,
): Promise<Scenario> {
  if (page) throw new LeakwrightError('usage', "A Node program is checked without a 'page'.");
  const isFile = typeof target === 'string' && SCENARIO_FILE.test(target);
  if (typeof target === 'string') {
    const found = await nodeScenarios(isFile ? settings : { ...settings, url: target }, isFile ? [target] : []);
    return found[0]!.scenario;
  }
  nodeTarget(settings);
  return readScenario(typeof target === 'function' ? { iteration: target } : { ...target }, nodePlace(settings));
}

function browserFor(
  scenario: Scenario,
  loads: boolean,
  { page, context }: CheckLeaksOptions,
  settings: CheckSettings,
  workspaceFolder: string,
): OpenLeakBrowser {
  if (page) {
    return adoptPage(page, async () => {
      await hookPage(page);
      await scenario.setup?.(page);
      if (loads) await page.goto(scenario.url);
      await scenario.prepare?.(page);
    });
  }
  if (context) return inContext(context);
  if (isNodeCheck(settings))
    return nodeOpener(nodeTarget({ ...settings, ...defined({ url: serverUrl(scenario.url) }) }));
  return sessionOpener(sessionSource(settings), { workspaceFolder });
}

/** Where a program answers that is a server; its own file is no such address. */
const serverUrl = (url: string): string | undefined => (/^https?:/.test(url) ? url : undefined);
