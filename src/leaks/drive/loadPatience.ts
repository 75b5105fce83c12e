import type { Page } from 'playwright';

/** Loads a page and waits as long as something of it still arrives. */
export class LoadPatience {
  readonly #page: Page;
  readonly #quietMs: number;
  readonly #limitMs: number;
  readonly #onTraffic = (): void => {
    this.#lastAt = performance.now();
  };
  #lastAt = performance.now();
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param quietMs a load of which nothing arrives for so long is given up; 0: never
   * @param limitMs a load that goes on for so long is given up
   */
  constructor(page: Page, quietMs: number, limitMs: number) {
    this.#page = page;
    this.#quietMs = quietMs;
    this.#limitMs = limitMs;
    page.on('response', this.#onTraffic);
    page.on('requestfinished', this.#onTraffic);
  }

  /** @throws Error what navigation fails with, or that nothing arrived any more */
  async load(url: string): Promise<void> {
    const loading = this.#page.goto(url, { timeout: this.#limitMs, waitUntil: 'load' });
    // After giving up the load fails later; this handles that rejection.
    loading.catch(() => undefined);
    const stalled = new Promise<never>((_, reject) => {
      const look = (): void => {
        const left = this.#lastAt + this.#quietMs - performance.now();
        if (left > 0) this.#timer = setTimeout(look, left);
        else reject(new Error(`nothing of it has arrived for ${this.#quietMs} ms, and it has not been loaded.`));
      };
      if (this.#quietMs > 0) look();
    });
    await Promise.race([loading, stalled]);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#page.off('response', this.#onTraffic);
    this.#page.off('requestfinished', this.#onTraffic);
  }
}
