// oxlint-disable typescript/unbound-method -- natives are taken off their prototypes on purpose: always called through Reflect
import type { Site } from './hookTypes.ts';
import type { Natives } from './natives.ts';
import type { Wrapping } from './wrapping.ts';

/**
 * Counts what this document's script stores in IndexedDB and in Cache Storage. After each write the database itself is asked, in the
 * page's own transaction: what a write replaces, and what a key range deletes, only the database knows.
 *
 * @param placeOf the place of a write, where it is of interest
 * @param grew called with the place of a write after which there were more records than before
 * @returns how many records there are in all stores and caches that were written to
 */
export function countStoredRecords(
  natives: Natives,
  wrapping: Wrapping,
  placeOf: (hide: unknown) => Site | undefined,
  grew: (site: Site) => void,
): () => number {
  /** A count reads every key: larger stores are counted no further. 540 iterations that add a hundred each stay below it. */
  const MAX_COUNTED = 100_000;

  const { NativeMap, NativeString, NativeWeakMap, mapGet, mapSet, mapDelete, mapForEach, weakGet, weakSet } = natives;
  const { uncurry, getterOf, prototypeOf, promiseThen, addEventListener, isObject } = natives;
  const { wrapMethod } = wrapping;
  /** By database, or cache, and by store. */
  const counts = new NativeMap<string, Map<string, number>>();
  function noteCount(place: string, store: string, count: number, site: Site | undefined): void {
    let stores = mapGet(counts, place);
    if (!stores) mapSet(counts, place, (stores = new NativeMap()));
    if (site && count > (mapGet(stores, store) ?? 0)) grew(site);
    mapSet(stores, store, count);
  }
  const isSmall = (place: string, store: string): boolean => {
    const stores = mapGet(counts, place);
    return !stores || (mapGet(stores, store) ?? 0) < MAX_COUNTED;
  };

  /** One question at a time: what is written meanwhile is asked about once more. */
  interface Question {
    open: boolean;
    again: boolean;
  }
  const questions = new NativeWeakMap<object, Question>();
  /** @param count asks, and calls back with the answer; absent where there is none */
  function ask(of: object, count: (answered: (count?: number) => void) => void, note: (count: number) => void): void {
    let question = weakGet(questions, of);
    if (!question) weakSet(questions, of, (question = { open: false, again: false }));
    question.again = question.open;
    if (question.open) return;
    question.open = true;
    count((answer) => {
      question.open = false;
      if (answer === undefined) return;
      note(answer);
      if (question.again) ask(of, count, note);
    });
  }

  const stores = prototypeOf('IDBObjectStore') as IDBObjectStore | undefined;
  if (stores) {
    const countIn = uncurry(stores.count);
    const nameOf = getterOf('IDBObjectStore', 'name')!;
    const transactionOf = getterOf('IDBObjectStore', 'transaction')!;
    const databaseOf = getterOf('IDBTransaction', 'db')!;
    const databaseName = getterOf('IDBDatabase', 'name')!;
    const resultOf = getterOf('IDBRequest', 'result')!;
    const sourceOf = getterOf('IDBCursor', 'source')!;
    const indexes = prototypeOf('IDBIndex');
    const storeOfIndex = getterOf('IDBIndex', 'objectStore')!;
    const stopPropagation = uncurry(Event.prototype.stopPropagation);
    const isIndex = uncurry(Object.prototype.isPrototypeOf);
    const recount = (store: object, site?: Site): void => {
      const place = `database ${databaseName(databaseOf(transactionOf(store) as object) as object) as string}`;
      const name = nameOf(store) as string;
      if (!isSmall(place, name)) return;
      const count = (answered: (count?: number) => void): void => {
        let request: object;
        try {
          request = countIn(store);
        } catch {
          // The page has ended its transaction.
          return answered();
        }
        const options = { __proto__: null, once: true };
        addEventListener(request, 'success', () => answered(resultOf(request) as number), options);
        // The page's transaction was aborted: it is not told of our question.
        const failed = (event: unknown): void => {
          stopPropagation(event);
          answered();
        };
        addEventListener(request, 'error', failed, options);
      };
      ask(store, count, (number) => noteCount(place, name, number, site));
    };
    const methods = ['add', 'put', 'delete', 'clear'];
    for (let at = 0; at < methods.length; at += 1)
      wrapMethod(stores, methods[at]!, (request, _args, store, hide) => {
        recount(store as object, at < 2 ? placeOf(hide) : undefined);
        return request;
      });
    wrapMethod(prototypeOf('IDBCursor'), 'delete', (request, _args, cursor) => {
      const source = sourceOf(cursor as object) as object;
      recount(isIndex(indexes, source) ? (storeOfIndex(source) as object) : source);
      return request;
    });
    wrapMethod(prototypeOf('IDBFactory'), 'deleteDatabase', (request, args) => {
      mapDelete(counts, `database ${NativeString(args[0])}`);
      return request;
    });
  }

  const cachePrototype = prototypeOf('Cache') as Cache | undefined;
  if (cachePrototype) {
    const keysOf = uncurry(cachePrototype.keys);
    const places = new NativeWeakMap<object, string>();
    wrapMethod(prototypeOf('CacheStorage'), 'open', (promise, args) =>
      promiseThen(promise, (cache: unknown) => {
        if (isObject(cache)) weakSet(places, cache, `cache ${NativeString(args[0])}`);
        return cache;
      }),
    );
    wrapMethod(prototypeOf('CacheStorage'), 'delete', (promise, args) => {
      mapDelete(counts, `cache ${NativeString(args[0])}`);
      return promise;
    });
    const methods = ['put', 'add', 'addAll', 'delete'];
    for (let at = 0; at < methods.length; at += 1)
      wrapMethod(cachePrototype, methods[at]!, (promise, _args, cache, hide) => {
        const place = isObject(cache) ? weakGet(places, cache) : undefined;
        if (place === undefined || !isSmall(place, '')) return promise;
        const site = at < 3 ? placeOf(hide) : undefined;
        const count = (answered: (count?: number) => void): void => {
          void promiseThen(
            keysOf(cache),
            (keys: ArrayLike<unknown>) => answered(keys.length),
            () => answered(),
          );
        };
        return promiseThen(promise, (value: unknown) => {
          ask(cache as object, count, (number) => noteCount(place, '', number, site));
          return value;
        });
      });
  }

  return () => {
    let total = 0;
    mapForEach(counts, (stores) => mapForEach(stores, (count) => (total += count)));
    return total;
  };
}
