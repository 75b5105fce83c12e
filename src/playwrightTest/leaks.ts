import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Page, TestInfo, TestType } from '@playwright/test';
import { adoptPage, parseDuration } from '../checks/index.ts';
import { type CheckOptions, type CheckResult, checkLeaks } from '../leaks/index.ts';
import {
  DEFAULT_WARMUP,
  type IgnoreRule,
  MIN_ITERATIONS,
  type Scenario,
  type Thresholds,
  isEmptyFunction,
  leakOptionsSchema,
  problemOf,
} from '../scenarios/index.ts';
import { createReport, renderHtml, renderJson, renderText } from '../reports/index.ts';
import { defined, type ErrorCode, LeakwrightError, endSentence, refuseOldNode } from '../support/index.ts';

/** How a check in a test runs. Also an option of the fixture (`use: { leakOptions: { … } }`), for all checks. */
export interface LeakOptions {
  /** For people. Default: the test's title. */
  readonly name?: string;
  /** Counted iterations. Default: 7. */
  readonly iterations?: number;
  /** Iterations before the count. Default: 3. */
  readonly warmup?: number;
  /** Look into the heap even when nothing grows. */
  readonly deep?: boolean;
  /** Virtual time that passes in each iteration: milliseconds, or `5s`. */
  readonly clock?: string | number;
  /** Milliseconds for the whole check, added to the test's own time limit while it runs. Default: 120,000. */
  readonly timeout?: number;
  /** Findings that are known and do not count, each with a reason. */
  readonly ignore?: readonly IgnoreRule[];
  readonly thresholds?: Partial<Thresholds>;
}

const DEFAULT_TIMEOUT_MS = 120_000;
/** `test.slow()` triples the time of a test. */
const SLOW_FACTOR = 3;
/** Time for each iteration of a soak, in ms. */
const SOAK_MS = 1000;

/** The `leaks` fixture. */
export class Leaks {
  readonly #page: Page;
  readonly #info: TestInfo;
  readonly #defaults: LeakOptions;
  readonly #step: TestType<object, object>['step'];
  readonly #ended = new AbortController();
  #checks = 0;
  #running = false;

  constructor(parts: {
    readonly page: Page;
    readonly info: TestInfo;
    readonly defaults: LeakOptions;
    readonly step: TestType<object, object>['step'];
  }) {
    this.#page = parts.page;
    this.#info = parts.info;
    this.#defaults = parts.defaults;
    this.#step = parts.step;
  }

