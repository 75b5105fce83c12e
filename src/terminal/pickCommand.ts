import type { Page } from 'playwright';
import { sessionSource } from '../checks/index.ts';
import { sessionOpener } from '../leaks/index.ts';
import { LeakwrightError, silentLog } from '../support/index.ts';
import type { CheckOptions } from './checkOptions.ts';
import type { TerminalIo } from './io.ts';
import { requireDisplay, showsWindow } from './recordCommand.ts';
import { RunServers } from './runServers.ts';
import { findScenarios } from './scenarios.ts';

export type PickOptions = Pick<CheckOptions, 'browser' | 'executablePath' | 'storageState' | 'ignoreHttpsErrors'>;

/** A method of Playwright 1.59 and later. */
interface PicksLocators {
  pickLocator?(): Promise<unknown>;
}

/**
 * `leakwright pick-locator URL|SCENARIO`: opens the page, of a scenario as its steps find it (set up, loaded, prepared), lets the
 * person click on an element, and prints its locator: `getByRole('button', { name: 'Open' })`.
 *
 * @param target an address, or a scenario file
 * @returns the exit code: 0, or 2 where the window was closed and nothing picked
 * @throws LeakwrightError `usage`, `browsers.notFound`, `browsers.launchFailed`, or what the scenario throws
 */
export async function runPickLocator(
  target: string,
  options: PickOptions,
  io: TerminalIo,
  signal: AbortSignal,
): Promise<number> {
  const isFile = /\.leak\.(?:[cm]?js|m?ts)$/.test(target);
  const [found] = await findScenarios({
    ...options,
    isUnfinished: true,
    ...(isFile ? { files: [target] } : { files: [], url: target }),
  });
  if (!found || 'refused' in found) throw found?.refused ?? new LeakwrightError('usage', `There is no '${target}'.`);
  requireDisplay('Picking a locator');
  const { scenario, setup } = found;
  const servers = new RunServers(io, signal, () => {});
  try {
    await servers.need(setup);
    const openBrowser = sessionOpener(sessionSource({ ...options, headed: showsWindow() }, setup?.launch), {
      workspaceFolder: process.cwd(),
      log: silentLog,
      testIdAttribute: setup?.testIdAttribute,
    });
    const browser = await openBrowser({ signal });
    try {
      const page = await browser.newPage(scenario.use ?? {});
      const gone = new Promise<undefined>((resolve) => {
        page.once('close', () => resolve(undefined));
        browser.onLost(() => resolve(undefined));
        signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      await scenario.setup?.(page);
      await page.goto(scenario.lateUrl?.() ?? scenario.url);
      await scenario.prepare?.(page);
      const picked = await Promise.race([pick(page), gone]);
      signal.throwIfAborted();
      if (picked === undefined) return 2;
      io.out(`${picked}\n`);
      return 0;
    } finally {
      await browser.close();
    }
  } finally {
    await servers.stop();
  }
}

async function pick(page: Page): Promise<string | undefined> {
  const picking = page as PicksLocators;
  if (!picking.pickLocator) {
    throw new LeakwrightError('usage', 'Picking a locator needs Playwright 1.59 or later.', {
      hint: 'Update it: npm install --save-dev playwright@latest',
    });
  }
  try {
    return String(await picking.pickLocator());
  } catch (error) {
    // The window was closed.
    if (page.isClosed()) return undefined;
    throw error;
  }
}
