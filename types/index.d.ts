import type { BrowserContext, Page } from 'playwright';
import type { SnapshotReport } from './snapshots.js';

export * from './snapshots.js';

/** Lines and columns count from 1. `file` is relative to the workspace folder, or the URL where it is not in it. */
export interface SourceFrame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
}

export interface SourceSite extends SourceFrame {
  /** `line`: the very expression. `function`: the start of the function that contains it. Never guessed. */
  readonly precision: 'line' | 'function';
  readonly stack: readonly SourceFrame[];
  /** What the function is to its framework: `useEffect of useWidth`. */
  readonly role?: string;
  /** The text at that place, where it is a bundle's and no source map was found. */
  readonly excerpt?: string;
}

/** Why an answer is what it is: the rule that gave it, a sentence, and the numbers that decided. */
export interface Because {
  readonly rule: string;
  readonly reason: string;
  readonly numbers: Readonly<Record<string, number | string | readonly number[] | readonly string[]>>;
}

export type Verdict = 'leak' | 'clean' | 'inconclusive' | 'error';
export type Severity = 'none' | 'minor' | 'moderate' | 'critical';
export type FailOn = 'minor' | 'moderate' | 'critical';
export type FindingKind =
  | 'object'
  | 'dom-node'
  | 'event-listener'
  | 'timer'
  | 'observer'
  | 'array-buffer'
  | 'object-url'
  | 'worker'
  | 'frame'
  | 'socket'
  | 'page'
  | 'context'
  | 'process'
  | 'native-memory';

/** One confirmed leak. */
export interface Finding {
  readonly kind: FindingKind;
  /** What leaks: a class, `HTMLDivElement (detached)`, `resize listener on window`. */
  readonly name: string;
  /** How many survive of each iteration. */
  readonly perIteration: number;
  readonly bytesPerIteration: number;
  /** Survivors made in each tracked iteration, first to last. */
  readonly survivors: readonly number[];
  readonly severity: Exclude<Severity, 'none'>;
  /** Where it is made. */
  readonly allocatedAt?: SourceSite;
  /** Where it is put into what keeps it. */
  readonly keptAt?: SourceSite;
  /** The collection that only grows: `closedPanels`. */
  readonly holder?: string;
  /** From the root to the object, for people. */
  readonly retainedBy: readonly string[];
  readonly retainedBytes: number;
  /** Stable across runs. */
  readonly fingerprint: string;
  readonly because?: Because;
  /** What belongs to the same cause and goes with it, largest first. */
  readonly parts?: readonly FindingPart[];
  /** What to do about it, in one sentence. */
  readonly advice?: string;
  /** The package that makes or keeps it, where one stands between your line and the leak. */
  /** The component of a framework that it keeps: `StatusBadge`. */
  readonly component?: string;
  readonly library?: LibraryFacts;
  /** The reason, where an ignore rule matched: it is shown and does not count. */
  readonly ignored?: string;
}

/** What the authors of a package need to know about a leak in it. */
export interface LibraryFacts {
  readonly name: string;
  /** As installed in the workspace. */
  readonly version?: string;
  /** Its line that makes what leaks. */
  readonly made?: SourceFrame;
  /** Its line that puts it into what keeps it. */
  readonly kept?: SourceFrame;
  /** True where the package both makes and keeps it, and it has no method that ends it. */
  readonly likelyAtFault: boolean;
}

export interface FindingPart {
  readonly name: string;
  readonly perIteration: number;
}

/** What piled up and was then evicted, or is otherwise explained: shown, never a leak. */
export interface BoundedGrowth {
  readonly name: string;
  readonly reason: string;
  readonly because?: Because;
  readonly survivors?: readonly number[];
  readonly holder?: string;
}

/** One reading after an iteration: exact counters by name (bytes for names that end in Bytes). */
export type CounterSample = { readonly iteration: number; readonly atMs: number } & Readonly<Record<string, number>>;

/** What one check found. */
export interface CheckResult {
  readonly name: string;
  readonly file?: string;
  readonly url: string;
  readonly steps?: readonly string[];
  readonly browser: { readonly name: string; readonly version: string };
  readonly mode: 'iterations' | 'duration';
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** With the verdict `error`: what kept the check from being done. */
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly at?: SourceFrame;
    /** A picture of the page on which a step failed: a file of this machine. */
    readonly screenshot?: string;
  };
  readonly because?: Because;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly warmup: number;
  readonly iterations: number;
  readonly escalatedTo?: number;
  readonly settledLate?: number;
  /** Milliseconds of the page's time that were skipped in its iterations instead of waited for. */
  readonly skippedMs?: number;
  readonly growth: Readonly<Record<string, number>>;
  readonly samples: readonly CounterSample[];
  readonly findings: readonly Finding[];
  readonly bounded: readonly BoundedGrowth[];
  readonly memoryTrend: {
    readonly slopeMbPerSecond: number;
    readonly correlation: number;
    readonly leakSeverity: Severity;
  };
  readonly memoryStats: {
    readonly initialMb: number;
    readonly finalMb: number;
    readonly peakMb: number;
    readonly averageMb: number;
  };
  readonly cleanup: {
    readonly processes: { readonly orphaned: readonly { readonly pid: number; readonly name: string }[] };
    readonly files: { readonly remaining: readonly string[] };
    readonly fileDescriptors: { readonly before: number; readonly after: number };
    readonly successful: boolean;
    readonly issues: readonly string[];
  };
  readonly warnings: readonly string[];
  readonly recommendations: readonly string[];
}

