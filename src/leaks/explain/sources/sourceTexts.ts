import { realpath } from 'node:fs/promises';
import { type Log, describeError, isInside, liesWithin, readRegularFile, silentLog } from '../../../support/index.ts';
import { type SourceLimits, sourceLimits } from './limits.ts';
import { type UrlRequest, readUrl } from './readUrl.ts';
import { filePathOf } from './workspaceFiles.ts';

export interface SourceTextsOptions {
  readonly workspaceFolder: string;
  /** The URL of the page. Files are read for pages that are files themselves, and for no others. */
  readonly pageUrl: string;
  /** The text of a script or document as the browser has it; undefined for what it does not have. */
  readonly inBrowser: (url: string) => Promise<string | undefined>;
  /** What the browser says is the map of a script: its `SourceMap` header, or its comment. */
  readonly mapUrlOf?: (url: string) => string | undefined;
  /** What the page's own requests would send (cookies, credentials), and which certificates its browser accepts. */
  readonly asPage?: Pick<UrlRequest, 'headersFor' | 'acceptAnyCertificate'>;
  /** Ends all reading. */
  readonly signal?: AbortSignal;
  readonly log?: Log;
  readonly limits?: SourceLimits;
}

/** The texts of a check's scripts and source maps: what the browser has, else what the network or the workspace has. */
export class SourceTexts {
  readonly #options: SourceTextsOptions;
  readonly #limits: SourceLimits;
  readonly #log: Log;
  /** By URL, failures included: a map that names itself a thousand times is read once. */
  readonly #fetched = new Map<string, Promise<string | undefined>>();
  #requests = 0;
  #bytes = 0;
  #readingMs = 0;

  constructor(options: SourceTextsOptions) {
    this.#options = options;
    this.#limits = options.limits ?? sourceLimits;
    this.#log = options.log ?? silentLog;
  }

  /** The text behind a URL, or undefined where it cannot be had within the limits. Never throws. */
  async read(url: string): Promise<string | undefined> {
    if (this.#options.signal?.aborted) return undefined;
    const known = await this.#options.inBrowser(url).catch(() => undefined);
    if (known !== undefined)
      return known.length <= this.#limits.textBytes ? known : this.#leftOut(url, 'it is too long');
    const key = url.replace(/#.*$/, '');
    let fetched = this.#fetched.get(key);
    if (!fetched) {
      fetched = this.#fetch(key).catch((error: unknown) => this.#leftOut(url, describeError(error)));
      this.#fetched.set(key, fetched);
    }
    return fetched;
  }

  async #fetch(url: string): Promise<string | undefined> {
    if (url.startsWith('file:')) return await this.#file(url);
    if (!/^https?:\/\//i.test(url)) return undefined;
    const begun = performance.now();
    try {
      return await this.#get(url);
    } finally {
      this.#readingMs += performance.now() - begun;
    }
  }

  async #get(url: string): Promise<string | undefined> {
    const leftMs = Math.min(this.#limits.readMs, this.#limits.totalMs - this.#readingMs);
    if (leftMs <= 0) return this.#leftOut(url, 'reading has taken too long already');
    const { signal, asPage } = this.#options;
    const late = AbortSignal.timeout(Math.ceil(leftMs));
    let at = url;
    for (let redirects = 0; redirects <= this.#limits.redirects; redirects += 1) {
      if (!/^https?:\/\//i.test(at)) return this.#leftOut(url, 'it redirects to something else than a web page');
      if (this.#requests >= this.#limits.requests) return this.#leftOut(url, 'too many requests were made already');
      this.#requests += 1;
      const maxBytes = Math.min(this.#limits.textBytes, this.#limits.networkBytes - this.#bytes);
      const answer = await readUrl(at, {
        headersFor: () => Promise.resolve({}),
        ...asPage,
        maxBytes,
        signal: signal ? AbortSignal.any([signal, late]) : late,
      });
      if (answer.type === 'text') {
        this.#bytes += answer.bytes;
        return answer.text;
      }
      at = answer.url;
    }
    return this.#leftOut(url, 'it redirects too often');
  }

  /** Only regular files of the workspace: a pipe would never end, and a network path would sign in somewhere. */
  async #file(url: string): Promise<string | undefined> {
    const { pageUrl, workspaceFolder } = this.#options;
    const path = filePathOf(url);
    if (path === undefined || !pageUrl.startsWith('file:')) return this.#leftOut(url, 'a web page may not name files');
    // By name first: on Windows, looking at `\\host\share` is what signs in.
    if (!isInside(path, workspaceFolder) && !isInside(path, await realpath(workspaceFolder)))
      return this.#leftOut(url, 'it is outside the workspace');
    if (!(await liesWithin(path, workspaceFolder))) return this.#leftOut(url, 'it leads out of the workspace');
    return await readRegularFile(path, this.#limits.textBytes);
  }

  #leftOut(url: string, why: string): undefined {
    this.#log.debug(`${url.slice(0, 500)} is not read: ${why}`);
    return undefined;
  }
}
