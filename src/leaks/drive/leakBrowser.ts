import type { CDPSession, Page } from 'playwright';
import type { ProcessIdentity } from '../../processes/index.ts';
import type { Scenario } from '../../scenarios/index.ts';
import type { Clock } from '../../support/index.ts';
import type { Subject } from './subject.ts';
import type { CleanupVerification } from '../model.ts';

/** The browser of a check, launched by us or by the caller: only what the run needs of it. */
export interface LeakBrowser {
  /** For people: `Chromium`. */
  readonly name: string;
  readonly version: string;
  readonly family: 'chromium' | 'firefox' | 'webkit' | 'node';
  /** The root process, where the browser runs on this machine. */
  readonly root: ProcessIdentity | undefined;
  /** The page is there before the check and stays after it, with our hooks in it: it is neither loaded nor set up. */
  readonly adoptsPage?: boolean;
  /** The browser is the check's alone and has no window, so the time of its pages may be advanced. */
  readonly ownsTime?: boolean;
  /** Lets time pass on a page whose time is its owner's, in ms, as `--clock` wants it. */
  passTime?(page: Page, ms: number): Promise<void>;
  /** A page in a context of its own, closed with the browser. `contextOptions` are Playwright's. */
  newPage(contextOptions: Readonly<Record<string, unknown>>): Promise<Page>;
  /** A CDP session of the page; Chromium only. */
  openCdp(page: Page): Promise<CDPSession>;
  /** What the check runs on, where it is no page: a Node program. */
  openSubject?(
    scenario: Scenario,
    limits: { readonly stepMs: number },
    clock: Clock,
    signal: AbortSignal,
  ): Promise<Subject>;
  /** Calls back once when the browser goes away without having been asked to. */
  onLost(listener: () => void): void;
  /** Ends the browser and says what was left of it. Never rejects. */
  close(): Promise<CleanupVerification>;
}

export type OpenLeakBrowser = (options: { readonly signal: AbortSignal }) => Promise<LeakBrowser>;

/**
 * A V8 switch for lines that are exact. While objects are tracked, a compacting collection moves them and V8 forgets
 * which function made those it had seen before (`HeapProfiler::ObjectMoveEvent` moves the trace of unknown objects
 * only), or hands their address's old trace to others. *Measured: without compaction the site is right for every object;
 * with it, on small pages, for none.* Compaction changes no lifetime, so verdicts are the same.
 */
export const SITE_ARGUMENTS: readonly string[] = ['--js-flags=--no-compact'];

/**
 * No function is compiled into another. What such code makes, V8's tracker takes for made by the function around it: the method that a hot
 * loop's function calls is on no stack then, and its line cannot be found.
 */
const NO_INLINING: readonly string[] = ['--no-maglev-inlining', '--no-turbo-inlining'];

/**
 * Smooth scrolls are instant, with their `scrollend`. The browser draws them in real time (*measured: 0.3 s each*), nothing shows how far
 * one is, and a page that ignores clicks until its end ignored most of a check's.
 */
const INSTANT_SCROLLING = '--disable-smooth-scrolling';

/**
 * The switches for the browser of a check. V8's: a function gets all it needs to run when it first runs, and keeps it.
 * Otherwise code that warms up adds some 10 KB an iteration throughout the count, on every page, which hides small leaks and
 * has clean pages looked into (*measured; with them 0 to 300 bytes after the first iteration*). They change no lifetime
 * of anything that a page makes.
 */
export const CHECK_ARGUMENTS: readonly string[] = [
  [
    SITE_ARGUMENTS[0],
    '--no-lazy-feedback-allocation',
    '--always-sparkplug',
    '--no-flush-bytecode',
    ...NO_INLINING,
  ].join(' '),
  INSTANT_SCROLLING,
];
