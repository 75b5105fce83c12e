import type { Browser, BrowserContext } from '@playwright/test';
import { type BrowserTree, findBrowserTrees } from '../browsers/index.ts';
import {
  type ProcessIdentity,
  type ProcessReader,
  ancestorsOf,
  createProcessReader,
  identityKey,
  identityOf,
} from '../processes/index.ts';

/** Name of the attachment by which a worker tells the reporter. */
export const LEFT_BEHIND = 'leakwright-left-behind';

/** What was there after a test that was not there before it, fixtures' own clean-up included. */
export interface LeftBehind {
  /** Browser contexts that the test opened and did not close: the URLs of their pages. */
  readonly contexts: readonly (readonly string[])[];
  readonly browsers: readonly LeftBrowser[];
}

/** A browser tree that the test started and did not end. */
export interface LeftBrowser {
  readonly root: ProcessIdentity;
  /** `Chromium 156.0`. */
  readonly product: string;
  readonly processes: number;
  /** Where its profile is; undefined where the command line does not say. */
  readonly profile?: string;
}

/**
 * In a worker of a test run: what each test leaves behind. Contexts everywhere; browsers on Linux, where reading the process
 * table takes a few milliseconds a test. Elsewhere each reading would start a program (`ps`, PowerShell).
 */
export class LeftBehindWatch {
  readonly #reader: ProcessReader | undefined;
  /** Trees that were there before the test, and those of Playwright's own browsers. */
  #known: ReadonlySet<string> | undefined;
  #browser: Browser | undefined;
  #contexts: ReadonlySet<BrowserContext> = new Set();

  constructor(platform: NodeJS.Platform = process.platform, createReader: () => ProcessReader = createProcessReader) {
    this.#reader = platform === 'linux' ? createReader() : undefined;
  }

  /** The worker's own browser: started for the first test that wants one, and ended by Playwright with the worker. */
  async browserIsReady(browser: Browser): Promise<void> {
    this.#browser = browser;
    // Fixtures come before a test's own code, so what runs now below us is not the test's.
    this.#known = keysOf(await this.#trees());
  }

  async testStarts(): Promise<void> {
    this.#known ??= keysOf(await this.#trees());
    this.#contexts = new Set(this.#browser?.contexts());
  }

  /** @returns undefined when nothing is left */
  async testEnded(): Promise<LeftBehind | undefined> {
    const contexts = (this.#browser?.contexts() ?? [])
      .filter((context) => !this.#contexts.has(context))
      .map((context) => context.pages().map((page) => page.url()));
    const known = this.#known ?? new Set();
    const trees = await this.#trees();
    this.#known = keysOf(trees);
    const browsers = trees.filter(({ root }) => !known.has(identityKey(root))).map(describe);
    return contexts.length === 0 && browsers.length === 0 ? undefined : { contexts, browsers };
  }

  async #trees(): Promise<BrowserTree[]> {
    if (!this.#reader) return [];
    // Reads only processes that were not seen before: only the new ones matter.
    const table = await this.#reader.readTable({ only: new Set() });
    return findBrowserTrees(table).filter(({ root }) =>
      ancestorsOf(table, root.pid).some(({ pid }) => pid === process.pid),
    );
  }
}

function keysOf(trees: readonly BrowserTree[]): Set<string> {
  return new Set(trees.map(({ root }) => identityKey(root)));
}

function describe({ root, product, version, processes, profile }: BrowserTree): LeftBrowser {
  return {
    root: identityOf(root),
    product: version === undefined ? product : `${product} ${version}`,
    processes: processes.length,
    ...(profile === undefined || profile.path === '' ? {} : { profile: profile.path }),
  };
}