  /**
   * Repeats what a user does and undoes on the test's page, and finds what survives from every time. The page stays open, and is
   * where the last iteration left it. The report is attached to the test.
   *
   * @throws what the iteration throws; LeakwrightError when the check could not be done (`leaks.unsupported`, `timeout` …)
   */
  async check(iteration: (page: Page) => unknown, options: LeakOptions = {}): Promise<CheckResult> {
    if (this.#running) {
      throw new LeakwrightError('usage', 'A leak check runs already on this page.', {
        hint: "Await one check before the next: two at once would count each other's objects.",
      });
    }
    refuseOldNode();
    const merged = { ...this.#defaults, ...options };
    const problem = problemOf(leakOptionsSchema, merged, 'leaks.check()');
    if (problem !== undefined)
      throw new LeakwrightError('usage', `The options of a check are wrong: ${endSentence(problem)}`);
    if (isEmptyFunction(iteration)) {
      throw new LeakwrightError('usage', 'The iteration of leaks.check() does nothing, so that nothing can leak.', {
        hint: 'Write what a user does and undoes: await page.click(…).',
      });
    }
    this.#running = true;
    this.#checks += 1;
    const name = merged.name ?? `${this.#info.title}${this.#checks > 1 ? ` (${this.#checks})` : ''}`;
    // What Playwright gives to a slow test, its check gets as well.
    const slow = this.#info.annotations.some(({ type }) => type === 'slow') ? SLOW_FACTOR : 1;
    const timeoutMs = merged.timeout ?? DEFAULT_TIMEOUT_MS * slow;
    try {
      return await this.#step(`leaks.check ${name}`, async () =>
        this.#withTime(timeoutMs, async () => await this.#check(iteration, { ...merged, name, timeout: timeoutMs })),
      );
    } finally {
      this.#running = false;
    }
  }

  /**
   * Soaks the page: does the same `times` times in all, and says what survives from every time. As `check`, with as many
   * iterations as that and time for them.
   */
  async repeat(times: number, iteration: (page: Page) => unknown, options: LeakOptions = {}): Promise<CheckResult> {
    const warmup = options.warmup ?? DEFAULT_WARMUP;
    const least = warmup + MIN_ITERATIONS;
    if (!Number.isInteger(times) || times < least) {
      throw new LeakwrightError('usage', `leaks.repeat() needs a whole number of ${least} or more times.`);
    }
    const timeout = options.timeout ?? DEFAULT_TIMEOUT_MS + times * SOAK_MS;
    return await this.check(iteration, { ...options, warmup, timeout, iterations: times - warmup });
  }

  /** Ends a check that still runs, as when its test timed out. */
  end(): void {
    this.#ended.abort();
  }

  async #check(
    iteration: (page: Page) => unknown,
    options: LeakOptions & { name: string; timeout: number },
  ): Promise<CheckResult> {
    let thrown: { readonly error: unknown } | undefined;
    const scenario: Scenario = {
      name: options.name,
      url: this.#page.url(),
      iteration: async () => {
        try {
          await iteration(this.#page);
        } catch (error) {
          thrown = { error };
          throw error;
        }
      },
      ...(options.ignore ? { ignore: options.ignore } : {}),
      ...(options.thresholds ? { thresholds: options.thresholds } : {}),
    };
    const engine: CheckOptions = {
      ...defined({ iterations: options.iterations, warmup: options.warmup, deep: options.deep }),
      ...(options.clock === undefined
        ? {}
        : { clockMs: typeof options.clock === 'number' ? options.clock : parseDuration(options.clock) }),
      timeoutMs: options.timeout,
      stepTimeoutMs: options.timeout,
    };
    // Not `rootDir`, which is the folder of the tests: the page's sources lie beside it.
    const { configFile } = this.#info.config;
    const workspaceFolder = configFile ? dirname(configFile) : process.cwd();
    const context = { openBrowser: adoptPage(this.#page), workspaceFolder, signal: this.#ended.signal };
    const events = checkLeaks(scenario, engine, context);
    let next = await events.next();
    while (!next.done) next = await events.next();
    const result = next.value;
    await this.#attach(result);
    if (result.verdict !== 'error') return result;
    if (thrown && result.error?.code === 'leaks.scenarioFailed') throw thrown.error;
    const { code = 'leaks.scenarioFailed', message = 'The check failed.', hint } = result.error ?? {};
    throw new LeakwrightError(code as ErrorCode, hint === undefined ? message : `${message} ${hint}`);
  }

  async #attach(result: CheckResult): Promise<void> {
    const report = createReport([result], result);
    const nameOf = (extension: string): string => `leaks: ${result.name}.${extension}`;
    await this.#info.attach(nameOf('txt'), { body: renderText(report), contentType: 'text/plain' });
    if (result.verdict === 'clean') return;
    // As a file: a body of text is shown as text by the HTML reporter, where a file opens as the page it is.
    await this.#attachFile(nameOf('html'), 'text/html', renderHtml(report));
    await this.#attachFile(nameOf('json'), 'application/json', renderJson(report));
  }

  async #attachFile(name: string, contentType: string, text: string): Promise<void> {
    const file = this.#info.outputPath(`leaks-${this.#checks}.${contentType.slice(contentType.indexOf('/') + 1)}`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    // Playwright takes a copy of its own.
    await this.#info.attach(name, { path: file, contentType });
    await rm(file, { force: true });
  }

  /** A check's time is not taken from the test's own. */
  async #withTime<T>(ms: number, run: () => Promise<T>): Promise<T> {
    const { timeout } = this.#info;
    if (timeout === 0) return await run();
    const startedAt = performance.now();
    // The limit of the check itself comes first, since it says why.
    this.#info.setTimeout(timeout + ms + 5000);
    try {
      return await run();
    } finally {
      this.#info.setTimeout(timeout + Math.ceil(performance.now() - startedAt));
    }
  }
}
