import { type LaunchOptions, type Page, type TestInfo, test as base } from '@playwright/test';
import { hookPage } from '../checks/index.ts';
import { SITE_ARGUMENTS, installPageHooks, withJsFlags } from '../leaks/index.ts';
import { type LeakOptions, Leaks } from './leaks.ts';
import { Soak, type SoakOptions, type SoakResult } from './soak.ts';
import { LeftBehindWatch, LEFT_BEHIND } from './leftBehind.ts';

export interface LeakFixtures {
  /** Checks the test's page for leaks. Costs nothing in tests that do not ask for it. */
  leaks: Leaks;
  /** For all checks; what `leaks.check` is given comes before it. */
  leakOptions: LeakOptions;
  /** Soaks the test's page with the words of playwright-soak-test. The page's clock is ours, unless `soakOptions` say not. */
  soak: Soak;
  soakOptions: SoakOptions;
  /** Tells the reporter (`leakwright/playwright-reporter`) what each test leaves behind. `false` turns it off. */
  watchLeftBehind: boolean;
  _leftBehind: void;
}

interface WorkerFixtures {
  _leftBehindWatch: LeftBehindWatch;
}

type Fixtures = Parameters<typeof base.extend<LeakFixtures, WorkerFixtures>>[0];

/** The fixtures by themselves, for a `test` that is extended already: `base.extend(soakFixtures)`. */
export const soakFixtures: Fixtures = {
  leakOptions: [{}, { option: true }],
  soakOptions: [{}, { option: true }],
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

  soak: async ({ page, leaks, soakOptions, browserName }, use, info) => {
    info.skip(browserName !== 'chromium', 'Only Chromium shows its heap.');
    if (soakOptions.clock !== false) await page.clock.install();
    await use(new Soak({ page, leaks, info, defaults: soakOptions }));
  },
};

/** Playwright's `test`, with the `leaks` fixture. Chromium only: other browsers do not show their heaps. */
export const test = base.extend<LeakFixtures, WorkerFixtures>(soakFixtures);

/** Where a collection can be forced by the page, as playwright-soak-test wants it. Ours needs no switch. */
export const soakLaunchOptions = { args: ['--js-flags=--expose-gc'] };

/** Lets time of a page pass on command only; before it is loaded. The `soak` fixture does so by itself. */
export async function installSoakClock(page: Page): Promise<void> {
  await page.clock.install();
}

export interface SoakRunOptions extends SoakOptions {
  /** Default: the test that runs. */
  readonly testInfo?: TestInfo;
}

/** `soak.run` in a test without the fixture. @throws SoakLeakError */
export async function runSoak(page: Page, action: () => unknown, options: SoakRunOptions = {}): Promise<SoakResult> {
  return await soaking(page, options, async (soak) => await soak.run(action));
}

/** `soak.measure` in a test without the fixture. */
export async function measureSoak(
  page: Page,
  action: () => unknown,
  options: SoakRunOptions = {},
): Promise<SoakResult> {
  return await soaking(page, options, async (soak) => await soak.measure(action));
}

async function soaking(
  page: Page,
  { testInfo: info = test.info(), ...defaults }: SoakRunOptions,
  run: (soak: Soak) => Promise<SoakResult>,
): Promise<SoakResult> {
  await hookPage(page);
  const leaks = new Leaks({ page, info, defaults: {}, step: test.step });
  try {
    return await run(new Soak({ page, leaks, info, defaults }));
  } finally {
    leaks.end();
  }
}
