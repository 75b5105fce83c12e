import type { Page, TestInfo } from '@playwright/test';
import { hookPage } from '../checks/index.ts';
import type { CheckResult } from '../leaks/index.ts';
import { LeakwrightError } from '../support/index.ts';

type Body = (fixtures: Readonly<Record<string, unknown>>, info: TestInfo) => unknown;

/** Checks a page with the iteration given, as `leaks.check` does. */
export type CheckPage = (page: Page, iteration: () => Promise<void>) => Promise<CheckResult>;

const MAX_TITLE = 200;

/**
 * Repeats the body of a test on the page of its first run, which must not be left: the first `goto` loads it, and is left out
 * from then on. The test itself is not changed.
 *
 * @returns what the check found
 * @throws LeakwrightError `leaks.unsupported` with the reason why the body cannot be repeated on one page; what the body throws
 *   in its first run
 */
export async function repeatBody(
  body: Body,
  fixtures: Readonly<Record<string, unknown>>,
  info: TestInfo,
  check: CheckPage,
): Promise<CheckResult> {
  const page = fixtures['page'] as Page | undefined;
  if (page === undefined) {
    await body(fixtures, info);
    throw cannot('it does not use the page fixture');
  }
  if (page.context().browser()?.browserType().name() !== 'chromium') {
    throw cannot(`only Chromium shows its heap, and the project '${info.project.name}' has another browser`);
  }
  await hookPage(page);
  const loads = new Loads(page);
  try {
    await body(fixtures, info);
    const begins = loads.beginning();
    return await check(page, async () => {
      if (page.url() !== begins) throw cannot(`it ends at ${page.url()} and begins at ${begins}`);
      loads.next();
      await body(fixtures, info);
      if (loads.documents > 0) throw cannot('it loads another document when it is repeated');
    });
  } finally {
    loads.end();
  }
}

const cannot = (why: string): LeakwrightError =>
  new LeakwrightError('leaks.unsupported', `The test cannot be repeated on one page: ${why}.`);

/** Watches how a body loads its page, and leaves out the loading when it is repeated. */
class Loads {
  readonly #page: Page;
  readonly #url: string;
  readonly #pages: number;
  readonly #goto: Page['goto'];
  readonly #onDocument = (): void => void (this.documents += 1);
  /** What the first `goto` gave, and where it led. */
  #first: { readonly response: Awaited<ReturnType<Page['goto']>>; readonly url: string } | undefined;
  #gotos = 0;
  #repeats = false;
  /** Documents that were loaded in this run of the body. */
  documents = 0;

  constructor(page: Page) {
    this.#page = page;
    this.#url = page.url();
    this.#pages = page.context().pages().length;
    this.#goto = page.goto.bind(page);
    // On the object and not on its class: the other pages of the worker load what they like.
    page.goto = async (...args) => await this.#load(...args);
    page.on('domcontentloaded', this.#onDocument);
  }

  /** The URL at which each repetition begins. @throws LeakwrightError where the first run says that there can be none */
  beginning(): string {
    const wasBlank = this.#url === 'about:blank';
    if (this.#page.isClosed()) throw cannot('it closes its page');
    if (this.#page.context().pages().length > this.#pages) throw cannot('it leaves pages open that it opened');
    if (this.#gotos > 1) throw cannot(`it loads its page ${this.#gotos} times`);
    if (this.#gotos === 1 && !wasBlank) throw cannot(`it begins at ${this.#url} and then loads another document`);
    if (this.#gotos === 0 && wasBlank) throw cannot('it never loads its page with page.goto()');
    if (this.documents > this.#gotos) throw cannot('it leads to another document, with which all that leaks goes');
    return this.#first?.url ?? this.#url;
  }

  next(): void {
    this.#repeats = true;
    this.#gotos = 0;
    this.documents = 0;
  }

  end(): void {
    // What was there before is the method of the class.
    delete (this.#page as { goto?: unknown }).goto;
    this.#page.off('domcontentloaded', this.#onDocument);
  }

  async #load(...args: Parameters<Page['goto']>): ReturnType<Page['goto']> {
    this.#gotos += 1;
    if (this.#repeats) return this.#first?.response ?? null;
    const response = await this.#goto(...args);
    this.#first ??= { response, url: this.#page.url() };
    return response;
  }
}

/** `Cart › opens details`, without the names of project and file. */
export const titleOf = ({ titlePath }: Pick<TestInfo, 'titlePath'>): string =>
  titlePath.slice(1).join(' › ').slice(0, MAX_TITLE);
