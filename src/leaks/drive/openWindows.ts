import type { Page } from 'playwright';
import { poll } from '../../support/index.ts';
import type { PageEvents } from './pageEvents.ts';

/** How long a window that was closed may take to go, and how often that is checked, in ms. */
const CLOSING_MS = 2_000;
const CLOSING_POLL_MS = 20;

/** The windows that a page opens: how many there are, and how many of them were closed. */
export class OpenWindows {
  readonly #page: Page;
  /** Open pages at the last count. */
  #pages = 1;
  #closed = 0;

  constructor(page: Page, events: PageEvents) {
    this.#page = page;
    events.on('popup', (popup) => popup.once('close', () => (this.#closed += 1)));
  }

  get closed(): number {
    return this.#closed;
  }

  /** Open pages. On a busy machine a closed window takes a while to go: where some close, that is waited for. */
  async count(): Promise<number> {
    const count = (): number => this.#page.context().pages().length;
    if (this.#closed > 0) await poll(() => count() <= this.#pages, CLOSING_POLL_MS, CLOSING_MS);
    this.#pages = count();
    return this.#pages;
  }
}
