import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright';
import type { BrowserFamily } from '../browsers/index.ts';
import { type JournalEntry, forgetSession } from '../journal/index.ts';
import {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessReader,
  identityOf,
  membersOf,
} from '../processes/index.ts';
import type { Store } from '../stores/index.ts';
import { defined, type Clock, type Log, describeError, plainText, withTimeout } from '../support/index.ts';
import { type CleanupSubject, cleanUpSession } from './cleanUpSession.ts';
import { releaseFromGuard } from './guard.ts';
import { type OpenedBrowser, contextOptions } from './launchBrowser.ts';
import type { LoadedPlaywright } from './loadPlaywright.ts';
import type {
  CleanupSummary,
  CloseReason,
  LaunchRequest,
  SessionEndpoints,
  SessionInfo,
  SessionState,
} from './model.ts';
import type { CapturedRequest } from './requestCapture.ts';
import { SessionResources } from './resources.ts';
import { exclusiveMemoryOf, tracesOf } from './sessionProcesses.ts';

const NEW_PAGE_LIMIT_MS = 20_000;

export interface SessionParts {
  readonly options: LaunchRequest & {
    readonly purpose: 'session' | 'check';
    readonly onChange?: () => void;
    readonly cleanupOverride?: CleanupSubject['override'];
  };
  readonly entry: JournalEntry;
  readonly opened: OpenedBrowser;
  readonly playwright: LoadedPlaywright;
  readonly endpoints: SessionEndpoints;
  /** Grows while the session starts. */
  readonly warnings: string[];
  readonly reader: ProcessReader;
  readonly store: Store<CapturedRequest>;
  readonly clock: Clock;
  readonly log: Log;
  readonly filesBefore: number;
}

