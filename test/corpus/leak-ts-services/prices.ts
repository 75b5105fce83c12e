type Listener<T> = (value: T) => void;

export abstract class Store<T extends object> {
  readonly #listeners = new Map<string, Listener<T>>();
  protected constructor(private current: T) {}

  watch(key: string, listener: Listener<T>): void {
    this.#listeners.set(key, listener); // kept
    listener(this.current);
  }

  unwatch(key: string): boolean {
    return this.#listeners.delete(key);
  }
}

interface Prices {
  readonly euro: number;
}

export class PriceStore extends Store<Prices> {
  constructor() {
    super({ euro: 1 });
  }
}
