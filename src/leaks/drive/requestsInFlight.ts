import type { Page, Request } from 'playwright';
import type { Clock } from '../../support/index.ts';
import type { PageEvents } from './pageEvents.ts';

/** Requests that stay open for as long as the page does. */
const LONG_LIVED = new Set(['websocket', 'eventsource', 'media', 'ping']);

/**
 * Requests of the page that are on their way and belong to the current iteration. One that outlived a wait (a long poll, a
 * stream, the script of a shared worker, of which Playwright never hears that it has arrived) is not waited for again, nor are
 * later ones of its address.
 */
export class RequestsInFlight {
  readonly #clock: Clock;
  readonly #inFlight = new Set<Request>();
  /** Were on their way when the iteration began. */
  readonly #earlier = new WeakSet<Request>();
  readonly #longLived = new Set<string>();
  readonly #open = new Set<Request>();
  #onIdle: (() => void) | undefined;
  #begun = 0;

  constructor(page: Page, events: PageEvents, clock: Clock) {
    this.#clock = clock;
    events.on('request', (request) => {
      this.#open.add(request);
      this.#begun += 1;
      if (LONG_LIVED.has(request.resourceType()) || this.#longLived.has(addressOf(request))) return;
      this.#inFlight.add(request);
    });
    const done = (request: Request): void => {
      this.#open.delete(request);
      this.#remove(request);
    };
    events.on('websocket', () => {
      this.#begun += 1;
    });
    events.on('requestfinished', done);
    events.on('requestfailed', done);
    events.on('framenavigated', (frame) => {
      // The requests of the document that was left may never be reported as ended.
      if (frame !== page.mainFrame()) return;
      for (const request of this.#open) if (!request.isNavigationRequest()) done(request);
    });
  }

  /** Those of the current iteration. */
  get count(): number {
    let count = 0;
    for (const request of this.#inFlight) if (!this.#earlier.has(request)) count += 1;
    return count;
  }

  /** Whether any request is open, of the page or of a worker. */
  get anyOpen(): boolean {
    return this.#open.size > 0;
  }

  /** How many are open of each address that is not waited for. */
  unawaited(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const request of this.#open) {
      const address = addressOf(request);
      if (this.#longLived.has(address)) counts.set(address, (counts.get(address) ?? 0) + 1);
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
    for (const request of this.#inFlight) this.#earlier.add(request);
  }

  /** Those on their way now, and later ones of their addresses, are not waited for any more. */
  leave(): void {
    for (const request of this.#inFlight) {
      if (this.#earlier.has(request)) continue;
      this.#longLived.add(addressOf(request));
      this.#inFlight.delete(request);
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

  #remove(request: Request): void {
    this.#inFlight.delete(request);
    if (this.count === 0) this.#onIdle?.();
  }
}

function addressOf(request: Request): string {
  return request
    .url()
    .replace(/[?#].*$/s, '')
    .slice(0, 500);
}
