import type { Page, Request, Worker } from 'playwright';
import type { Clock } from '../../support/index.ts';
import type { BodyRead, PendingPlace } from '../measure/pageHooks/index.ts';
import type { PageEvents } from './pageEvents.ts';

/** Requests that stay open for as long as the page does. */
const LONG_LIVED = new Set(['websocket', 'eventsource', 'media', 'ping']);
/** The script of a worker that was ended before it arrived is never reported as ended: one is waited for so long. ms */
const WORKER_SCRIPT_MS = 1000;
/** Page code that reads the body of an answer begins within this time of its headers. ms */
const UNREAD_MS = 100;
/** URLs remembered whose body was read before the answer was reported here. */
const MAX_READ_EARLY = 100;

/**
 * Requests of the page that are on their way and belong to the current iteration. One that outlived a wait (a long poll, a
 * stream) is not waited for again, nor are later ones of its address.
 */
export class RequestsInFlight {
  readonly #clock: Clock;
  readonly #inFlight = new Set<Request>();
  /** Were on their way when the iteration began. */
  readonly #earlier = new WeakSet<Request>();
  readonly #longLived = new Set<string>();
  /** Each with when it began: monotonic ms. */
  readonly #open = new Map<Request, number>();
  /** May be of a worker that was ended since. */
  readonly #perhapsLost = new WeakSet<Request>();
  /** Requests of `fetch` whose headers came and whose body was not read yet, each with when they came: monotonic ms. */
  readonly #answered = new Map<Request, number>();
  /** URLs whose body was read while no answer from them was known here. */
  readonly #readEarly = new Set<string>();
  /** Addresses of which the page does not read the bodies. */
  readonly #unread = new Set<string>();
  #onIdle: (() => void) | undefined;
  #begun = 0;

