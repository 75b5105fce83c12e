import type { Clock } from '../../support/index.ts';

export type Labels = Readonly<Record<string, string>>;

/** Values of one label; what comes after them is counted as `other`. */
export const MAX_LABEL_VALUES = 100;
const OTHER = 'other';
const MAX_LENGTH = 120;

/**
 * Keeps the values of each label few: a label with a value for each process, page or user makes a time series of each, which
 * is how monitoring itself becomes the leak.
 */
export class LabelValues {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  /** By label, each value with when it was last used. */
  readonly #values = new Map<string, Map<string, number>>();

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  bound(labels: Labels): Labels {
    return Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, this.#boundOne(label, value)]));
  }

  expire(): void {
    const before = this.#clock.now() - this.#ttlMs;
    for (const values of this.#values.values()) {
      for (const [value, at] of values) if (at < before) values.delete(value);
    }
  }

  #boundOne(label: string, raw: string): string {
    const value = foldIds(raw);
    let known = this.#values.get(label);
    if (!known) {
      known = new Map();
      this.#values.set(label, known);
    }
    if (!known.has(value) && known.size >= MAX_LABEL_VALUES) return OTHER;
    known.set(value, this.#clock.now());
    return value;
  }
}

/** The text with what differs from one thing of a kind to the next folded: `/users/4711` and `/users/4712` are one page. */
export function foldIds(text: string): string {
  return (
    text
      .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi, ':id')
      // A long word with several digits among its letters.
      .replaceAll(/(?<!\w)(?=(?:[a-z]*\d){4})(?=\d*[a-z])[\da-z]{16,}(?!\w)/gi, ':id')
      .replaceAll(/(?<=\/|\(pid |=|#)\d+(?![\w.])/g, ':id')
      .slice(0, MAX_LENGTH)
  );
}
