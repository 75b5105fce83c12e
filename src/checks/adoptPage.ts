import type { Browser, BrowserContext, CDPSession, Page } from 'playwright';
import { type ProcessIdentity, createProcessReader, identityOf } from '../processes/index.ts';
import { withTimeout } from '../support/index.ts';
import { type LeakBrowser, type OpenLeakBrowser, installPageHooks, nothingLeft } from '../leaks/index.ts';

/** For a page that hangs: its CDP session cannot be detached, and ends with the page. */
const DETACH_MS = 2000;

/**
 * A check's browser that is the caller's own page: taken as it is, and left open.
 *
 * @param prepare runs first: what loads the page
 */
export function adoptPage(page: Page, prepare?: () => Promise<void>): OpenLeakBrowser {
  return async () => {
    await prepare?.();
    const { browser, letGo } = await callersBrowser(page.context());
    const sessions: CDPSession[] = [];
    return {
      ...browser,
      adoptsPage: true,
      newPage: async () => page,
      // Playwright installs its clock in the page with the first call.
      passTime: async (adopted, ms) => await adopted.clock.runFor(ms),
      async openCdp() {
        const session = await page.context().newCDPSession(page);
        sessions.push(session);
        return session;
      },
      async close() {
        letGo();
        const detaching = Promise.allSettled(sessions.splice(0).map(async (session) => await session.detach()));
        await withTimeout(detaching, DETACH_MS, 'letting go of the page').catch(() => undefined);
        return nothingLeft;
      },
    } satisfies LeakBrowser;
  };
}

/** A check's browser that is the caller's own context: the check's page is opened in it, and closed at the end. */
export function inContext(context: BrowserContext): OpenLeakBrowser {
  return async () => {
    const { browser, letGo } = await callersBrowser(context);
    let page: Page | undefined;
    return {
      ...browser,
      // The context is made already: the scenario's `use` cannot change it.
      newPage: async () => (page = await context.newPage()),
      openCdp: async (opened) => await context.newCDPSession(opened),
      async close() {
        letGo();
        if (page) await withTimeout(page.close(), DETACH_MS, 'closing the page').catch(() => undefined);
        return nothingLeft;
      },
    } satisfies LeakBrowser;
  };
}

/** What a check asks of the browser that a page or context of the caller's is in. */
async function callersBrowser(context: BrowserContext) {
  const browser = context.browser();
  const listeners: (() => void)[] = [];
  return {
    browser: {
      name: displayName(browser),
      version: browser?.version() ?? '',
      family: familyOf(browser),
      root: browser ? await rootOf(browser) : undefined,
      onLost(listener: () => void) {
        browser?.on('disconnected', listener);
        listeners.push(listener);
      },
    },
    letGo: () => {
      for (const listener of listeners.splice(0)) browser?.off('disconnected', listener);
    },
  };
}

const hooked = new WeakSet<Page>();

/**
 * Puts the hooks of a check into a page of the caller's: into what it loads from now on, and into what it shows, where they
 * see what is made from now on.
 */
export async function hookPage(page: Page): Promise<void> {
  if (hooked.has(page)) return;
  hooked.add(page);
  await page.addInitScript(installPageHooks);
  await Promise.allSettled(page.frames().map(async (frame) => await frame.evaluate(installPageHooks)));
}

function familyOf(browser: Browser | null): Exclude<LeakBrowser['family'], 'node'> {
  const name = browser?.browserType().name();
  return name === 'firefox' || name === 'webkit' ? name : 'chromium';
}

function displayName(browser: Browser | null): string {
  return { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' }[familyOf(browser)];
}

/** The browser's process, where it is one of ours and not of another machine that happens to have such a pid. */
async function rootOf(browser: Browser): Promise<ProcessIdentity | undefined> {
  if (browser.browserType().name() !== 'chromium') return undefined;
  try {
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    const pid = processInfo.find(({ type }) => type === 'browser')?.id;
    const root = pid === undefined ? undefined : await createProcessReader().readProcess(pid);
    return root?.ppid === process.pid ? identityOf(root) : undefined;
  } catch {
    // Without it the report has no memory of the browser's processes; nothing else needs it.
    return undefined;
  }
}
