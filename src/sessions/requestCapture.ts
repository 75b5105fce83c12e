import type { BrowserContext, Request } from 'playwright';
import type { RecordStore } from '../stores/index.ts';
import { defined, type Clock, maskHeaders, maskUrl, systemClock } from '../support/index.ts';
import type { CaptureOptions } from './model.ts';

/** One request a page made, once it ended. Secrets in it are masked. */
export interface CapturedRequest {
  readonly method: string;
  readonly url: string;
  /** Playwright's word: `document`, `script`, `fetch` … */
  readonly resourceType: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** 0 when there was no response. */
  readonly status: number;
  /** Why there was none. */
  readonly failure?: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** The first bytes of the response's body. */
  readonly body?: Uint8Array;
  /** The body's full length in bytes, where it is known. */
  readonly bodyBytes?: number;
  /** Why there is no body here. */
  readonly bodyOmitted?: 'not-kept' | 'too-large' | 'busy' | 'unavailable';
}

export const captureDefaults = {
  maxRequests: 1000,
  maxBodyBytes: 16 * 1024,
  maxTotalBytes: 64 * 1024 * 1024,
} as const;

/** How long captured requests rest. */
export const RETENTION_MS = 60 * 60_000;

/** Bodies come through the browser's pipe whole: larger ones are not fetched at all. */
const MAX_FETCHED_BODY_BYTES = 1024 * 1024;
/** Bodies fetched at once; requests that end meanwhile are kept without their body. */
const MAX_FETCHING = 8;
const MAX_WAITING = 1000;

type Listener = readonly ['requestfinished' | 'requestfailed', (request: Request) => void];

/** Notes what the pages of a session request, in a store that bounds it. */
export class RequestCapture {
  readonly #scope: string;
  readonly #store: RecordStore<CapturedRequest>;
  readonly #clock: Clock;
  readonly #maxBodyBytes: number;
  readonly #onCaptured: () => void;
  readonly #contexts = new Map<BrowserContext, readonly Listener[]>();
  #fetching = 0;
  readonly #waiting: (() => void)[] = [];
  #stopped = false;

  constructor(
    scope: string,
    store: RecordStore<CapturedRequest>,
    options: CaptureOptions,
    onCaptured: () => void,
    clock: Clock = systemClock,
  ) {
    this.#scope = scope;
    this.#store = store;
    this.#maxBodyBytes = options.maxBodyBytes ?? captureDefaults.maxBodyBytes;
    this.#onCaptured = onCaptured;
    this.#clock = clock;
  }

  watch(context: BrowserContext): void {
    if (this.#stopped || this.#contexts.has(context)) return;
    const onEnd = (request: Request) => {
      this.#capture(request).catch(() => {
        // The page or the browser went away in between: there is nothing to note.
      });
    };
    const listeners: readonly Listener[] = [
      ['requestfinished', onEnd],
      ['requestfailed', onEnd],
    ];
    for (const [event, listener] of listeners) context.on(event as 'requestfinished', listener);
    this.#contexts.set(context, listeners);
  }

  unwatch(context: BrowserContext): void {
    for (const [event, listener] of this.#contexts.get(context) ?? []) {
      context.off(event as 'requestfinished', listener);
    }
    this.#contexts.delete(context);
  }

  /** Stops capturing; returns how many records the store removed. */
  async stop(): Promise<number> {
    this.#stopped = true;
    for (const context of this.#contexts.keys()) this.unwatch(context);
    for (const proceed of this.#waiting.splice(0)) proceed();
    return await this.#store.close(this.#scope);
  }

  async #capture(request: Request): Promise<void> {
    if (this.#stopped) return;
    const failure = request.failure()?.errorText;
    const response = request.existingResponse
      ? request.existingResponse()
      : failure === undefined
        ? await request.response()
        : null;
    const timing = request.timing();
    const startedAt = timing.startTime > 0 ? timing.startTime : this.#clock.now();
    const requestHeaders = maskHeaders(request.headers());
    const responseHeaders = maskHeaders(response?.headers() ?? {});
    const body = response && failure === undefined ? await this.#body(request, response) : {};
    if (this.#stopped) return;
    const captured: CapturedRequest = {
      method: request.method(),
      url: maskUrl(request.url()),
      resourceType: request.resourceType(),
      startedAt: new Date(startedAt).toISOString(),
      durationMs: timing.responseEnd > 0 ? Math.round(timing.responseEnd) : Math.max(0, this.#clock.now() - startedAt),
      status: response?.status() ?? 0,
      ...defined({ failure }),
      requestHeaders,
      responseHeaders,
      ...body,
    };
    await this.#store.append(this.#scope, captured, sizeOf(captured));
    this.#onCaptured();
  }

  async #body(
    request: Request,
    response: NonNullable<Awaited<ReturnType<Request['response']>>>,
  ): Promise<Pick<CapturedRequest, 'body' | 'bodyBytes' | 'bodyOmitted'>> {
    if (this.#maxBodyBytes <= 0) return { bodyOmitted: 'not-kept' };
    if (this.#fetching >= MAX_FETCHING) {
      if (this.#waiting.length >= MAX_WAITING) return { bodyOmitted: 'busy' };
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (this.#stopped) return { bodyOmitted: 'unavailable' };
    }
    this.#fetching += 1;
    try {
      const declared = Number(response.headers()['content-length'] ?? Number.NaN);
      const length = Number.isNaN(declared) ? (await request.sizes()).responseBodySize : declared;
      if (length > MAX_FETCHED_BODY_BYTES) return { bodyOmitted: 'too-large', bodyBytes: length };
      const whole = await response.body();
      // A copy of its own: a slice would keep the whole body alive.
      const kept = new Uint8Array(whole.subarray(0, this.#maxBodyBytes));
      return { body: kept, bodyBytes: whole.byteLength };
    } catch {
      // Redirects and responses from a closed page have no body to give.
      return { bodyOmitted: 'unavailable' };
    } finally {
      this.#fetching -= 1;
      this.#waiting.shift()?.();
    }
  }
}

/** About how much memory a record takes, in bytes. */
function sizeOf(captured: CapturedRequest): number {
  const texts = [captured.url, captured.method, captured.failure ?? ''];
  for (const headers of [captured.requestHeaders, captured.responseHeaders]) {
    for (const [name, value] of Object.entries(headers)) texts.push(name, value);
  }
  return texts.reduce((sum, text) => sum + text.length, 512) + (captured.body?.byteLength ?? 0);
}