/** An open browser session. It ends with `close`, and with the browser. */
export class Session {
  readonly resources: SessionResources;
  readonly #parts: SessionParts;
  readonly #name: string;
  readonly #lostListeners = new Set<(reason: CloseReason) => void>();
  readonly #closingListeners = new Set<(summary: Promise<CleanupSummary>) => void>();
  /** What we made in a browser that is not ours. */
  readonly #ownContexts = new Set<BrowserContext>();
  readonly #ownPages = new Set<Page>();
  #lastProcesses: readonly ProcessIdentity[] = [];
  #state: SessionState = 'ready';
  #closing: Promise<CleanupSummary> | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { options, opened, entry, store, clock } = parts;
    this.#name = plainText(options.name ?? opened.product, 80);
    this.resources = new SessionResources(entry.id, opened.browser, {
      capture: { enabled: options.purpose === 'session', ...options.capture },
      dialogs: options.dialogs ?? 'auto',
      store,
      clock,
      log: parts.log,
      onChange: () => options.onChange?.(),
    });
  }

  get id(): string {
    return this.#parts.entry.id;
  }
  get name(): string {
    return this.#name;
  }
  get folder(): string {
    return this.#parts.entry.folder;
  }
  get profile(): string | undefined {
    return this.#parts.entry.profile;
  }
  get browser(): Browser {
    return this.#parts.opened.browser;
  }
  /** The Playwright that drives it: the workspace's own where it has one. */
  get playwright(): LoadedPlaywright['api'] {
    return this.#parts.playwright.api;
  }
  get playwrightVersion(): string {
    return this.#parts.playwright.version;
  }
  get family(): BrowserFamily {
    return this.#parts.opened.family;
  }
  /** For people: `Chromium`, `Edge`. */
  get product(): string {
    return this.#parts.opened.product;
  }
  get version(): string {
    return this.browser.version();
  }
  /** The browser's root process, where it runs on this machine and was launched here. */
  get root(): ProcessIdentity | undefined {
    const { browser } = this.#parts.entry;
    return browser && identityOf(browser);
  }
  get endpoints(): SessionEndpoints {
    return this.#parts.endpoints;
  }
  get warnings(): readonly string[] {
    return this.#parts.warnings;
  }
  /** Whether the browser ends with the session: it runs for us alone. */
  get #owned(): boolean {
    const { kind } = this.#parts.options.source;
    return kind === 'launch' || kind === 'grid';
  }

  /**
   * Whether to end the browser without closing it first: a check needs nothing that its browser still writes, except a kept
   * profile. Not on Windows, where finding the tree takes a program's run.
   */
  get #keepsNothing(): boolean {
    const { purpose, source } = this.#parts.options;
    const ownProfile = source.kind === 'launch' && source.profile === undefined;
    return purpose === 'check' && ownProfile && process.platform !== 'win32';
  }

  /** Begins to track, and opens the page of the request. */
  async start(): Promise<void> {
    await this.resources.start();
    this.browser.once('disconnected', this.#onDisconnected);
    const { url } = this.#parts.options;
    if (url !== undefined) {
      try {
        await this.open(url);
      } catch (error) {
        // The browser runs; a server that is not up yet is no reason to close it again.
        this.#parts.warnings.push(`'${plainText(url)}' could not be opened: ${plainText(describeError(error), 500)}`);
      }
    }
  }

  readonly #onDisconnected = () => {
    if (this.#closing) return;
    // Of a browser elsewhere only the connection is seen to end.
    const reason = this.#parts.options.source.kind === 'launch' ? 'browser-lost' : 'connection-lost';
    void this.close(reason);
    for (const listener of this.#lostListeners) listener(reason);
    this.#lostListeners.clear();
  };

  /**
   * Called once when the browser goes away without having been asked to. The clean-up has begun by then; `close` returns it.
   *
   * @returns how to stop listening
   */
  onLost(listener: (reason: CloseReason) => void): () => void {
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  /**
   * Called once when the clean-up begins, for whatever reason, with the promise of its summary (which never rejects).
   *
   * @returns how to stop listening
   */
  onClosing(listener: (summary: Promise<CleanupSummary>) => void): () => void {
    this.#closingListeners.add(listener);
    return () => this.#closingListeners.delete(listener);
  }

  /** Whether the clean-up has begun. */
  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** A context with the device and base URL of the request. */
  async newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      ...contextOptions(this.#parts.options, this.#parts.playwright),
      ...options,
    });
    this.#ownContexts.add(context);
    context.once('close', () => this.#ownContexts.delete(context));
    this.resources.refresh();
    return context;
  }

  /** A page in a new context (in the profile's own where it is kept), which is closed with the session. */
  async newPage(options: BrowserContextOptions = {}): Promise<Page> {
    const kept = this.#parts.opened.persistentContext;
    const page = await (kept ?? (await this.newContext(options))).newPage();
    this.#ownPages.add(page);
    page.once('close', () => {
      this.#ownPages.delete(page);
      // The context was made for this page only.
      if (!kept && !this.#closing)
        page
          .context()
          .close()
          .catch(() => {});
    });
    return page;
  }

  /**
   * Opens a URL in a new page, or in the one page of a kept profile that shows nothing yet.
   *
   * @throws what Playwright's `page.goto` throws
   */
  async open(url: string): Promise<void> {
    const empty = this.#parts.opened.persistentContext?.pages().find((page) => page.url() === 'about:blank');
    // Playwright waits for ever for a browser that cannot make a page (*seen on a full disk*).
    const page = empty ?? (await withTimeout(this.newPage(), NEW_PAGE_LIMIT_MS, 'Opening a page'));
    this.resources.touch();
    await page.goto(url);
  }

  /** The browser's living processes, root first; empty where it does not run here. */
  async processes(): Promise<readonly ProcessInfo[]> {
    const { root } = this;
    if (!root) return [];
    const members = membersOf(await this.#parts.reader.readTable(), root).filter((info) => info.state !== 'zombie');
    this.#lastProcesses = members.map((info) => identityOf(info));
    return members;
  }

  /** What they have for themselves, or share only among each other, in bytes. */
  async memoryBytes(): Promise<number> {
    return await exclusiveMemoryOf(this.#parts.reader, await this.processes());
  }

  async info(): Promise<SessionInfo> {
    const { entry, opened, options } = this.#parts;
    const root = this.root ?? opened.runningAs;
    return {
      id: this.id,
      name: this.#name,
      source: options.source.kind,
      state: this.#state,
      browser: { name: this.product, version: this.version, headless: opened.headless },
      urls: this.resources.urls().map((url) => plainText(url, 500)),
      ...defined({ baseUrl: options.baseUrl }),
      endpoints: this.endpoints,
      ...(root && { root }),
      folder: this.folder,
      ...defined({ profile: entry.profile }),
      resources: await this.resources.counts(),
      startedAt: entry.createdAt,
      idleMs: this.resources.idleMs,
      warnings: this.warnings,
    };
  }

  setState(state: SessionState): void {
    if (this.#state === state || this.#state === 'closing') return;
    this.#state = state;
    this.#parts.options.onChange?.();
  }

  /** Cleans up. The first call decides the reason; every call gets the same summary. Never rejects. */
  async close(reason: CloseReason = 'requested'): Promise<CleanupSummary> {
    if (!this.#closing) {
      this.setState('closing');
      this.#closing = this.#cleanUp(reason);
      for (const listener of this.#closingListeners) listener(this.#closing);
      this.#closingListeners.clear();
    }
    return await this.#closing;
  }

  async #cleanUp(reason: CloseReason): Promise<CleanupSummary> {
    const { entry, opened, reader, clock, log, filesBefore, options } = this.#parts;
    this.browser.off('disconnected', this.#onDisconnected);
    const summary = await cleanUpSession(
      {
        id: entry.id,
        name: this.#name,
        browser: opened.browser,
        owned: this.#owned,
        endAtOnce: this.#keepsNothing,
        ...(opened.beforeClose && { beforeClose: opened.beforeClose }),
        ownPages: () => (this.#owned ? this.resources.pages : [...this.#ownPages]),
        ownContexts: () => (this.#owned ? this.resources.contexts : [...this.#ownContexts]),
        resources: this.resources,
        reader,
        root: this.#owned ? this.root : undefined,
        lastProcesses: () => this.#lastProcesses,
        traces: tracesOf(entry),
        clock,
        filesBefore,
        ...(options.cleanupOverride && { override: options.cleanupOverride }),
      },
      reason,
    );
    this.#lostListeners.clear();
    // The journal's entry leads to the rest, so it is removed last, and only when nothing is left.
    if (summary.successful) await forgetSession(entry.id).catch((error: unknown) => log.warn(describeError(error)));
    releaseFromGuard(entry.id);
    const outcome = summary.successful ? 'nothing left' : `${summary.survivors.length} processes left`;
    log.info(`Session ${entry.id} (${this.#name}) ended, ${reason}: ${outcome}, ${summary.durationMs} ms.`);
    for (const { step, message } of summary.errors) log.warn(`Session ${entry.id}, ${step}: ${message}`);
    return summary;
  }
}
