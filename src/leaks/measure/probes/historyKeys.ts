import type { GuardedCdp } from '../../drive/cdp.ts';

const OBJECT_GROUP = 'leakwright-history';

/** Holders that are looked at, at most. */
const MAX_HOLDERS = 10;

/**
 * Tells collections that a router keys by session-history entries: what it keeps of each entry (a scroll position, the data of
 * a view) is named by a value of `history.state`. Such a record comes with each navigation, and nobody's page can help it.
 */
export class HistoryKeys {
  readonly #cdp: GuardedCdp;
  readonly #holders: readonly number[];
  readonly #hits = new Map<number, number>();
  #readings = 0;
  #newestEntry = 0;
  /** Values of `history.state` at the readings so far. */
  #values: string[] = [];

  /** @param holders heap object ids of what may be keyed so */
  constructor(cdp: GuardedCdp, holders: Iterable<number>) {
    this.#cdp = cdp;
    this.#holders = [...new Set(holders)].slice(0, MAX_HOLDERS);
  }

  async begin(): Promise<void> {
    if (this.#holders.length > 0) this.#newestEntry = Math.max(0, ...(await this.#entries()));
  }

  /** Compares the keys of each holder with the values of `history.state` now and at former readings. */
  async read(): Promise<void> {
    if (this.#holders.length === 0) return;
    this.#readings += 1;
    for (const holder of this.#holders) {
      try {
        const { result } = await this.#cdp.send('HeapProfiler.getObjectByHeapObjectId', {
          objectId: String(holder),
          objectGroup: OBJECT_GROUP,
        });
        if (result.objectId === undefined) continue;
        const answer = await this.#cdp.send('Runtime.callFunctionOn', {
          objectId: result.objectId,
          functionDeclaration: hasHistoryKey.toString(),
          arguments: [{ objectId: result.objectId }, { value: this.#values }],
          returnByValue: true,
          silent: true,
        });
        if (answer.result.value === true) this.#hits.set(holder, (this.#hits.get(holder) ?? 0) + 1);
      } catch {
        // Collected meanwhile, or a page whose history.state throws.
      }
    }
    await this.#noteState();
  }

  /** @returns session-history entries that came since `begin`, and the holders that were keyed by one at each reading */
  async finish(): Promise<{ readonly entries: number; readonly holders: readonly number[] }> {
    if (this.#holders.length === 0) return { entries: 0, holders: [] };
    const entries = (await this.#entries()).filter((id) => id > this.#newestEntry).length;
    await this.#cdp.send('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP });
    return { entries, holders: this.#holders.filter((holder) => this.#hits.get(holder) === this.#readings) };
  }

  async #entries(): Promise<number[]> {
    try {
      return (await this.#cdp.send('Page.getNavigationHistory')).entries.map(({ id }) => id);
    } catch {
      // A worker has no history.
      return [];
    }
  }

  async #noteState(): Promise<void> {
    const { result } = await this.#cdp.send('Runtime.evaluate', {
      expression: `(${stateValues.toString()})()`,
      returnByValue: true,
      silent: true,
    });
    if (Array.isArray(result.value)) this.#values = [...this.#values, ...(result.value as string[])].slice(-200);
  }
}

/** Runs in the page: texts and numbers in `history.state`. */
function stateValues(): string[] {
  const found: string[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (typeof value === 'string' || typeof value === 'number') found.push(String(value).slice(0, 200));
    else if (typeof value === 'object' && value !== null && depth < 3)
      for (const key of Object.keys(value).slice(0, 50)) visit(Reflect.get(value, key), depth + 1);
  };
  visit(history.state, 0);
  return found.filter((value) => value !== '');
}

/**
 * Runs in the page: whether a Map or plain object has a key that names a session-history entry. Long values are telling by
 * themselves; a short one (a position) must be that of the newest key, alone or before the address.
 */
function hasHistoryKey(holder: unknown, former: readonly string[]): boolean {
  if (typeof holder !== 'object' || holder === null || Array.isArray(holder)) return false;
  const TELLING = 5;
  const keys = holder instanceof Map ? [...holder.keys()].map(String) : Object.keys(holder);
  const now: string[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (typeof value === 'string' || typeof value === 'number') now.push(String(value).slice(0, 200));
    else if (typeof value === 'object' && value !== null && depth < 3)
      for (const key of Object.keys(value).slice(0, 50)) visit(Reflect.get(value, key), depth + 1);
  };
  visit(history.state, 0);
  const values = now.filter((value) => value !== '');
  const known = new Set(keys);
  if ([...values, ...former].some((value) => value.length >= TELLING && known.has(value))) return true;
  const newest = keys.at(-1);
  return newest !== undefined && values.some((value) => newest === value || newest === value + location.pathname);
}
