import { type LaunchOptions, test as base } from '@playwright/test';
import { SITE_ARGUMENTS, installPageHooks, withJsFlags } from '../leaks/index.ts';
import { type LeakOptions, Leaks } from './leaks.ts';
import { LeftBehindWatch, LEFT_BEHIND } from './leftBehind.ts';

export interface LeakFixtures {
  /** Checks the test's page for leaks. Costs nothing in tests that do not ask for it. */
  leaks: Leaks;
  /** For all checks; what `leaks.check` is given comes before it. */
  leakOptions: LeakOptions;
  /** Tells the reporter (`leakwright/playwright-reporter`) what each test leaves behind. `false` turns it off. */
  watchLeftBehind: boolean;
  _leftBehind: void;
}

interface WorkerFixtures {
  _leftBehindWatch: LeftBehindWatch;
}

/** Playwright's `test`, with the `leaks` fixture. Chromium only: other browsers do not show their heaps. */
export const test = base.extend<LeakFixtures, WorkerFixtures>({
  leakOptions: [{}, { option: true }],
  watchLeftBehind: [true, { option: true }],

  launchOptions: async ({ launchOptions, browserName }, use) => {
    // A function, not an option: what the configuration says is passed in, and stays.
    const ours: LaunchOptions =
      browserName === 'chromium'
        ? { ...launchOptions, args: withJsFlags(launchOptions.args ?? [], SITE_ARGUMENTS) }
        : launchOptions;
    await use(ours);
  },

  browser: [
    async ({ browser, _leftBehindWatch }, use) => {
      await _leftBehindWatch.browserIsReady(browser);
      await use(browser);
    },
    { scope: 'worker' },
  ],

  _leftBehindWatch: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      await use(new LeftBehindWatch());
    },
    { scope: 'worker' },
  ],

  _leftBehind: [
    async ({ _leftBehindWatch, watchLeftBehind }, use, info) => {
      if (!watchLeftBehind) {
        await use();
        return;
      }
      await _leftBehindWatch.testStarts();
      await use();
      const left = await _leftBehindWatch.testEnded();
      if (left) await info.attach(LEFT_BEHIND, { body: JSON.stringify(left), contentType: 'application/json' });
    },
    { auto: true, title: 'what is left behind', box: true },
  ],

  leaks: async ({ page, leakOptions }, use, info) => {
    // The page is still empty: whatever it loads has our hooks in it before its own script.
    await page.context().addInitScript(installPageHooks);
    const leaks = new Leaks({ page, info, defaults: leakOptions, step: test.step });
    await use(leaks);
    leaks.end();
  },
});
