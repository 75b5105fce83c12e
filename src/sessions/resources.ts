import type { Browser, BrowserContext, Dialog, Download, Page, Worker } from 'playwright';
import type { Store } from '../stores/index.ts';
import { type Clock, type Log, describeError, systemClock } from '../support/index.ts';
import { BACKSTOP_MS, Cursors } from './cursors.ts';
import type { CaptureOptions, ResourceCounts } from './model.ts';
import { type CapturedRequest, RETENTION_MS, RequestCapture, captureDefaults } from './requestCapture.ts';

export interface TrackingOptions {
  readonly capture: CaptureOptions;
  readonly dialogs: 'auto' | 'ask';
  readonly store: Store<CapturedRequest>;
  /** Called whenever a count may have changed; often. */
  readonly onChange: () => void;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** More open dialogs or downloads than a person can answer: a page that makes more of them is not tracked further. */
const MAX_PER_KIND = 1000;

/**
 * A browser that dies closes its pages and workers first, one event each, and only then says that it is gone: what closed
 * so shortly before went with it.
 */
const LAST_MOMENT_MS = 250;

type CapturedCounts = Pick<ResourceCounts, 'requests' | 'requestsDropped' | 'cursors'>;
type LiveCounts = Omit<ResourceCounts, keyof CapturedCounts>;

/** A browser's contexts, pages and what hangs on them, as they come and go. */
export class SessionResources {
  readonly cursors: Cursors;
  readonly capture: RequestCapture | undefined;
  readonly #id: string;
  readonly #options: TrackingOptions;
  readonly #browser: Browser;
  readonly #clock: Clock;
  readonly #contexts = new Map<BrowserContext, () => void>();
  readonly #pages = new Map<Page, () => void>();
  readonly #workers = new Set<Worker>();
  readonly #downloads = new Set<Download>();
  readonly #dialogs = new Set<Dialog>();
  #lastUsedAt: number;
  #beforeClosing: LiveCounts | undefined;
  #lastCaptured: CapturedCounts = { requests: 0, requestsDropped: 0, cursors: 0 };
  #stopped = false;

  constructor(id: string, browser: Browser, options: TrackingOptions) {
    this.#id = id;
    this.#browser = browser;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#lastUsedAt = this.#clock.now();
    this.cursors = new Cursors(id, options.store, { clock: this.#clock });
    this.capture = options.capture.enabled
      ? new RequestCapture(id, options.store, options.capture, options.onChange, this.#clock)
      : undefined;
  }

  async start(): Promise<void> {
    await this.#openScope().catch((error: unknown) => {
      // A session without its requests is worth more than none.
      this.#options.log?.warn(`Requests of session ${this.#id} are not captured: ${describeError(error)}`);
    });
    this.#browser.on('context', this.#adoptContext);
    this.refresh();
  }

  /** Tells the store that this session is still there: see {@link BACKSTOP_MS}. */
  async keepCaptured(): Promise<void> {
    if (this.#stopped) return;
    await this.#openScope();
    await this.cursors.renew();
  }

  async #openScope(): Promise<void> {
    if (!this.#options.capture.enabled) return;
    await this.#options.store.open(this.#id, {
      maxRecords: this.#options.capture.maxRequests ?? captureDefaults.maxRequests,
      maxBytes: this.#options.capture.maxTotalBytes ?? captureDefaults.maxTotalBytes,
      ttlMs: RETENTION_MS + BACKSTOP_MS,
    });
  }

