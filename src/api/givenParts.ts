import type { BrowserContext, Page } from 'playwright';
import { LeakwrightError } from '../support/index.ts';

/** Pages of callers that are under check. */
const busy = new WeakSet<Page>();

/** What a caller gives that is no plain option. Programs in JavaScript may give anything. */
export interface GivenParts {
  readonly page?: Page;
  readonly context?: BrowserContext;
  readonly signal?: AbortSignal;
}

/**
 * Refuses what cannot be used, in the words of the caller's program: Playwright's own errors would come later, from a call that
 * the caller did not write.
 *
 * @throws LeakwrightError `usage`
 */
export function refuseUnusable({ page, context, signal }: GivenParts): void {
  if (signal !== undefined && !hasMethods(signal, ['addEventListener', 'throwIfAborted']))
    throw new LeakwrightError('usage', "'signal' must be an AbortSignal.", {
      hint: 'Give the signal of an AbortController, or AbortSignal.timeout(ms).',
    });
  if (page && context) throw new LeakwrightError('usage', "Give either a 'page' or a 'context'.");
  if (page !== undefined && !hasMethods(page, ['addInitScript', 'context', 'isClosed']))
    throw new LeakwrightError('usage', "'page' must be a page of Playwright.", {
      hint: 'Await it: await browser.newPage(). For a browser of another tool, give its address with connect.',
    });
  if (context !== undefined && !hasMethods(context, ['newPage', 'newCDPSession']))
    throw new LeakwrightError('usage', "'context' must be a browser context of Playwright.", {
      hint: 'Await it: await browser.newContext().',
    });
  if (page?.isClosed() === true)
    throw new LeakwrightError('usage', "The 'page' is closed.", { hint: 'Open one, and close it after the check.' });
  // Older versions of Playwright do not say it of a context.
  const isClosed = (context as { isClosed?(): boolean } | undefined)?.isClosed?.() ?? false;
  if (isClosed || context?.browser()?.isConnected() === false)
    throw new LeakwrightError('usage', "The 'context' is closed.", { hint: 'Make one, and close it after the check.' });
}

/**
 * Keeps a second check away from a page.
 *
 * @returns ends that
 * @throws LeakwrightError `usage` where one runs on it
 */
export function occupy(page: Page | undefined): () => void {
  if (!page) return () => {};
  if (busy.has(page))
    throw new LeakwrightError('usage', "A check of the 'page' runs already.", {
      hint: "Await one check before the next: two at once would count each other's objects.",
    });
  busy.add(page);
  return () => busy.delete(page);
}

const hasMethods = (value: unknown, names: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function');
