import type {
  Expect,
  Page,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
  TestType,
} from '@playwright/test';

import type { CheckResult, IgnoreRule, Thresholds } from './index.js';

export type { Finding, IgnoreRule } from './index.js';

/** How a check runs. Also an option of the fixture (`use: { leakOptions: { … } }`), for all checks of a project. */
export interface LeakOptions {
  /** For people. Default: the test's title. */
  readonly name?: string;
  /** Counted iterations. Default: 7. */
  readonly iterations?: number;
  /** Iterations before the count. Default: 3. */
  readonly warmup?: number;
  /** Look into the heap even when nothing grows. */
  readonly deep?: boolean;
  /** Virtual time that passes in each iteration: milliseconds, or `5s`. */
  readonly clock?: string | number;
  /** Milliseconds for the whole check, added to the test's own time limit while it runs. Default: 120,000. */
  readonly timeout?: number;
  readonly ignore?: readonly IgnoreRule[];
  readonly thresholds?: Partial<Thresholds>;
}

export interface LeakFreeOptions {
  /** Leaks below this severity are let pass. Default: minor, so none. */
  readonly failOn?: 'minor' | 'moderate' | 'critical';
}

/** What a check found: one entry of `checks` in Leakwright's JSON report. */
export type LeakReport = CheckResult;

export interface Leaks {
  /**
   * Repeats what a user does and undoes on the test's page, and finds what survives from every time. The page stays open.
   * The report is attached to the test.
   */
  check(iteration: (page: Page) => unknown, options?: LeakOptions): Promise<LeakReport>;
  /** Soaks the page: does the same `times` times in all, and says what survives from every time. */
  repeat(times: number, iteration: (page: Page) => unknown, options?: LeakOptions): Promise<LeakReport>;
}

export interface LeakFixtures {
  /** Checks the test's page for leaks. Costs nothing in tests that do not ask for it. */
  leaks: Leaks;
  /** For all checks; what `leaks.check` is given comes before it. */
  leakOptions: LeakOptions;
  /** Tells `leakwright/playwright-reporter` what each test leaves behind. Default: true. */
  watchLeftBehind: boolean;
}

/** Playwright's `test`, with the `leaks` fixture. Checks need Chromium: other browsers do not show their heaps. */
export const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & LeakFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>;

/** Playwright's `expect`, with `expect(await leaks.check(…)).toBeLeakFree()`. */
export const expect: Expect<{
  toBeLeakFree(received: LeakReport, options?: LeakFreeOptions): { pass: boolean; message: () => string };
}>;