  /** Finds new contexts: older Playwright versions have no event for them. */
  refresh(): void {
    if (!this.#stopped) for (const context of this.#browser.contexts()) this.#adoptContext(context);
  }

  /** Restarts the idle time. A page's requests do not count as use: a forgotten page polls for ever. */
  touch(): void {
    this.#lastUsedAt = this.#clock.now();
    this.#options.onChange();
  }

  get idleMs(): number {
    return Math.max(0, this.#clock.now() - this.#lastUsedAt);
  }

  get contexts(): readonly BrowserContext[] {
    return [...this.#contexts.keys()];
  }

  get pages(): readonly Page[] {
    return [...this.#pages.keys()];
  }

  urls(): string[] {
    return this.pages.map((page) => page.url());
  }

  async counts(): Promise<ResourceCounts> {
    this.refresh();
    return { ...(await this.#captured()), ...this.#sizes() };
  }

  /** What there was a moment ago: of a browser that died, what it took along. */
  async countsBeforeLoss(): Promise<ResourceCounts> {
    return { ...(await this.#captured()), ...(this.#beforeClosing ?? this.#sizes()) };
  }

  async #captured(): Promise<CapturedCounts> {
    try {
      const { records, dropped } = await this.#options.store.statistics(this.#id);
      this.#lastCaptured = { requests: records, requestsDropped: dropped, cursors: await this.cursors.count() };
    } catch (error) {
      // A store elsewhere that does not answer must not take the session's row away.
      this.#options.log?.debug(`Captured requests cannot be counted: ${describeError(error)}`);
    }
    return this.#lastCaptured;
  }

  #sizes(): LiveCounts {
    return {
      pages: this.#pages.size,
      contexts: this.#contexts.size,
      videos: this.pages.filter((page) => page.video() !== null).length,
      downloads: this.#downloads.size,
      dialogs: this.#dialogs.size,
      workers: this.#workers.size,
    };
  }

  /** To be called before anything is forgotten because it closed. */
  #noteClosing(): void {
    if (this.#beforeClosing) return;
    this.#beforeClosing = this.#sizes();
    setTimeout(() => (this.#beforeClosing = undefined), LAST_MOMENT_MS).unref();
  }

  // Methods of the clean-up, one for each kind of resource; each returns how many it removed.

  /** No more is tracked; what is tracked stays known. */
  stopTracking(): void {
    this.#stopped = true;
    this.#browser.off('context', this.#adoptContext);
    for (const detach of [...this.#contexts.values(), ...this.#pages.values()]) detach();
  }

  async dismissDialogs(): Promise<number> {
    const open = [...this.#dialogs];
    this.#dialogs.clear();
    await Promise.all(open.map((dialog) => dialog.dismiss().catch(() => {})));
    return open.length;
  }

  async cancelDownloads(): Promise<number> {
    const running = [...this.#downloads];
    this.#downloads.clear();
    await Promise.all(running.map((download) => download.cancel()));
    return running.length;
  }

  readonly #adoptContext = (context: BrowserContext): void => {
    if (this.#stopped || this.#contexts.has(context)) return;
    const onPage = (page: Page) => this.#adoptPage(page);
    const onDialog = (dialog: Dialog) => {
      if (this.#dialogs.size < MAX_PER_KIND) this.#dialogs.add(dialog);
      this.touch();
    };
    const onClose = () => {
      this.#noteClosing();
      detach();
      this.#contexts.delete(context);
      this.touch();
    };
    const detach = () => {
      context.off('page', onPage);
      context.off('close', onClose);
      if (this.#options.dialogs === 'ask') context.off('dialog', onDialog);
      this.capture?.unwatch(context);
    };
    this.#contexts.set(context, detach);
    context.on('page', onPage);
    context.on('close', onClose);
    // Listening tells Playwright not to dismiss dialogs itself, so only where a person is there to answer.
    if (this.#options.dialogs === 'ask') context.on('dialog', onDialog);
    this.capture?.watch(context);
    for (const page of context.pages()) onPage(page);
    this.touch();
  };

  #adoptPage(page: Page): void {
    if (this.#stopped || this.#pages.has(page) || page.isClosed()) return;
    const onWorker = (worker: Worker) => {
      if (this.#workers.size >= MAX_PER_KIND) return;
      this.#workers.add(worker);
      worker.once('close', () => {
        this.#noteClosing();
        this.#workers.delete(worker);
        this.#options.onChange();
      });
      this.touch();
    };
    const onDownload = (download: Download) => {
      if (this.#downloads.size >= MAX_PER_KIND) return;
      this.#downloads.add(download);
      this.touch();
      void download
        .failure()
        .catch(() => {})
        .finally(() => {
          this.#noteClosing();
          this.#downloads.delete(download);
          this.#options.onChange();
        });
    };
    const onNavigated = () => this.touch();
    const onClose = () => {
      this.#noteClosing();
      detach();
      this.#pages.delete(page);
      for (const dialog of this.#dialogs) if (dialog.page() === page) this.#dialogs.delete(dialog);
      this.touch();
    };
    const detach = () => {
      page.off('worker', onWorker);
      page.off('download', onDownload);
      page.off('framenavigated', onNavigated);
      page.off('close', onClose);
    };
    this.#pages.set(page, detach);
    page.on('worker', onWorker);
    page.on('download', onDownload);
    page.on('framenavigated', onNavigated);
    page.on('close', onClose);
    for (const worker of page.workers()) onWorker(worker);
    this.touch();
  }

  /** Forgets everything that was tracked. */
  clear(): void {
    this.stopTracking();
    this.#contexts.clear();
    this.#pages.clear();
    this.#workers.clear();
    this.#downloads.clear();
    this.#dialogs.clear();
  }
}
