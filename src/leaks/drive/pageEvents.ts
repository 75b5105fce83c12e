import type { Page } from 'playwright';

/** Listeners of a check on its page, removed together: the page may outlive the check. */
export class PageEvents {
  readonly #page: Page;
  readonly #undo: (() => void)[] = [];

  constructor(page: Page) {
    this.#page = page;
  }

  /** As the page's own `on`, which types it. */
  readonly on: Page['on'] = (event: string, listener: (payload: never) => unknown) => {
    const page = this.#page as unknown as Record<'on' | 'off', (name: string, fn: typeof listener) => void>;
    page.on(event, listener);
    this.#undo.push(() => page.off(event, listener));
    return this.#page;
  };

  release(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }
}
