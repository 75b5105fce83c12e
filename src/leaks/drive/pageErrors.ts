import { count, plainText } from '../../support/index.ts';
import type { PageEvents } from './pageEvents.ts';

/** The most different errors that are reported one by one; a page may throw without end. */
const MAX_DISTINCT = 5;

/**
 * Counts uncaught errors of the page's own code. It does not decide a verdict: many pages throw and do not leak. But an
 * iteration that throws may not do what it is meant to.
 */
export class PageErrors {
  readonly #times = new Map<string, number>();
  #others = 0;

  constructor(page: PageEvents) {
    page.on('pageerror', ({ message }) => {
      const text = plainText(message.split('\n', 1)[0] ?? '', 200);
      const times = this.#times.get(text);
      if (times === undefined && this.#times.size >= MAX_DISTINCT) this.#others += 1;
      else this.#times.set(text, (times ?? 0) + 1);
    });
  }

  /** How many there were. */
  get times(): number {
    return [...this.#times.values()].reduce((sum, times) => sum + times, this.#others);
  }

  /** One sentence for each error, for the report. */
  warnings(): string[] {
    const told = [...this.#times].map(([text, times]) => `The page threw '${text}' ${count(times, 'time')}, uncaught.`);
    return this.#others > 0 ? [...told, `The page threw ${count(this.#others, 'other error')}, uncaught.`] : told;
  }
}
