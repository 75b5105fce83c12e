const MIB = 1024 * 1024;

/**
 * Rounded so coarsely that what idles looks the same for minutes: to 1 MB below 100 MB, and to some percent from there.
 * An idle process's share of memory moves by 100 KB and more with every other process that comes or goes.
 */
function stepOf(bytes: number): number {
  if (bytes < 100 * MIB) return MIB;
  return bytes < 1000 * MIB ? 5 * MIB : 20 * MIB;
}

/** Numbers as they are shown: one that swings around the edge between two roundings stays what it was. */
export class SteadyNumbers {
  #shown = new Map<string, number>();
  #next = new Map<string, number>();

  bytes(key: string, bytes: number): number {
    return this.#steady(key, bytes, stepOf(bytes), bytes > 0 ? MIB : 0);
  }

  /** To two figures. */
  count(key: string, count: number): number {
    return this.#steady(key, count, count < 100 ? 1 : 10 ** (Math.floor(Math.log10(count)) - 1), 0);
  }

  #steady(key: string, value: number, step: number, least: number): number {
    const before = this.#shown.get(key);
    const shown =
      before !== undefined && Math.abs(value - before) < 0.75 * step
        ? before
        : Math.max(least, Math.round(value / step) * step);
    this.#next.set(key, shown);
    return shown;
  }

  /** Forgets the numbers that were not read since the last call. */
  sweep(): void {
    this.#shown = this.#next;
    this.#next = new Map();
  }
}