/** The JSON report, described by `leakwright/schema/report.json`. */
export interface Report {
  readonly schema: 1;
  readonly tool: { readonly name: 'leakwright'; readonly version: string };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** 0 clean, 1 a leak or a scenario that failed, 2 warnings only, 3 could not run. */
  readonly exitCode: 0 | 1 | 2 | 3;
  readonly failOn?: FailOn;
  readonly shard?: { readonly index: number; readonly total: number };
  readonly checks: readonly CheckResult[];
}

export type Phase = 'launch' | 'load' | 'warmup' | 'count' | 'attribute' | 'escalate' | 'explain' | 'cleanup';

/** Everything a check says while it runs. */
export type LeakEvent =
  | {
      readonly type: 'checkStarted';
      readonly name: string;
      readonly file?: string;
      readonly url: string;
      readonly warmup: number;
      readonly iterations: number;
    }
  | { readonly type: 'browserReady'; readonly name: string; readonly version: string; readonly pid: number }
  | { readonly type: 'phaseStarted'; readonly phase: Phase; readonly iterations?: number; readonly reason?: string }
  | {
      readonly type: 'iteration';
      readonly phase: Phase;
      readonly iteration: number;
      readonly of: number;
      readonly sample?: CounterSample;
    }
  | { readonly type: 'phaseEnded'; readonly phase: Phase; readonly durationMs: number }
  | { readonly type: 'phaseSkipped'; readonly phase: Phase; readonly reason: string }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'checkEnded'; readonly result: CheckResult };

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

/** From which bytes an iteration a leak is called what; below `minorBytes` it is not reported. */
export interface Thresholds {
  /** Default: 1 MiB. */
  readonly criticalBytes: number;
  /** Default: 50 KiB. */
  readonly moderateBytes: number;
  /** Default: 0. */
  readonly minorBytes: number;
}

/** What a user does once and undoes: `iteration` ends where it began. */
export interface ScenarioInput {
  /** For people. Default: the file's name, or the URL. */
  readonly name?: string;
  /** Absolute, or against a base. */
  readonly url?: string;
  /** Before the page is loaded for the first time: sign in, set cookies, mock routes. */
  readonly setup?: (page: Page) => unknown;
  /** When the page is loaded for the first time, before any iteration. */
  readonly prepare?: (page: Page) => unknown;
  readonly iteration: (page: Page) => unknown;
  readonly teardown?: (page: Page) => unknown;
  /** 3 or more. Default: 7. */
  readonly iterations?: number;
  /** Default: 3. */
  readonly warmup?: number;
  readonly thresholds?: Partial<Thresholds>;
  readonly ignore?: readonly IgnoreRule[];
  /** Options of the browser context, as Playwright's `use`. */
  readonly use?: Readonly<Record<string, unknown>>;
  /** A signed-in state as Playwright saves it: a file, relative to the scenario's, or its content. */
  readonly storageState?: unknown;
}

/** Options of a check, as those of `leakwright check` without the dashes. */
export interface CheckSettings {
  /** The page, for a target that names none. */
  readonly url?: string;
  /** Selectors to click in each iteration, in order, for a target that is an address. */
  readonly click?: string | readonly string[];
  readonly iterations?: number;
  readonly warmup?: number;
  /** Track allocations even when no counter rises. */
  readonly deep?: boolean;
  /** Virtual time that passes in each iteration: `5s`. */
  readonly clock?: string;
  /** Watch memory for this long instead of counting iterations: `2m`. */
  readonly duration?: string;
  readonly opsPerMinute?: number;
  /** `quick`, `medium` or `endurance`. */
  readonly profile?: string;
  /** `chromium`, `chrome`, `msedge`, `firefox` or `webkit`. */
  readonly browser?: string;
  /** A running browser: a CDP or Playwright server endpoint. */
  readonly connect?: string;
  readonly headed?: boolean;
  /** With `headed`: when a step fails, its window stays open until it is closed. */
  readonly keepOpen?: boolean;
  readonly sandbox?: boolean;
  readonly storageState?: string;
  /** A file that gets what the verdict rests on. */
  readonly evidence?: string;
  /** Seconds for the whole check. Default: 120. */
  readonly timeout?: number;
  /** Seconds for one step. Default: 30. */
  readonly stepTimeout?: number;
  /** Say URLs and texts with the passwords and tokens in them. Default: they are masked. */
  readonly showUrls?: boolean;
}

