import type { Page } from 'playwright';

/** What a user does once and undoes, over and over: `iteration` ends where it began. */
export interface Scenario {
  /** For people. Default: the file's name, or the URL. */
  readonly name?: string;
  /** The file it came from, absolute. */
  readonly file?: string;
  readonly url: string;
  /** The address where it is known only after `setup`, as for a page behind a login; it comes before `url`. */
  readonly lateUrl?: () => string;
  /** The selectors that each iteration clicks, where that is all it does. */
  readonly steps?: readonly string[];
  /** Before the page is loaded for the first time: sign in, set cookies, mock routes. */
  readonly setup?: (page: Page) => unknown;
  /** When the page is loaded for the first time, before any iteration: sign in on it, open what an iteration works on. */
  readonly prepare?: (page: Page) => unknown;
  readonly iteration: (page: Page) => unknown;
  readonly teardown?: (page: Page) => unknown;
  /** Scenarios of our own are given a way to look into the page that leaves nothing in it, and to wait between steps. */
  readonly lookInto?: (page: Page, inPage: InPage, betweenSteps: BetweenSteps) => void;
  readonly iterations?: number;
  readonly warmup?: number;
  readonly thresholds?: Partial<Thresholds>;
  readonly ignore?: readonly IgnoreRule[];
  /** Options of the browser context, as Playwright's `use`: `viewport`, `locale`, `httpCredentials` … */
  readonly use?: Readonly<Record<string, unknown>>;
  /** A signed-in state as Playwright saves it: a file, relative to the scenario's, or its content. Comes before `use`'s. */
  readonly storageState?: unknown;
  /** The project of `leakwright.config` it is checked under. */
  readonly project?: string;
  /** Of a file with several tests, known once the page was loaded: which this one is, and how the others differ from it. */
  readonly parts?: () => { readonly label: string; readonly others: readonly Partial<Scenario>[] } | undefined;
  /** Limits of Playwright's own waiting, as `use.actionTimeout` and `use.navigationTimeout` say; 0: none. Milliseconds. */
  readonly timeouts?: { readonly actionMs?: number; readonly navigationMs?: number };
  /** Warnings from loading the scenario; they go into the report. */
  readonly warnings?: readonly string[];
  /** Warnings from running it; they go into the report. */
  readonly notices?: () => readonly string[];
}

/** Calls a self-contained function with JSON arguments where it sees the document, and the page does not see it. */
export type InPage = <A extends readonly unknown[], R>(fn: (...args: A) => R | Promise<R>, ...args: A) => Promise<R>;

/**
 * Waits, as long as a person would, until what the step before started is over.
 *
 * @returns whether nothing at all goes on in the page that could move what is to be clicked next
 */
export type BetweenSteps = () => Promise<boolean>;

/** From which growth an iteration a leak is called what. Bytes. */
export interface Thresholds {
  /** Default: 1 MiB. */
  readonly criticalBytes: number;
  /** Default: 50 KiB. */
  readonly moderateBytes: number;
  /** Findings below it are not reported. Default: 0. */
  readonly minorBytes: number;
}

export const defaultThresholds: Thresholds = {
  criticalBytes: 1024 * 1024,
  moderateBytes: 50 * 1024,
  minorBytes: 0,
};

/** Findings that match all that is given are shown and do not count. Texts match as substrings, patterns as such. */
export interface IgnoreRule {
  /** Said in the report. */
  readonly reason: string;
  readonly name?: string | RegExp;
  readonly holder?: string | RegExp;
  readonly file?: string | RegExp;
  readonly fingerprint?: string;
  readonly kind?: string;
}

export const DEFAULT_ITERATIONS = 7;
export const DEFAULT_WARMUP = 3;
