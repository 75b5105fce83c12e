import { randomUUID } from 'node:crypto';
import type { Store } from '../stores/index.ts';
import { type Clock, LeakwrightError, systemClock } from '../support/index.ts';
import type { CapturedRequest } from './requestCapture.ts';

/** A place in a session's captured requests from which to read on: a value in the store. */
interface Cursor {
  readonly filter: RequestFilter;
  readonly after: number;
  /** Wall-clock time of its last use in ms since the epoch. */
  readonly usedAt: number;
}

export interface RequestFilter {
  /** Only URLs that contain this text. */
  readonly urlContains?: string;
  readonly method?: string;
  /** Only responses with this status, or with a status from 400 up, or those without a response. */
  readonly status?: number | 'error' | 'failed';
}

export interface RequestPage {
  readonly requests: readonly (CapturedRequest & { readonly sequence: number })[];
  /** Whether there is more to read now. */
  readonly more: boolean;
  /** Requests that had been dropped before they could be read. */
  readonly skipped: number;
}

export const CURSOR_TTL_MS = 60 * 60_000;
export const MAX_CURSORS = 100;
/** Large data goes in pieces: one answer holds at most so many requests … */
const MAX_PAGE = 1000;
/** … and looks at most at so many that a filter leaves out. */
const MAX_SCANNED = 10_000;

/**
 * The store removes the scope of a host that was killed, this much later than
 * a host that lives would.
 */
export const BACKSTOP_MS = 10 * 60_000;

/** The cursors of one session: at most 100, each for an hour after its last use; the least used goes first. */
export class Cursors {
  readonly #sessionId: string;
  /** Of its own, so that taking out the requests leaves the cursors to be counted, and the other way round. */
  readonly #scope: string;
  readonly #store: Store<CapturedRequest>;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  #opened = false;
  /** Reads of one cursor must not overlap: both would give the same page. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    sessionId: string,
    store: Store<CapturedRequest>,
    options: { readonly ttlMs?: number; readonly clock?: Clock } = {},
  ) {
    this.#sessionId = sessionId;
    this.#scope = cursorScope(sessionId);
    this.#store = store;
    this.#ttlMs = options.ttlMs ?? CURSOR_TTL_MS;
    this.#clock = options.clock ?? systemClock;
  }

  async count(): Promise<number> {
    return this.#opened ? (await this.#store.keys(this.#scope)).length : 0;
  }

  async open(filter: RequestFilter = {}): Promise<string> {
    const id = randomUUID();
    if (!this.#opened) await this.renew(true);
    await this.#set(id, { filter, after: 0, usedAt: this.#clock.now() });
    return id;
  }

  /** @throws LeakwrightError `sessions.notFound` when there is no such cursor, or not any more */
  async read(id: string, limit = 100): Promise<RequestPage> {
    const reading = this.#turn.then(async () => await this.#read(id, limit));
    this.#turn = reading.catch(() => undefined);
    return await reading;
  }

  async close(id: string): Promise<boolean> {
    if ((await this.#find(id)) === undefined) return false;
    await this.#store.write([{ kind: 'unset', scope: this.#scope, key: id }]);
    return true;
  }

  /** Takes out those whose time is over; says how many. */
  async expire(): Promise<number> {
    if (!this.#opened) return 0;
    let expired = 0;
    for (const key of await this.#store.keys(this.#scope)) {
      const cursor = (await this.#store.value(this.#scope, key)) as Cursor | undefined;
      if (!cursor || this.#isFresh(cursor)) continue;
      await this.#store.write([{ kind: 'unset', scope: this.#scope, key }]);
      expired += 1;
    }
    return expired;
  }

  /** Renews the scope's time to live. */
  async renew(first = false): Promise<void> {
    if (!this.#opened && !first) return;
    const ttlMs = this.#ttlMs + BACKSTOP_MS;
    await this.#store.open(this.#scope, { maxRecords: 0, maxBytes: 0, maxValues: MAX_CURSORS, ttlMs });
    this.#opened = true;
  }

  /** Takes out all of the session's; says how many. */
  async clear(): Promise<number> {
    if (!this.#opened) return 0;
    const { length } = await this.#store.keys(this.#scope);
    await this.#store.close(this.#scope);
    this.#opened = false;
    return length;
  }

  async #read(id: string, limit: number): Promise<RequestPage> {
    const cursor = await this.#find(id);
    if (!cursor) {
      throw new LeakwrightError('sessions.notFound', 'This reading of captured requests has expired.', {
        hint: 'Open the list again.',
      });
    }
    const page = await this.#collect(cursor, Math.max(1, Math.min(MAX_PAGE, Math.trunc(limit))));
    const { after, ...answer } = page;
    await this.#set(id, { filter: cursor.filter, after, usedAt: this.#clock.now() });
    return answer;
  }

  async #collect({ filter, after }: Cursor, wanted: number): Promise<RequestPage & { readonly after: number }> {
    const requests: (CapturedRequest & { sequence: number })[] = [];
    let skipped = 0;
    for (let scanned = 0; requests.length < wanted && scanned < MAX_SCANNED;) {
      const page = await this.#store.read(this.#sessionId, after, wanted - requests.length);
      skipped += page.skipped;
      for (const { sequence, value } of page.records) {
        if (matches(value, filter)) requests.push({ ...value, sequence });
        after = sequence;
      }
      scanned += page.records.length;
      if (page.next === undefined) return { requests, more: false, skipped, after };
    }
    return { requests, more: true, skipped, after };
  }

  async #find(id: string): Promise<Cursor | undefined> {
    if (!this.#opened) return undefined;
    const cursor = (await this.#store.value(this.#scope, id)) as Cursor | undefined;
    return cursor && this.#isFresh(cursor) ? cursor : undefined;
  }

  /** Setting the value again also makes this cursor the last to be dropped when there are too many. */
  async #set(id: string, value: Cursor): Promise<void> {
    await this.#store.write([{ kind: 'set', scope: this.#scope, key: id, value }]);
  }

  #isFresh({ usedAt }: Cursor): boolean {
    return this.#clock.now() - usedAt < this.#ttlMs;
  }
}

/** Takes a session's captured data out of a store: of one whose host was killed before it could. */
export async function closeCaptured(store: Store<CapturedRequest>, sessionId: string): Promise<void> {
  await store.close(sessionId);
  await store.close(cursorScope(sessionId));
}

function cursorScope(sessionId: string): string {
  return `${sessionId}/cursors`;
}

function matches(request: CapturedRequest, filter: RequestFilter): boolean {
  if (filter.method !== undefined && request.method !== filter.method.toUpperCase()) return false;
  if (filter.urlContains !== undefined && !request.url.includes(filter.urlContains)) return false;
  if (filter.status === 'failed') return request.status === 0;
  if (filter.status === 'error') return request.status === 0 || request.status >= 400;
  return filter.status === undefined || request.status === filter.status;
}
