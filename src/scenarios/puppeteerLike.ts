import type { Page } from 'playwright';
import { LeakwrightError } from '../support/index.ts';

/** Puppeteer's calls whose meaning Playwright has under another name. */
const TRANSLATED: Readonly<Record<string, (page: Page) => (...args: never[]) => unknown>> = {
  $x: (page) => async (expression: string) => await page.locator(`xpath=${expression}`).elementHandles(),
  waitForXPath: (page) => async (expression: string) => await page.waitForSelector(`xpath=${expression}`),
  waitForNetworkIdle: (page) => async () => await page.waitForLoadState('networkidle'),
  setViewport: (page) => async (size: { width: number; height: number }) => await page.setViewportSize(size),
  evaluateOnNewDocument: (page) => async (script: () => void) => await page.addInitScript(script),
};

/**
 * The page for scenarios that were written for Puppeteer (fuite's, memlab's): most calls are the same, a few are
 * translated, and any other says so by name instead of failing as "not a function".
 */
export function puppeteerLike(page: Page): Page {
  return new Proxy(page, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (value !== undefined || typeof name === 'symbol' || name === 'then') {
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      }
      const translate = TRANSLATED[name];
      if (translate) return translate(target);
      return () => {
        throw new LeakwrightError(
          'leaks.unsupported',
          `page.${name}() is Puppeteer's, and Playwright has no such call.`,
          {
            hint: "Rewrite that step with Playwright's Page: https://playwright.dev/docs/api/class-page",
          },
        );
      };
    },
  });
}
