import { count, plainText } from '../../support/index.ts';
import type { PageEvents } from './pageEvents.ts';

/** The most different errors that are reported one by one; a page may throw without end. */
const MAX_DISTINCT = 5;
/** Chromium's, Firefox' and WebKit's word for a request that the page gave up. */
const ABORTED = /ABORTED|cancell?ed/i;

/**
 * Counts uncaught errors of the page's own code, and notes its scripts that did not arrive. Neither decides a verdict: many pages
 * throw and do not leak. But an iteration that throws, or whose script is missing, may not do what it is meant to.
 */
export class PageErrors {
  readonly #times = new Map<string, number>();
  /** Scripts that did not arrive, with the browser's reason: what they would listen to does nothing. */
  readonly #missing = new Map<string, string>();
  #others = 0;

  constructor(page: PageEvents) {
    page.on('pageerror', ({ message }) => {
      const text = plainText(message.split('\n', 1)[0] ?? '', 200);
      const times = this.#times.get(text);
      if (times === undefined && this.#times.size >= MAX_DISTINCT) this.#others += 1;
      else this.#times.set(text, (times ?? 0) + 1);
    });
    page.on('requestfailed', (request) => {
      // The page went on to another document, or took it back itself.
      const why = request.failure()?.errorText ?? '';
      if (request.resourceType() !== 'script' || ABORTED.test(why)) return;
      if (this.#missing.size < MAX_DISTINCT) this.#missing.set(request.url(), why);
    });
  }

  /** How many there were. */
  get times(): number {
    return [...this.#times.values()].reduce((sum, times) => sum + times, this.#others);
  }

  /** One sentence for each error, for the report. */
  warnings(): string[] {
    const told = [
      ...[...this.#missing].map(([url, why]) => missingScript(url, why)),
      ...[...this.#times].map(([text, times]) => `The page threw '${text}' ${count(times, 'time')}, uncaught.`),
    ];
    return this.#others > 0 ? [...told, `The page threw ${count(this.#others, 'other error')}, uncaught.`] : told;
  }
}

function missingScript(url: string, why: string): string {
  const script = plainText(url, 200);
  // What Chromium says of a module that a page from a file asks for; a file that is not there has a reason of its own.
  return url.startsWith('file:') && why === 'net::ERR_FAILED'
    ? `The page's script ${script} was not loaded: browsers load modules over http only. Serve its folder, and check that address.`
    : `The page's script ${script} could not be loaded: ${plainText(why, 100)}.`;
}
