import type {
  Expect,
  Fixtures,
  Page,
  Response,
  TestInfo,
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

/** The words of playwright-soak-test, so that its specs run with another import; the verdict and the lines are ours. */
export interface SoakOptions {
  /** Passes in all, warm-up included. Default: 200. */
  readonly passes?: number;
  /** Passes before the count. Default: 5. */
  readonly warmup?: number;
  /** Virtual milliseconds after each pass. Default: 18,000. `false` belongs in `test.use`: the clock comes before the page. */
  readonly clock?: { readonly advanceMs?: number } | false;
  /** A response awaited after each pass. */
  readonly waitForResponse?: string | RegExp | ((response: Response) => boolean);
  /** Milliseconds to wait for it before the passes go on. Default: 5000. */
  readonly waitForResponseTimeout?: number;
  /** Default: the test's title. */
  readonly label?: string;
  /** Nodes that the passes may leave in all, where what leaks is nodes. Default: none of each pass. */
  readonly nodeThreshold?: number;
  /** Listeners that the passes may leave in all, where what leaks is listeners. Default: none of each pass. */
  readonly listenerThreshold?: number;
  /** Not used: what is kept in the heap is found as objects, by name and line. */
  readonly heapThresholdPercent?: number | null;
  /** Not used: garbage is collected before each reading. */
  readonly gcPasses?: number;
  readonly progressEveryMs?: number;
  readonly tracePasses?: number;
  readonly sampleEvery?: number;
}

export interface SoakMetrics {
  readonly heap: number;
  readonly nodes: number;
  readonly listeners: number;
  readonly documents: number;
}

export interface SoakTrend {
  /** Growth of a pass, from a straight line through the readings. */
  readonly perPass: number;
  /** How well the line fits: 1 is perfect. */
  readonly r2: number;
  /** The last reading minus the first. */
  readonly total: number;
  readonly shape: 'flat' | 'linear' | 'noisy';
}

export interface SoakResult {
  readonly label: string;
  readonly passes: number;
  readonly warmup: number;
  readonly baseline: SoakMetrics;
  readonly after: SoakMetrics;
  readonly samples: readonly (SoakMetrics & { readonly pass: number })[];
  readonly trends: Readonly<Record<'nodes' | 'listeners' | 'heap', SoakTrend>>;
  /** One sentence for each leak that counts. */
  readonly failures: readonly string[];
  readonly leaking: boolean;
  /** Responses that did not come in time, with `waitForResponse`. */
  readonly responseTimeouts: number;
  /** All that the check found, with lines. */
  readonly report: LeakReport;
}

/** Thrown by `soak.run`: something survives from every pass, or it could not be told. */
export class SoakLeakError extends Error {
  readonly name: 'SoakLeakError';
  readonly result: SoakResult;
  constructor(message: string, result: SoakResult);
}

export interface Soak {
  /** Repeats what ends where it began; throws {@link SoakLeakError} when something survives from every pass. */
  run(action: () => unknown, options?: SoakOptions): Promise<SoakResult>;
  /** The same, without throwing for a leak. */
  measure(action: () => unknown, options?: SoakOptions): Promise<SoakResult>;
}

export interface SoakRunOptions extends SoakOptions {
  /** Default: the test that runs. */
  readonly testInfo?: TestInfo;
}

export interface LeakFixtures {
  /** Checks the test's page for leaks. Costs nothing in tests that do not ask for it. */
  leaks: Leaks;
  /** For all checks; what `leaks.check` is given comes before it. */
  leakOptions: LeakOptions;
  /** Soaks the test's page with the words of playwright-soak-test, whose specs run with another import. */
  soak: Soak;
  /** For all soaks; what `soak.run` is given comes before it. */
  soakOptions: SoakOptions;
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

/** The fixtures by themselves, for a `test` that is extended already: `base.extend(soakFixtures)`. */
export const soakFixtures: Fixtures<
  LeakFixtures,
  object,
  PlaywrightTestArgs & PlaywrightTestOptions,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>;
export const soakLaunchOptions: { args: string[] };
export function installSoakClock(page: Page): Promise<void>;
export function runSoak(page: Page, action: () => unknown, options?: SoakRunOptions): Promise<SoakResult>;
export function measureSoak(page: Page, action: () => unknown, options?: SoakRunOptions): Promise<SoakResult>;
