import type { PriceStore } from './prices.ts';

export class PriceView {
  static #count = 0;
  readonly #key: string;
  private rows: readonly { readonly label: string; readonly euro: number }[] = [];

  constructor(private readonly store: PriceStore) {
    PriceView.#count += 1;
    this.#key = `view ${PriceView.#count}`;
  }

  mount(): void {
    this.store.watch(this.#key, ({ euro }) => {
      this.rows = Array.from({ length: 20 }, (_, row) => ({ label: `${this.#key} row ${row}`, euro }));
    });
  }

  unmount(): void {
    this.store.unwatch(this.#key);
    this.rows = [];
  }
}
