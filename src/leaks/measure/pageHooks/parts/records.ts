// oxlint-disable typescript/unbound-method -- natives are taken off their prototypes on purpose: always called through Reflect
import type { Armed, Interval, Linked, List, Named, ObjectRecord, ObjectType, Site } from './hookTypes.ts';
import type { Natives } from './natives.ts';

/** Records of objects that the page makes: bounded in number, held by weak references. */
export function keepRecords(natives: Natives) {
  /** Frames of a creation stack. Deep enough to get out of a chain of operators and a framework's internals into the user's code. */
  const STACK_FRAMES = 50;
  /** Records kept at most; what is made beyond that is counted as `dropped`. About 300 bytes each. */
  const MAX_RECORDS = 20_000;
  /** Different stack texts kept at most, each about 3 KB; beyond that every record has its own copy. */
  const MAX_SITES = 2_000;
  /** A timeout that is due within this many ms ends by itself before long: one that is not recorded is not missed. */
  const SOON_MS = 10_000;
  /** How late a timeout or an animation frame may be, in ms, and still count as not fired: a busy machine delays both. */
  const OVERDUE_MS = 1000;

  const { apply, set, deleteProperty, NativeError, captureStackTrace, NativeWeakRef, NativeWeakMap, NativeMap } =
    natives;
  const { weakGet, weakSet, mapGet, mapSet, mapDelete, mapForEach, mapSize, now, uncurry, isObject } = natives;

  function emptyList<T>(): List<T> {
    return { first: undefined, last: undefined, count: 0 };
  }
  function link<T extends Linked<T>>(list: List<T>, item: T): void {
    item.linked = true;
    item.previous = list.last;
    if (list.last) list.last.next = item;
    else list.first = item;
    list.last = item;
    list.count += 1;
  }
  function unlink<T extends Linked<T>>(list: List<T>, item: T): boolean {
    if (!item.linked) return false;
    item.linked = false;
    if (item.previous) item.previous.next = item.next;
    else list.first = item.next;
    if (item.next) item.next.previous = item.previous;
    else list.last = item.previous;
    list.count -= 1;
    // `next` stays: a walk that stands on this item goes on from it.
    return true;
  }

  const objects = emptyList<ObjectRecord>();
  const objectRecords = new NativeWeakMap<object, ObjectRecord>();
  const objectUrls = new NativeMap<string, Named>();
  const intervals = new NativeMap<number, Interval>();
  const timeouts = new NativeMap<number, Armed>();
  const geolocationWatches = new NativeMap<number, Named>();
  /** URLs revoked here that were made in another realm of the same origin. */
  const foreignRevoked = new NativeMap<string, boolean>();
  const sites = new NativeMap<string, Site>();
  const state = {
    nextId: 1,
    /** How many listeners are recorded. */
    listeners: 0,
    /** How many marks and measures are recorded. */
    timings: 0,
    /** How many things were not recorded because there were too many already. */
    dropped: 0,
    /** -1 until the first mark: a frame made during an iteration learns its number from the reader. */
    iteration: -1,
  };

  const recordCount = (): number =>
    objects.count + state.listeners + state.timings + mapSize(objectUrls) + mapSize(intervals);
  function isFull(): boolean {
    if (recordCount() < MAX_RECORDS) return false;
    state.dropped += 1;
    return true;
  }

  let sweptAt = 0;
  /** Whether another timeout can be recorded. They have a number of their own: a flood of them displaces nothing else. */
  function hasRoomForTimeout(delayMs: number): boolean {
    if (mapSize(timeouts) < MAX_RECORDS) return true;
    const time = now();
    if (time - sweptAt > OVERDUE_MS / 10) {
      sweptAt = time;
      forgetFiredTimeouts();
      if (mapSize(timeouts) < MAX_RECORDS) return true;
    }
    if (delayMs > SOON_MS) state.dropped += 1;
    return false;
  }

  /**
   * The stack of the caller of the trap `hide`. The page's own `prepareStackTrace` and `stackTraceLimit` are put aside
   * for the moment: the first would run page code here, the second is often too low.
   */
  function callerSite(hide: unknown): Site {
    const limit = NativeError.stackTraceLimit;
    const prepare = NativeError.prepareStackTrace;
    const holder: { __proto__: null; stack?: string } = { __proto__: null };
    set(NativeError, 'stackTraceLimit', STACK_FRAMES);
    if (prepare !== undefined) set(NativeError, 'prepareStackTrace', undefined);
    let stack: unknown;
    try {
      apply(captureStackTrace, NativeError, [holder, hide]);
      stack = holder.stack;
    } catch {
      stack = '';
    }
    if (prepare !== undefined) set(NativeError, 'prepareStackTrace', prepare);
    if (limit === undefined) deleteProperty(NativeError, 'stackTraceLimit');
    else set(NativeError, 'stackTraceLimit', limit);
    if (typeof stack !== 'string') stack = '';
    const text = stack as string;
    const known = mapGet(sites, text);
    if (known) return known;
    const site: Site = { stack: text };
    if (mapSize(sites) < MAX_SITES) mapSet(sites, text, site);
    return site;
  }

  const named = (hide: unknown): Named => ({ id: state.nextId++, site: callerSite(hide), iteration: state.iteration });

  function forgetFiredTimeouts(): void {
    const time = now() - OVERDUE_MS;
    mapForEach(timeouts, (timeout, handle) => {
      if (timeout.due < time) mapDelete(timeouts, handle);
    });
  }

  const collected = new FinalizationRegistry((forgetIt: () => void) => forgetIt());
  const register = uncurry(collected.register);
  /** Calls back when the object has been collected. The callback must not hold it. */
  const whenCollected = (object: object, forgetIt: () => void): void => register(collected, object, forgetIt);

  function track(type: ObjectType, object: object, site: Site): void {
    if (isFull()) return;
    const record: ObjectRecord = {
      id: state.nextId++,
      type,
      ref: new NativeWeakRef(object),
      site,
      iteration: state.iteration,
      previous: undefined,
      next: undefined,
      linked: false,
    };
    link(objects, record);
    weakSet(objectRecords, object, record);
    whenCollected(object, () => unlink(objects, record));
  }
  function forget(object: unknown): void {
    const record = isObject(object) ? weakGet(objectRecords, object) : undefined;
    if (record) unlink(objects, record);
  }

  return {
    MAX_RECORDS,
    OVERDUE_MS,
    emptyList,
    link,
    unlink,
    objects,
    objectRecords,
    objectUrls,
    intervals,
    timeouts,
    geolocationWatches,
    foreignRevoked,
    state,
    isFull,
    hasRoomForTimeout,
    callerSite,
    named,
    forgetFiredTimeouts,
    whenCollected,
    track,
    forget,
  };
}

export type Records = ReturnType<typeof keepRecords>;
