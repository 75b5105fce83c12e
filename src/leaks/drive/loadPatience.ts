import type { Page, Request } from 'playwright';

/** Requests of scripts, for which a page does not wait to be loaded. */
const NOT_WAITED_FOR: ReadonlySet<string> = new Set(['fetch', 'xhr', 'eventsource', 'websocket', 'ping', 'beacon']);

/**
 * Loads a page and waits as long as something of it still arrives. A page whose document is there, and of which a picture or a
 * pixel never arrives, is used by people as it is.
 */
export class LoadPatience {
  readonly #page: Page;
  readonly #quietMs: number;
  readonly #limitMs: number;
  readonly #waiting = new Set<Request>();
  /** Whether the document and the scripts that it waits for have run: only pictures, frames and the like are missing then. */
  #isUsable = false;
  readonly #onDocument = (): void => {
    this.#isUsable = true;
  };
  readonly #onRequest = (request: Request): void => {
    if (!NOT_WAITED_FOR.has(request.resourceType())) this.#waiting.add(request);
  };
  readonly #onTraffic = (): void => {
    this.#lastAt = performance.now();
  };
  readonly #onEnd = (request: Request): void => {
    this.#waiting.delete(request);
    this.#onTraffic();
  };
  #lastAt = performance.now();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param quietMs a load of which nothing arrives for so long is given up; 0: never
   * @param limitMs a load that goes on for so long is given up
   */
  constructor(page: Page, quietMs: number, limitMs: number) {
    this.#page = page;
    this.#quietMs = quietMs;
    this.#limitMs = limitMs;
    page.on('domcontentloaded', this.#onDocument);
    page.on('request', this.#onRequest);
    page.on('response', this.#onTraffic);
    page.on('requestfinished', this.#onEnd);
    page.on('requestfailed', this.#onEnd);
  }

  /**
   * @returns undefined for a page that is loaded; for one that can be used before, the addresses that have not answered
   * @throws Error what navigation fails with, or that nothing arrived any more
   */
  async load(url: string): Promise<readonly string[] | undefined> {
    const loading = this.#page.goto(url, { timeout: this.#limitMs, waitUntil: 'load' });
    // After giving up the load fails later; this handles that rejection.
    loading.catch(() => undefined);
    const stalled = new Promise<'stalled'>((resolve) => {
      const look = (): void => {
        const left = this.#lastAt + this.#quietMs - performance.now();
        if (left > 0) this.#timer = setTimeout(look, left);
        else resolve('stalled');
      };
      if (this.#quietMs > 0) look();
    });
    if ((await Promise.race([loading, stalled])) !== 'stalled') return undefined;
    const waiting = [...this.#waiting].map((request) => request.url());
    if (this.#isUsable) return waiting;
    const [first = 'its document'] = waiting;
    throw new Error(`nothing of it has arrived for ${this.#quietMs} ms, and ${first} is still awaited.`);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#page.off('domcontentloaded', this.#onDocument);
    this.#page.off('request', this.#onRequest);
    this.#page.off('response', this.#onTraffic);
    this.#page.off('requestfinished', this.#onEnd);
    this.#page.off('requestfailed', this.#onEnd);
  }
}
