import type { Page, Request } from 'playwright';
import type { Clock } from '../../support/index.ts';
import type { IsolatedWorld } from './isolatedWorld.ts';
import type { PageEvents } from './pageEvents.ts';

/** After how many frames, and how long without a mutation, the DOM counts as quiet. */
const QUIET = { rest: { frames: 2, ms: 50 }, pause: { frames: 1, ms: 16 } } as const;
/** A page that is still busy then is read as it is, and the report says so. */
const SETTLE_LIMIT_MS = 2000;
/** A page whose DOM changed all that time, twice, draws without end (a spinner, a clock): it is given this long from then on. */
const RESTLESS_LIMIT_MS = 500;

/** Requests that stay open for as long as the page does. */
const LONG_LIVED = new Set(['websocket', 'eventsource', 'media', 'ping']);

/** Waits until a page has come to rest. */
export class Settling {
  readonly #world: IsolatedWorld;
  readonly #clock: Clock;
  readonly #inFlight = new Set<Request>();
  /** Requests that outlived a whole settling: long polls, streams. They are not waited for again. */
  readonly #ignored = new WeakSet<Request>();
  /**
   * Scripts whose request outlived one. Playwright is never told that a shared worker's own script has arrived, and a page
   * that makes one in each iteration would be waited for in each.
   */
  readonly #lateScripts = new Set<string>();
  #onIdle: (() => void) | undefined;
  /** How often in a row nothing but the DOM kept the page from coming to rest. */
  #restless = 0;

  constructor(page: Page, events: PageEvents, world: IsolatedWorld, clock: Clock) {
    this.#world = world;
    this.#clock = clock;
    events.on('request', (request) => {
      const type = request.resourceType();
      if (LONG_LIVED.has(type) || (type === 'script' && this.#lateScripts.has(request.url()))) return;
      this.#inFlight.add(request);
    });
    const done = (request: Request): void => {
      this.#inFlight.delete(request);
      if (this.#inFlight.size === 0) this.#onIdle?.();
    };
    events.on('requestfinished', done);
    events.on('requestfailed', done);
    events.on('framenavigated', (frame) => {
      // The requests of the document that was left may never be reported as ended.
      if (frame === page.mainFrame()) {
        for (const request of this.#inFlight) if (!request.isNavigationRequest()) this.#inFlight.delete(request);
      }
    });
  }

  /**
   * No request in flight, no DOM mutation for 50 ms, and two animation frames; for a pause, 16 ms and one.
   *
   * @returns false when the page was still busy after 2 s, or after 0.5 s where it never comes to rest
   */
  async settle(until: 'rest' | 'pause' = 'rest'): Promise<boolean> {
    const end = this.#clock.monotonic() + (this.#restless < 2 ? SETTLE_LIMIT_MS : RESTLESS_LIMIT_MS);
    for (;;) {
      const idle = await this.#requestsIdle(end);
      const quiet = await this.#waitForQuiet(
        QUIET[until].frames,
        QUIET[until].ms,
        Math.max(0, Math.round(end - this.#clock.monotonic())),
      );
      if (idle && quiet && this.#inFlight.size === 0) {
        this.#restless = 0;
        return true;
      }
      if (this.#clock.monotonic() >= end) {
        if (idle && this.#inFlight.size === 0) this.#restless += 1;
        for (const request of this.#inFlight) {
          this.#ignored.add(request);
          if (request.resourceType() === 'script') this.#lateScripts.add(request.url());
        }
        this.#forgetIgnored();
        return false;
      }
    }
  }

  /** Watches documents from their beginning: a page that was quiet while it loaded need not be waited for after it. */
  async watchNewDocuments(): Promise<void> {
    await this.#world.callInNewDocuments(watchMutations);
  }

  /** One animation frame: enough between iterations after which nothing is read. */
  async breathe(): Promise<void> {
    await this.#world.call(waitForFrame);
  }

  async #waitForQuiet(...args: Parameters<typeof waitForQuiet>): Promise<boolean> {
    for (;;) {
      const quiet = await this.#world.call(waitForQuiet, ...args);
      if (quiet !== null) return quiet;
      // An adopted page, or one that a frame wrote itself into: it is watched from here on.
      await this.#world.call(watchMutations);
    }
  }

  async #requestsIdle(end: number): Promise<boolean> {
    this.#forgetIgnored();
    if (this.#inFlight.size === 0) return true;
    const idle = new Promise<true>((resolve) => {
      this.#onIdle = () => resolve(true);
    });
    const timeout = new AbortController();
    try {
      const late = this.#clock.sleep(Math.max(0, end - this.#clock.monotonic()), timeout.signal).then(
        () => false,
        () => false,
      );
      return await Promise.race([idle, late]);
    } finally {
      timeout.abort();
      this.#onIdle = undefined;
    }
  }

  #forgetIgnored(): void {
    for (const request of this.#inFlight) if (this.#ignored.has(request)) this.#inFlight.delete(request);
  }
}

// The functions below run in the page, in our isolated world: they use nothing from outside.

/** The observer stays, so that the time an iteration itself was quiet at its end counts for the next. */
function watchMutations(): void {
  const scope = globalThis as typeof globalThis & { leakwrightMutations?: { last: number } };
  if (scope.leakwrightMutations) return;
  const state = { last: performance.now() };
  scope.leakwrightMutations = state;
  new MutationObserver(() => {
    state.last = performance.now();
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}

/** @returns null where nothing watches this document yet */
async function waitForQuiet(frames: number, quietMs: number, limitMs: number): Promise<boolean | null> {
  const scope = globalThis as typeof globalThis & { leakwrightMutations?: { last: number } };
  const start = performance.now();
  const mutations = scope.leakwrightMutations;
  if (!mutations) return null;
  // A page in the background has no frames: it must not be waited for.
  const frame = (): Promise<unknown> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, 100);
      requestAnimationFrame(() => {
        clearTimeout(timer);
        resolve(undefined);
      });
    });
  for (let count = 0; count < frames; count += 1) await frame();
  for (;;) {
    const now = performance.now();
    const rest = quietMs - (now - mutations.last);
    if (rest <= 0) return true;
    if (now - start >= limitMs) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(rest, limitMs)));
  }
}

async function waitForFrame(): Promise<void> {
  await new Promise((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}
