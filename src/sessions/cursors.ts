import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { RecordStore } from '../stores/index.ts';
import { LeakwrightError } from '../support/index.ts';
import type { CapturedRequest } from './requestCapture.ts';

/** A place in a session's captured requests from which to read on. */
interface Cursor {
  readonly sessionId: string;
  readonly filter: RequestFilter;
  after: number;
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

const CURSOR_TTL_MS = 60 * 60_000;
export const MAX_CURSORS = 100;
/** Large data goes in pieces: one answer holds at most so many requests … */
const MAX_PAGE = 1000;
/** … and looks at most at so many that a filter leaves out. */
const MAX_SCANNED = 10_000;

/** The cursors of one session: at most 100, each for an hour after its last use; the least used goes first. */
export class Cursors {
  readonly #sessionId: string;
  readonly #store: RecordStore<CapturedRequest>;
  readonly #cursors: LRUCache<string, Cursor>;
  #expired = 0;

  constructor(sessionId: string, store: RecordStore<CapturedRequest>, options: { readonly ttlMs?: number } = {}) {
    this.#sessionId = sessionId;
    this.#store = store;
    this.#cursors = new LRUCache({
      max: MAX_CURSORS,
      ttl: options.ttlMs ?? CURSOR_TTL_MS,
      updateAgeOnGet: true,
      dispose: (_cursor, _id, reason) => {
        if (reason === 'expire') this.#expired += 1;
      },
    });
  }

  get count(): number {
    return this.#cursors.size;
  }

  open(filter: RequestFilter = {}): string {
    const id = randomUUID();
    this.#cursors.set(id, { sessionId: this.#sessionId, filter, after: 0 });
    return id;
  }

  /** @throws LeakwrightError `sessions.notFound` when there is no such cursor, or not any more */
  async read(id: string, limit = 100): Promise<RequestPage> {
    const cursor = this.#cursors.get(id);
    if (!cursor) {
      throw new LeakwrightError('sessions.notFound', 'This reading of captured requests has expired.', {
        hint: 'Open the list again.',
      });
    }
    const wanted = Math.max(1, Math.min(MAX_PAGE, Math.trunc(limit)));
    const requests: (CapturedRequest & { sequence: number })[] = [];
    let skipped = 0;
    for (let scanned = 0; requests.length < wanted && scanned < MAX_SCANNED;) {
      const page = await this.#store.read(cursor.sessionId, cursor.after, wanted - requests.length);
      skipped += page.skipped;
      for (const { sequence, value } of page.records) {
        if (matches(value, cursor.filter)) requests.push({ ...value, sequence });
        cursor.after = sequence;
      }
      scanned += page.records.length;
      if (page.next === undefined) return { requests, more: false, skipped };
    }
    return { requests, more: true, skipped };
  }

  close(id: string): boolean {
    return this.#cursors.delete(id);
  }

  /** Takes out those whose time is over; says how many went since it was last asked. */
  expire(): number {
    this.#cursors.purgeStale();
    const expired = this.#expired;
    this.#expired = 0;
    return expired;
  }

  clear(): number {
    const { size } = this.#cursors;
    this.#cursors.clear();
    return size;
  }
}

function matches(request: CapturedRequest, filter: RequestFilter): boolean {
  if (filter.method !== undefined && request.method !== filter.method.toUpperCase()) return false;
  if (filter.urlContains !== undefined && !request.url.includes(filter.urlContains)) return false;
  if (filter.status === 'failed') return request.status === 0;
  if (filter.status === 'error') return request.status === 0 || request.status >= 400;
  return filter.status === undefined || request.status === filter.status;
}
