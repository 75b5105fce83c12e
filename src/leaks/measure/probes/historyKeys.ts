import type { GuardedCdp } from '../../drive/cdp.ts';

const OBJECT_GROUP = 'leakwright-history';

/** The most holders that are examined. */
const MAX_HOLDERS = 10;

/** What may be keyed by entries: a collection, or the one in a slot of an object, which may be a new one each time. */
export interface KeyedHolder {
  readonly heapObjectId: number;
  readonly slot?: string | undefined;
}

/**
 * Tells collections that a router keys by session-history entries: what it keeps of each entry (a scroll position, the data of
 * a view) is named by a value of the state that the entry was made with. Such a record comes with each navigation, and no page
 * can help it.
 */
export class HistoryKeys {
  readonly #cdp: GuardedCdp;
  readonly #holders: readonly KeyedHolder[];
  readonly #hits = new Map<number, number>();
  #readings = 0;
  #newestEntry = 0;
  /** The state of our watch in the page, as a remote object. */
  #watch: string | undefined;

  constructor(cdp: GuardedCdp, holders: Iterable<KeyedHolder>) {
    this.#cdp = cdp;
    const byId = new Map([...holders].map((holder) => [holder.heapObjectId, holder]));
    this.#holders = [...byId.values()].slice(0, MAX_HOLDERS);
  }

  async begin(): Promise<void> {
    if (this.#holders.length === 0) return;
    this.#newestEntry = Math.max(0, ...(await this.#entries()));
    const { result, exceptionDetails } = await this.#cdp.send('Runtime.evaluate', {
      expression: `(${watchHistory.toString()})()`,
      objectGroup: OBJECT_GROUP,
      silent: true,
    });
    if (!exceptionDetails) this.#watch = result.objectId;
  }

  /** Compares the keys of each holder with the states that entries were given since `begin`. */
  async read(): Promise<void> {
    if (this.#watch === undefined) return;
    this.#readings += 1;
    for (const { heapObjectId, slot } of this.#holders) {
      try {
        const { result } = await this.#cdp.send('HeapProfiler.getObjectByHeapObjectId', {
          objectId: String(heapObjectId),
          objectGroup: OBJECT_GROUP,
        });
        if (result.objectId === undefined) continue;
        const answer = await this.#cdp.send('Runtime.callFunctionOn', {
          objectId: result.objectId,
          functionDeclaration: hasHistoryKey.toString(),
          arguments: [{ objectId: result.objectId }, { value: slot ?? null }, { objectId: this.#watch }],
          returnByValue: true,
          silent: true,
        });
        if (answer.result.value === true) this.#hits.set(heapObjectId, (this.#hits.get(heapObjectId) ?? 0) + 1);
      } catch {
        // Collected meanwhile, or a page whose history.state throws.
      }
    }
  }

  /** @returns session-history entries that came since `begin`, and the holders that were keyed by one at each reading */
  async finish(): Promise<{ readonly entries: number; readonly holders: readonly number[] }> {
    if (this.#holders.length === 0) return { entries: 0, holders: [] };
    const left = (await this.#entries()).filter((id) => id > this.#newestEntry).length;
    // Where an iteration goes back, the next entry takes the place of the one before.
    const entries = Math.max(left, await this.#endWatch());
    await this.#cdp.send('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP });
    const keyed = this.#holders.filter(({ heapObjectId }) => this.#hits.get(heapObjectId) === this.#readings);
    return { entries, holders: this.#readings === 0 ? [] : keyed.map(({ heapObjectId }) => heapObjectId) };
  }

  /** @returns how many states were given to entries */
  async #endWatch(): Promise<number> {
    if (this.#watch === undefined) return 0;
    try {
      const { result } = await this.#cdp.send('Runtime.callFunctionOn', {
        objectId: this.#watch,
        functionDeclaration: 'function () { return this.finish(); }',
        returnByValue: true,
        silent: true,
      });
      return typeof result.value === 'number' ? result.value : 0;
    } catch {
      return 0;
    }
  }

  async #entries(): Promise<number[]> {
    try {
      return (await this.#cdp.send('Page.getNavigationHistory')).entries.map(({ id }) => id);
    } catch {
      // A worker has no history.
      return [];
    }
  }
}

/** The latest texts and numbers in states of entries: an iteration may go back before anybody could read `history.state`. */
interface HistoryWatch {
  readonly values: readonly string[];
  /** Takes the watch off. @returns how many states were given */
  finish(): number;
}

/** Runs in the page: notes what `pushState` and `replaceState` are given until `finish` takes it off again. */
function watchHistory(): HistoryWatch {
  const MAX_VALUES = 200;
  const values: string[] = [];
  let given = 0;
  const visit = (value: unknown, depth: number): void => {
    if (typeof value === 'number' || (typeof value === 'string' && value !== '')) {
      values.push(String(value).slice(0, 200));
      if (values.length > MAX_VALUES) values.shift();
    } else if (typeof value === 'object' && value !== null && depth < 3)
      for (const key of Object.keys(value).slice(0, 50)) visit(Reflect.get(value, key), depth + 1);
  };
  const undo: (() => void)[] = [];
  for (const name of ['pushState', 'replaceState'] as const) {
    const native = history[name];
    const own = Reflect.getOwnPropertyDescriptor(history, name);
    const noting = function (this: unknown, ...args: unknown[]): unknown {
      const result: unknown = Reflect.apply(native, this, args);
      given += 1;
      try {
        visit(args[0], 0);
      } catch {
        // A state of the page whose getters throw.
      }
      return result;
    };
    const isOn = Reflect.defineProperty(history, name, { value: noting, configurable: true, writable: true });
    if (isOn)
      undo.push(() => void (own ? Reflect.defineProperty(history, name, own) : Reflect.deleteProperty(history, name)));
  }
  visit(history.state, 0);
  return {
    values,
    finish() {
      for (const off of undo) off();
      return given;
    },
  };
}

/**
 * Runs in the page: whether a Map or plain object has a key that names a session-history entry. Long values are telling by
 * themselves; a short one (a position, a count) must be that of the newest key, alone or before the address.
 */
function hasHistoryKey(holder: object, slot: string | null, { values }: HistoryWatch): boolean {
  // What holds by a slot in a snapshot is a property with a value, which may be our own accessor while it is watched.
  const keyed: unknown = slot === null ? holder : Reflect.get(holder, slot);
  if (typeof keyed !== 'object' || keyed === null || Array.isArray(keyed)) return false;
  const TELLING = 5;
  const keys = keyed instanceof Map ? [...keyed.keys()].map(String) : Object.keys(keyed);
  const known = new Set(keys);
  if (values.some((value) => value.length >= TELLING && known.has(value))) return true;
  const newest = keys.at(-1);
  return newest !== undefined && values.some((value) => newest === value || newest === value + location.pathname);
}
