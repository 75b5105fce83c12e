/** The newest `capacity` values, oldest first; pushing into a full buffer drops the oldest in constant time. */
export class RingBuffer<T> implements Iterable<T> {
  readonly capacity: number;
  #items: T[] = [];
  #start = 0;
  #dropped = 0;

  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`capacity must be a positive integer, not ${capacity}`);
    this.capacity = capacity;
  }

  push(item: T): void {
    if (this.#items.length < this.capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#start] = item;
    this.#start = (this.#start + 1) % this.capacity;
    this.#dropped += 1;
  }

  get length(): number {
    return this.#items.length;
  }

  /** How many values had to make room since the buffer was made. */
  get dropped(): number {
    return this.#dropped;
  }

  last(): T | undefined {
    return this.#items.length === 0
      ? undefined
      : this.#items.at((this.#start + this.#items.length - 1) % this.#items.length);
  }

  clear(): void {
    this.#items = [];
    this.#start = 0;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let index = 0; index < this.#items.length; index += 1) {
      yield this.#items[(this.#start + index) % this.#items.length]!;
    }
  }

  toArray(): T[] {
    return [...this];
  }
}