export interface CheckLeaksOptions extends CheckSettings {
  /** Check a program on Node instead of a page: this file is started, with the arguments that follow its name. */
  readonly node?: string;
  /** Check a Node program that runs. */
  readonly nodePid?: number;
  /** Check a Node program whose inspector is open: `http://127.0.0.1:9229`, or its `ws://` address. */
  readonly inspect?: string;
  /** Of a Node program: `GET /items`, or several, for a target that is an address. */
  readonly request?: string | readonly string[];
  /** Of a Node program: JavaScript that it runs in an iteration, or several. */
  readonly evaluate?: string | readonly string[];
  /** The browser program to run. */
  readonly executablePath?: string;
  /** Leaks below this severity do not make the report's exit code 1. */
  readonly failOn?: FailOn;
  readonly ignore?: readonly IgnoreRule[];
  readonly thresholds?: Partial<Thresholds>;
  /** Check this page of yours. It stays open, where the last iteration left it. */
  readonly page?: Page;
  /** Open the check's page in this context of yours, and close it at the end. */
  readonly context?: BrowserContext;
  readonly signal?: AbortSignal;
  /** Files in reports are named relative to it. Default: the working directory. */
  readonly workspaceFolder?: string;
  readonly onEvent?: (event: LeakEvent) => void;
}

/** An address, a scenario file (`*.leak.*`), a scenario, or an iteration for the `page` of the options. */
export type CheckTarget = string | ScenarioInput | ((page: Page) => unknown);

/** Await it for the report, or iterate over its events. It runs once, however it is used. */
export interface LeakRun extends PromiseLike<Report>, AsyncIterable<LeakEvent> {}

/**
 * Checks a page or a scenario for leaks in this process. The browser is ended in every case; a `page` or `context` of yours
 * stays.
 *
 * @example
 * const report = await checkLeaks('http://localhost:5173/', { click: ['#open', '#close'] });
 * for (const { verdict, findings } of report.checks) console.log(verdict, findings);
 * @throws LeakwrightError `usage` or `leaks.scenarioInvalid` before anything runs; the signal's reason
 */
export function checkLeaks(target: CheckTarget, options?: CheckLeaksOptions): LeakRun;

/** Gives a scenario its type, and is the scenario: `export default defineScenario({ url, iteration })`. */
export function defineScenario<S extends ScenarioInput>(scenario: S): S;

export interface ProjectConfig extends CheckSettings {
  /** Accept certificates of an unknown authority. */
  readonly ignoreHttpsErrors?: boolean;
  /** Scenario files or globs, relative to the configuration, or scenarios themselves. Default: all `*.leak.*`. */
  readonly scenarios?: string | object | readonly (string | object)[];
  readonly thresholds?: Partial<Thresholds>;
  readonly ignore?: readonly IgnoreRule[];
  readonly reporter?: string | readonly string[];
  readonly output?: string;
  readonly baseline?: string;
  readonly failOn?: string;
  readonly history?: string;
  readonly failOnRegression?: boolean;
  readonly otlp?: string | boolean;
  /** Checks that run side by side. Default: half of the processors. */
  readonly workers?: number;
  /** A program on Node to check instead of a page: the file that is started, with the arguments that follow its name. */
  readonly node?: string;
  /** The inspector of a Node program that runs: `http://127.0.0.1:9229`. */
  readonly inspect?: string;
  /** HTTP requests of one iteration of a Node program: `GET /items`, `POST /items BODY`. */
  readonly request?: string | readonly string[];
  /** JavaScript that a Node program runs in one iteration, after the requests; a promise is awaited. */
  readonly evaluate?: string | readonly string[];
  /** A Playwright configuration, or `false` for none. Default: the one beside the scenario or above it. */
  readonly config?: string | false;
  /** A project of that Playwright configuration. */
  readonly project?: string;
}

export interface LeakwrightConfig extends ProjectConfig {
  readonly $schema?: string;
  /** The same scenarios or others under other options. */
  readonly projects?: readonly (ProjectConfig & { readonly name: string })[];
}

/** Gives a configuration its type: `export default defineConfig({ … })` in `leakwright.config.ts`. */
export function defineConfig<C extends LeakwrightConfig>(config: C): C;

export type ReportFormat = 'text' | 'json' | 'junit' | 'markdown' | 'html';

export type SnapshotReportFormat = 'text' | 'json' | 'html';

/** A report as text. Default: `text`. */
export function renderReport(report: Report, format?: ReportFormat): string;
export function renderReport(report: SnapshotReport, format?: SnapshotReportFormat): string;

/** An error for a person: what happened, and what to do about it. */
export class LeakwrightError extends Error {
  readonly code: string;
  /** What the user can do; undefined where nothing can be done. */
  readonly hint: string | undefined;
}
