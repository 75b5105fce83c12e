import type { Page } from 'playwright';
import { LeakwrightError, describeError, plainText } from '../support/index.ts';
import type { Scenario } from './scenario.ts';

/** More links would make an iteration of minutes. */
const MAX_LINKS = 10;
/**
 * Links are left out of later iterations so that one takes about this long: ten iterations and a follow-up of fifty then fit
 * into the two minutes that a check has by default.
 */
const ITERATION_MS = 3000;

/**
 * Each same-origin link of the page, there and back: what a bare `--url` checks. Links are found once, when the page is
 * loaded, and followed by a click, as a user would, so that a client-side router gets to see it. Where there are many, those
 * that differ most come first; those left out are named.
 *
 * @throws LeakwrightError `leaks.nothingToDo`, from an iteration, when no link leads away and back
 */
export function linksScenario(url: string): Scenario {
  const run = new LinksRun(url);
  return {
    url,
    iteration: async (page) => await run.iterate(page),
    notices: () => run.notices(),
  };
}

class LinksRun {
  readonly #url: string;
  #links: readonly string[] | undefined;
  readonly #leftOut: string[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  async iterate(page: Page): Promise<void> {
    if (this.#links) for (const link of this.#links) await thereAndBack(page, link);
    else await this.#first(page);
  }

  notices(): string[] {
    if (this.#leftOut.length === 0) return [];
    const shown = this.#leftOut.slice(0, 10).map((link) => plainText(link, 100));
    const more = this.#leftOut.length - shown.length;
    return [
      `Links that were not followed, so that the check ends in time: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
    ];
  }

  /** Finds the links and how many of them fit. */
  async #first(page: Page): Promise<void> {
    const found = mostDifferentFirst(await findLinks(page));
    if (found.length === 0) {
      throw new LeakwrightError(
        'leaks.nothingToDo',
        `${this.#url} has no visible link to another page of the same site.`,
        {
          hint: 'Say what to do there and undo with --click, or in a scenario file.',
        },
      );
    }
    const began = performance.now();
    const links: string[] = [];
    for (const link of found) {
      const fits = links.length < MAX_LINKS && (links.length === 0 || performance.now() - began < ITERATION_MS);
      if (!fits) {
        this.#leftOut.push(link);
        continue;
      }
      try {
        await thereAndBack(page, link);
      } catch (error) {
        throw new LeakwrightError(
          'leaks.nothingToDo',
          `The link '${plainText(link, 200)}' cannot be followed there and back: ${firstLine(error)}`,
          {
            hint: 'Say with --click what to do on the page, or write a scenario file that leaves this link out.',
            cause: error,
          },
        );
      }
      links.push(link);
    }
    this.#links = links;
  }
}

/**
 * One of each kind of address first: addresses of one kind differ in numbers and in the last part of their path only.
 *
 * @example mostDifferentFirst(['/blog/a', '/blog/b', '/about']) // ['/blog/a', '/about', '/blog/b']
 */
export function mostDifferentFirst(links: readonly string[]): string[] {
  const kinds = new Map<string, string[]>();
  for (const link of links) {
    const path = link
      .replace(/^[a-z]+:\/\/[^/]*/i, '')
      .replace(/\?.*$/s, '')
      .replaceAll(/\d+/g, '0');
    const parts = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
    const kind = parts.length < 2 ? path : parts.slice(0, -1).join('/');
    kinds.set(kind, [...(kinds.get(kind) ?? []), link]);
  }
  const ordered: string[] = [];
  for (let round = 0; ordered.length < links.length; round += 1)
    for (const same of kinds.values()) if (same[round] !== undefined) ordered.push(same[round]!);
  return ordered;
}

/** The `href`s, as the document writes them, of visible links that lead elsewhere on the same origin. */
async function findLinks(page: Page): Promise<string[]> {
  const hrefs = await page.locator('a[href]:visible').evaluateAll((anchors) =>
    anchors.flatMap((anchor) => {
      if (!(anchor instanceof HTMLAnchorElement)) return [];
      const sameSite = anchor.origin === location.origin && !anchor.hasAttribute('download');
      const sameTab = anchor.target === '' || anchor.target === '_self';
      // A link to a fragment of the page that is shown is a way to scroll; one behind `#/` or `#!` is a route.
      const routes =
        anchor.pathname !== location.pathname || anchor.search !== location.search || /^#[/!]/.test(anchor.hash);
      const elsewhere = anchor.href !== location.href && routes;
      return sameSite && sameTab && elsewhere ? [anchor.getAttribute('href') ?? ''] : [];
    }),
  );
  return [...new Set(hrefs)];
}

async function thereAndBack(page: Page, href: string): Promise<void> {
  const before = page.url();
  await page
    .locator(`a[href=${JSON.stringify(href)}]:visible`)
    .first()
    .click();
  await page.waitForURL((url) => url.href !== before);
  await page.goBack();
  await page.waitForURL(before);
}

/** Playwright appends a call log to its messages; the first line says what failed. */
function firstLine(error: unknown): string {
  return describeError(error).split('\n')[0]!.trim();
}
