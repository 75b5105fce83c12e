import type {
  Expect,
  Page,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
  TestType,
} from '@playwright/test';

/** Known findings that do not count. All that is given must match; texts match as substrings. */
export interface IgnoreRule {
  /** Said in the report. */
  readonly reason: string;
  readonly name?: string | RegExp;
  readonly holder?: string | RegExp;
  readonly file?: string | RegExp;
  readonly fingerprint?: string;
  readonly kind?: string;
}

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
  /** Milliseconds for the whole check, added to the test's own time limit while it runs. Default: 120,000. */
  readonly timeout?: number;
  readonly ignore?: readonly IgnoreRule[];
  /** From which bytes an iteration a leak is called what; below `minorBytes` it is not reported. */
  readonly thresholds?: {
    readonly criticalBytes?: number;
    readonly moderateBytes?: number;
    readonly minorBytes?: number;
  };
}

export interface LeakFreeOptions {
  /** Leaks below this severity are let pass. Default: minor, so none. */
  readonly failOn?: 'minor' | 'moderate' | 'critical';
}

/** Lines and columns count from 1. `file` is relative to the suite's root, or the URL where it is not there. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
  /** `line`: the very expression. `function`: the start of the function that contains it. */
  readonly precision: 'line' | 'function';
}

/** One confirmed leak. */
export interface Finding {
  readonly kind: string;
  /** What leaks: a class, `HTMLDivElement (detached)`, `resize listener on window`. */
  readonly name: string;
  readonly perIteration: number;
  readonly bytesPerIteration: number;
  /** Survivors made in each tracked iteration, first to last. */
  readonly survivors: readonly number[];
  readonly severity: 'minor' | 'moderate' | 'critical';
  /** Where it is made. */
  readonly allocatedAt?: SourcePlace;
  /** Where it is put into what keeps it. */
  readonly keptAt?: SourcePlace;
  /** The collection that only grows. */
  readonly holder?: string;
  readonly retainedBy: readonly string[];
  readonly retainedBytes: number;
  /** Stable across runs. */
  readonly fingerprint: string;
  /** The reason, where an ignore rule matched. */
  readonly ignored?: string;
}

/** What a check found: one entry of `checks` in Leakwright's JSON report. */
export interface LeakReport {
  readonly name: string;
  readonly url: string;
  readonly verdict: 'leak' | 'clean' | 'inconclusive' | 'error';
  readonly severity: 'none' | 'minor' | 'moderate' | 'critical';
  readonly durationMs: number;
  readonly warmup: number;
  readonly iterations: number;
  readonly growth: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly warnings: readonly string[];
  readonly recommendations: readonly string[];
}

export interface Leaks {
  /**
   * Repeats what a user does and undoes on the test's page, and finds what survives from every time. The page stays open.
   * The report is attached to the test.
   */
  check(iteration: (page: Page) => unknown, options?: LeakOptions): Promise<LeakReport>;
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
