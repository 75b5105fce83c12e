import { appendFileSync } from 'node:fs';
import Module from 'node:module';
import { stripVTControlCharacters } from 'node:util';
import type { Browser, BrowserType, Page, TestInfo, TestType, chromium } from '@playwright/test';
import { SPEC_RUNNER_ENV, SPEC_RUN_ENV, type SpecRecord, type SpecRun, parseSpecRun } from '../checks/index.ts';
import { SITE_ARGUMENTS, installPageHooks, withJsFlags } from '../leaks/index.ts';
import { LeakwrightError, defined, describeError } from '../support/index.ts';
import { type LeakOptions, Leaks } from './leaks.ts';
import { repeatBody, titleOf } from './repeatBody.ts';

type Body = (fixtures: Readonly<Record<string, unknown>>, info: TestInfo) => unknown;

interface TestModule {
  readonly test: TestType<object, object>;
  readonly mergeTests: unknown;
  readonly chromium: typeof chromium;
}

/**
 * For `leakwright check --playwright`, in each process of a Playwright run: the tests of unchanged specs repeat their body, and
 * their Chromium is launched and their pages are made as the `leaks` fixture has them. The repetition is put around a test's body where
 * Playwright adds the test to its suite (`_addTest`, the same from 1.45 to 1.65): nothing public lets one do so for tests that
 * were written without it.
 */
export function hookSpecs(): void {
  const run = parseSpecRun(process.env[SPEC_RUN_ENV] ?? '{}');
  if (process.env[SPEC_RUNNER_ENV]) {
    delete process.env[SPEC_RUNNER_ENV];
    // The process that reads the results is gone: on SIGINT Playwright ends its workers and their browsers.
    process.on('disconnect', () => process.kill(process.pid, 'SIGINT'));
  }
  const loader = Module as unknown as { _load: (...args: unknown[]) => unknown };
  const load = loader._load;
  let isHooked = false;
  loader._load = function loadAndHook(...args) {
    const loaded = load.apply(this, args);
    if (!isHooked && isTestModule(loaded)) {
      isHooked = true;
      hookBrowser(loaded.chromium);
      hookTests(loaded.test, run);
    }
    return loaded;
  };
}

function isTestModule(loaded: unknown): loaded is TestModule {
  if ((typeof loaded !== 'object' && typeof loaded !== 'function') || loaded === null) return false;
  return (
    ['test', 'mergeTests', 'chromium'].every((name) => name in loaded) && 'launch' in (loaded as TestModule).chromium
  );
}

function hookBrowser(chromium: BrowserType): void {
  const launch = chromium.launch.bind(chromium);
  chromium.launch = async (options = {}) => {
    const browser = await launch({ ...options, args: withJsFlags(options.args ?? [], SITE_ARGUMENTS) });
    hookContexts(browser);
    return browser;
  };
}

function hookContexts(browser: Browser): void {
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    // Whatever a page loads has the hooks in it before its own script.
    await context.addInitScript(installPageHooks);
    return context;
  };
}

/** Every test that is declared is added to a suite, which its test type finds. */
function hookTests(test: TestType<object, object>, run: SpecRun): void {
  const key = Object.getOwnPropertySymbols(test).find(({ description }) => description === 'testType');
  const type = key && (test as unknown as Record<symbol, object>)[key];
  const prototype = type && (Object.getPrototypeOf(type) as { _currentSuite?: (...args: unknown[]) => unknown });
  const currentSuite = prototype?._currentSuite;
  if (prototype === undefined || currentSuite === undefined) throw unknownVersion();
  const hooked = new WeakSet<object>();
  // Each project has copies of the suites, with the same bodies in them.
  const bodies = new WeakSet<Body>();
  prototype._currentSuite = function hookedSuite(...args) {
    const suite = currentSuite.apply(this, args) as object | undefined;
    if (suite === undefined) return suite;
    const suites = Object.getPrototypeOf(suite) as { _addTest?: (added: { fn: Body }) => unknown };
    if (hooked.has(suites)) return suite;
    hooked.add(suites);
    const add = suites._addTest;
    if (add === undefined) throw unknownVersion();
    suites._addTest = function addRepeated(added) {
      if (typeof added.fn === 'function' && !bodies.has(added.fn)) {
        added.fn = repeating(added.fn, test.step, run);
        bodies.add(added.fn);
      }
      return add.call(this, added);
    };
    return suite;
  };
}

const unknownVersion = (): LeakwrightError =>
  new LeakwrightError('leaks.unsupported', 'This version of Playwright does not let its tests be repeated.', {
    hint: 'Use leaks.check() of leakwright/playwright, and report the version.',
  });

/** The body with its repetition around it. What it finds goes into the records: the test itself fails only where it fails alone. */
function repeating(body: Body, step: TestType<object, object>['step'], run: SpecRun): Body {
  const repeated: Body = async (fixtures, info) => {
    const tell = (outcome: Pick<SpecRecord, 'result' | 'refused'>): void => {
      const refused = outcome.refused && stripVTControlCharacters(outcome.refused);
      const record: SpecRecord = {
        file: info.file,
        line: info.line,
        title: titleOf(info),
        ...outcome,
        ...defined({ refused }),
      };
      appendFileSync(run.records, `${JSON.stringify(record)}\n`);
    };
    let leaks: Leaks | undefined;
    let isChecked = false;
    const check = async (page: Page, iteration: () => Promise<void>) => {
      isChecked = true;
      const options: LeakOptions = { ...run.options, name: titleOf(info) };
      leaks = new Leaks({ page, info, defaults: options, step });
      return await leaks.check(iteration);
    };
    try {
      tell({ result: await repeatBody(body, fixtures, info, check) });
    } catch (error) {
      if (isUnsupported(error)) {
        tell({ refused: (error as Error).message });
        return;
      }
      tell({
        refused: isChecked
          ? `It passes once and fails when it is repeated, as it does not end where it began: ${describeError(error)}`
          : `The test fails: ${describeError(error)}`,
      });
      if (!isChecked) throw error;
    } finally {
      leaks?.end();
    }
  };
  // Playwright reads which fixtures a body wants from its text.
  Object.defineProperty(repeated, 'toString', { value: () => body.toString() });
  return repeated;
}

const isUnsupported = (error: unknown): boolean =>
  error instanceof LeakwrightError && error.code === 'leaks.unsupported';
