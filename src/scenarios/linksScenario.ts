import type { Page } from 'playwright';
import { LeakwrightError } from '../support/index.ts';
import type { Scenario } from './scenario.ts';

/** More links would make an iteration of minutes; a page's first links are the ones its users follow. */
const MAX_LINKS = 10;

/**
 * Each same-origin link of the page, there and back: what a bare `--url` checks. Links are found once, when the page is
 * loaded, and followed by a click, as a user would, so that a client-side router gets to see it.
 *
 * @throws LeakwrightError `leaks.scenarioFailed`, from an iteration, when the page has no such link
 */
export function linksScenario(url: string): Scenario {
  let links: readonly string[] | undefined;
  return {
    url,
    async iteration(page) {
      links ??= await findLinks(page);
      if (links.length === 0) {
        throw new LeakwrightError('leaks.scenarioFailed', `${url} has no link to another page of the same site.`, {
          hint: 'Say what to do there and undo with --click, or in a scenario file.',
        });
      }
      for (const link of links) await thereAndBack(page, link);
    },
  };
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
  return [...new Set(hrefs)].slice(0, MAX_LINKS);
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
