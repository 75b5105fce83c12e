import type { Page } from 'playwright';
import { LeakwrightError, count, describeError, plainText } from '../../support/index.ts';
import type { Scenario } from '../../scenarios/index.ts';
import type { LeakBrowser } from './leakBrowser.ts';
import { LoadPatience } from './loadPatience.ts';
import type { PageGuard } from './pageGuard.ts';

/** Milliseconds. */
export interface StepLimits {
  /** For each of setup, iteration and teardown, and for loading while nothing of the page arrives. */
  readonly stepMs: number;
  /** For loading in all, as long as something of the page arrives. Default: `stepMs`. */
  readonly loadMs?: number;
}

export type StepName = 'setup' | 'prepare' | 'iteration' | 'teardown';

/** How long a page that did not finish a step gets to show that it still answers at all. */
const PING_MS = 2000;
/** Windows that a page under test may have opened before they are the likelier reason why it does not answer. */
const MANY_WINDOWS = 20;

/** A new page of the browser, whose own time-outs, which say what they waited for, come before those of its steps. */
export async function openPage(browser: LeakBrowser, scenario: Scenario, { stepMs }: StepLimits): Promise<Page> {
  const page = await browser.newPage(scenario.use ?? {});
  if (browser.adoptsPage === true) return page;
  const { actionMs, navigationMs } = scenario.timeouts ?? {};
  page.setDefaultTimeout(actionMs ?? stepMs * 0.9);
  page.setDefaultNavigationTimeout(navigationMs ?? stepMs * 0.9);
  return page;
}

/**
 * Loads the page of a scenario and runs its steps, each within its limit; a failing step is reported with its cause and what
 * to do.
 */
export class PageSteps {
  readonly #page: Page;
  readonly #guard: PageGuard;
  readonly #scenario: Scenario;
  readonly #limits: StepLimits;

  constructor(page: Page, guard: PageGuard, scenario: Scenario, limits: StepLimits) {
    this.#page = page;
    this.#guard = guard;
    this.#scenario = scenario;
    this.#limits = limits;
  }

  /** What of the page never arrived, as a sentence for people. */
  notice: string | undefined;

  /** @throws LeakwrightError `leaks.pageUnreachable`, `leaks.pageHung`, `leaks.browserDied` */
  async open(): Promise<void> {
    const { timeouts, lateUrl } = this.#scenario;
    const url = lateUrl?.() ?? this.#scenario.url;
    const { stepMs, loadMs = stepMs } = this.#limits;
    try {
      const patience = new LoadPatience(this.#page, timeouts?.navigationMs ?? stepMs, loadMs);
      try {
        const loading = patience.load(url);
        const missing = await this.#guard.during(loading, loadMs + 1000, () => this.#late('Loading the page', loadMs));
        if (missing) this.notice = neverArrived(missing);
      } finally {
        patience.end();
      }
    } catch (error) {
      if (error instanceof LeakwrightError) throw error;
      throw new LeakwrightError('leaks.pageUnreachable', `${url} could not be loaded: ${firstLine(error)}`, {
        hint: 'Start its server, or correct the URL.',
        cause: error,
      });
    }
  }

  /**
   * Runs a step of the scenario; nothing where it has none of the name.
   *
   * @param number of the iteration, for messages
   * @throws LeakwrightError `leaks.scenarioFailed`, `leaks.pageHung`, `leaks.browserDied`
   */
  async run(step: StepName, number?: number): Promise<void> {
    const fn = this.#scenario[step];
    if (!fn) return;
    const what = `The scenario's ${step}${number === undefined ? '' : ` ${number}`}`;
    try {
      // An async function, so that what the step throws at once is a rejection too.
      const running = (async () => await fn(this.#page))();
      const late = () => this.#late(what, this.#limits.stepMs, step === 'setup');
      await this.#guard.during(running, this.#limits.stepMs, late);
    } catch (error) {
      if (error instanceof LeakwrightError) throw error;
      if (isTimeout(error) && !(await this.#answers())) throw hungError(this.#page);
      throw new LeakwrightError('leaks.scenarioFailed', `${what} failed: ${describeStepError(error)}`, {
        hint:
          step === 'setup' && isEmpty(this.#page)
            ? SETUP_IS_EARLY
            : 'Run the steps by hand once: an iteration must work again and again, and end where it began.',
        cause: error,
      });
    }
  }

  /** Why a step took too long: the page does not answer at all, or the step waits for something that does not come. */
  async #late(what: string, ms: number, isSetup = false): Promise<Error> {
    if (!(await this.#answers())) return hungError(this.#page);
    return new LeakwrightError('leaks.scenarioFailed', `${what} took longer than ${ms} ms.`, {
      hint:
        isSetup && isEmpty(this.#page)
          ? SETUP_IS_EARLY
          : 'It waits for something that does not come: a selector, a navigation, a response.',
    });
  }

  /** Whether the page still runs script at all. */
  async #answers(): Promise<boolean> {
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, PING_MS, false));
    const answered = this.#page.evaluate('1').then(
      () => true,
      () => false,
    );
    return await Promise.race([answered, late]);
  }
}

/** Before the first page is loaded into it. */
const isEmpty = (page: Page): boolean => page.url() === 'about:blank';

const SETUP_IS_EARLY =
  "'setup' runs before the page is loaded, for cookies, routes and storage. What needs the page belongs in 'prepare', which runs once when it is loaded.";

export function hungError(page: Page): LeakwrightError {
  const windows = page.context().pages().length;
  const isFlood = windows > MANY_WINDOWS;
  return new LeakwrightError(
    'leaks.pageHung',
    `The page does not answer any more${isFlood ? `: ${windows} windows are open` : ''} (${page.url()}).`,
    {
      hint: isFlood
        ? 'It opens windows without closing them.'
        : 'A script runs without end: pause it in the debugger to see where.',
    },
  );
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** What a step threw, in a line; for a time-out of Playwright's with what it waited for, which is in its call log. */
function describeStepError(error: unknown): string {
  const awaited = isTimeout(error) ? /^\s*- (waiting for .+)$/m.exec(describeError(error))?.[1] : undefined;
  return awaited === undefined ? firstLine(error) : `${firstLine(error).replace(/\.$/, '')}, ${plainText(awaited)}.`;
}

/** Playwright appends a call log to its messages; the first line says what failed. */
function firstLine(error: unknown): string {
  return describeError(error).split('\n')[0]!.trim();
}

function neverArrived([first, ...others]: readonly string[]): string {
  if (first === undefined) return 'The page has not finished loading. It was checked as it is.';
  const rest = others.length > 0 ? ` and ${count(others.length, 'other request')}` : '';
  return `The page has not finished loading: ${plainText(first, 200)}${rest} did not arrive. It was checked as it is.`;
}