  constructor(page: Page, events: PageEvents, clock: Clock) {
    this.#clock = clock;
    events.on('response', (response) => {
      const request = response.request();
      if (request.resourceType() !== 'fetch' || !this.#open.has(request) || mayBeWorkers(request, page.workers()))
        return;
      if (this.#readEarly.delete(withoutHash(request.url()))) return;
      this.#answered.set(request, clock.monotonic());
      this.#wake();
    });
    events.on('request', (request) => {
      this.#open.set(request, clock.monotonic());
      this.#begun += 1;
      if (LONG_LIVED.has(request.resourceType()) || this.#longLived.has(addressOf(request))) return;
      this.#inFlight.add(request);
    });
    const end = (request: Request): void => this.#end(request);
    events.on('websocket', () => {
      this.#begun += 1;
    });
    events.on('requestfinished', end);
    events.on('requestfailed', end);
    events.on('worker', (worker) => this.#follow(worker));
    for (const worker of page.workers()) this.#follow(worker);
    events.on('framenavigated', (frame) => {
      // The requests of the document that was left may never be reported as ended.
      if (frame !== page.mainFrame()) return;
      for (const request of this.#open.keys()) if (!request.isNavigationRequest()) end(request);
    });
  }

  /** Those of the current iteration. */
  get count(): number {
    this.#endLostScripts();
    let count = 0;
    for (const request of this.#inFlight) if (this.#isAwaited(request)) count += 1;
    return count;
  }

  #isAwaited(request: Request): boolean {
    return !this.#earlier.has(request) && !(this.#answered.has(request) && this.#unread.has(addressOf(request)));
  }

  /** Whether any request is open, of the page or of a worker. */
  get anyOpen(): boolean {
    this.#endLostScripts();
    return this.#open.size > 0;
  }

  /** How many are open of each address that is not waited for. */
  unawaited(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const request of this.#open.keys()) {
      const address = addressOf(request);
      if (this.#longLived.has(address) && !isWorkerScript(request)) counts.set(address, (counts.get(address) ?? 0) + 1);
    }
    return counts;
  }

  /** Requests and sockets that the current iteration began, of any kind. */
  get begun(): number {
    return this.#begun;
  }

  /** What is on its way now is not of the iteration that begins. */
  beginIteration(): void {
    this.#begun = 0;
    this.#readEarly.clear();
    for (const request of this.#inFlight) this.#earlier.add(request);
  }

  /**
   * Ends the requests that were answered and whose body page code does not read (`await fetch(url, { method: 'POST' })`): Chromium 156
   * never reports their end.
   *
   * @param seen what is pending, and the URLs whose bodies were read since the last call
   * @returns what is pending
   */
  endUnread(seen: readonly (PendingPlace | BodyRead)[]): PendingPlace[] {
    const places: PendingPlace[] = [];
    for (const one of seen) {
      if (one.kind !== 'read') {
        places.push(one);
        continue;
      }
      const { key } = one;
      const answered = [...this.#answered.keys()].filter((request) => withoutHash(request.url()) === key);
      for (const request of answered) {
        this.#answered.delete(request);
        this.#unread.delete(addressOf(request));
      }
      if (answered.length === 0 && this.#readEarly.size < MAX_READ_EARLY) this.#readEarly.add(key);
    }
    const now = this.#clock.monotonic();
    for (const [request, at] of this.#answered) {
      const address = addressOf(request);
      if (now - at < UNREAD_MS && !this.#unread.has(address)) continue;
      this.#unread.add(address);
      this.#end(request);
    }
    return places;
  }

  /** Those on their way now, and later ones of their addresses, are not waited for any more. */
  leave(): void {
    for (const request of this.#inFlight) {
      if (this.#earlier.has(request)) continue;
      this.#longLived.add(addressOf(request));
      this.#inFlight.delete(request);
      if (this.#perhapsLost.has(request)) this.#open.delete(request);
    }
  }

  /** @returns false when some were still on their way at `end` (the clock's monotonic ms) */
  async idle(end: number): Promise<boolean> {
    while (this.count > 0) {
      const left = end - this.#clock.monotonic();
      if (left <= 0) return false;
      const idle = new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
      const timeout = new AbortController();
      const late = this.#clock.sleep(left, timeout.signal).catch(() => undefined);
      try {
        await Promise.race([idle, late]);
      } finally {
        timeout.abort();
        this.#onIdle = undefined;
      }
    }
    return true;
  }

  #endLostScripts(): void {
    const now = this.#clock.monotonic();
    for (const [request, began] of this.#open) {
      if (now - began < WORKER_SCRIPT_MS || !isWorkerScript(request)) continue;
      this.#longLived.add(addressOf(request));
      this.#end(request);
    }
  }

  /**
   * The browser never reports the end of a request whose worker was ended. The referrer says which requests were the worker's. Of a
   * request to another origin it is only the origin, which worker and page share: such a request may be the page's.
   */
  #follow(worker: Worker): void {
    const before = new WeakSet(this.#open.keys());
    const url = withoutHash(worker.url());
    const referrer = /^https?:/.test(url) ? url : '';
    worker.once('close', () => {
      for (const request of this.#open.keys()) {
        const { referer = '' } = request.headers();
        if (request.url() === worker.url() || (!before.has(request) && referer === referrer)) this.#end(request);
        else if (!before.has(request) && isOrigin(referer)) this.#mayBeLost(request);
      }
    });
  }

  #mayBeLost(request: Request): void {
    this.#perhapsLost.add(request);
    if (this.#longLived.has(addressOf(request))) this.#open.delete(request);
  }

  #end(request: Request): void {
    this.#open.delete(request);
    this.#answered.delete(request);
    if (this.#inFlight.delete(request)) this.#wake();
  }

  #wake(): void {
    if (this.#onIdle === undefined) return;
    for (const request of this.#inFlight) if (this.#isAwaited(request)) return;
    this.#onIdle();
  }
}

/** What a document asks for has a referrer, be it empty. */
function isWorkerScript(request: Request): boolean {
  return request.resourceType() === 'script' && request.headers()['referer'] === undefined;
}

/** Whether it cannot be excluded that a worker made the request: what is read there is not seen. */
function mayBeWorkers(request: Request, workers: readonly Worker[]): boolean {
  const { referer = '' } = request.headers();
  return (
    workers.length > 0 && (referer === '' || isOrigin(referer) || workers.some((worker) => worker.url() === referer))
  );
}

const withoutHash = (url: string): string => url.replace(/#.*$/s, '');

/** Whether a referrer was cut to its origin. */
function isOrigin(referrer: string): boolean {
  return URL.canParse(referrer) && `${new URL(referrer).origin}/` === referrer;
}

function addressOf(request: Request): string {
  return request
    .url()
    .replace(/[?#].*$/s, '')
    .slice(0, 500);
}
