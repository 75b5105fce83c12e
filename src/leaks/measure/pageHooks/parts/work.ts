import type { Armed, ObjectRecord, Site } from './hookTypes.ts';
import type { Natives } from './natives.ts';
import type { Records } from './records.ts';
import type { Timers } from './timers.ts';
import type { Wrapping } from './wrapping.ts';

/**
 * Knows what page code has started and what has not ended yet: timeouts and delayed tasks (each with when it is due), requests
 * for a frame, idle callbacks, questions to workers, sockets and databases. What the iteration before started is not of this one.
 */
export function followWork(natives: Natives, records: Records, wrapping: Wrapping, timers: Timers) {
  /** Places told at most: an iteration that sets timers in more is described well enough by these. */
  const MAX_PLACES = 30;
  /** A timeout due this many ms ago may wait for the thread still. */
  const LATE_MS = 4;
  /** Delayed tasks that are remembered. */
  const MAX_TASKS = 500;
  /** URLs of answers that are remembered. */
  const MAX_READS = 200;

  const { NativeMap, NativeNumber, NativeString, NativeWeakMap, mapGet, mapSet, mapDelete, mapClear } = natives;
  const { mapForEach, mapSize, push, now, weakGet, weakSet, isObject, holderOf, prototypeOf, getterOf } = natives;
  const { addEventListener } = natives;
  const { timeouts, intervals, state, objectRecords, callerSite, whenCollected } = records;
  const { wrapMethod } = wrapping;

  // An idle callback does not say that it has run. The reader lets the page be idle once for all that were requested.
  let idleRequests = 0;
  wrapMethod(holderOf('requestIdleCallback'), 'requestIdleCallback', (handle) => {
    idleRequests += 1;
    return handle;
  });

  // The first callback of an observer comes with the next frame.
  let observed = 0;
  const noteObserved = (result: unknown): unknown => {
    observed += 1;
    return result;
  };
  wrapMethod(prototypeOf('IntersectionObserver'), 'observe', noteObserved);
  wrapMethod(prototypeOf('ResizeObserver'), 'observe', noteObserved);

  const delayedTasks = new NativeMap<number, Armed>();
  let lastTask = 0;
  const schedulerPrototype = prototypeOf('Scheduler');
  wrapMethod(schedulerPrototype, 'postTask', (promise, args, _self, hide) => {
    const options = args[1] as { readonly delay?: unknown } | undefined;
    const delay = isObject(options) ? NativeNumber(options.delay) : 0;
    if (delay > 0 && mapSize(delayedTasks) < MAX_TASKS) {
      const madeAt = now();
      lastTask += 1;
      mapSet(delayedTasks, lastTask, {
        site: callerSite(hide),
        madeAt,
        due: madeAt + delay,
        iteration: state.iteration,
      });
    }
    return promise;
  });

  interface Owed {
    readonly kind: string;
    readonly site: Site;
    readonly record: ObjectRecord | undefined;
  }
  /** Workers, sockets and databases that were sent something in this iteration and have not answered yet. */
  const owed = new NativeMap<number, Owed>();
  const idsOfAsked = new NativeWeakMap<object, { readonly id: number }>();
  let lastAsked = 0;
  function idOf(asked: object, answers: readonly string[]): number {
    const known = weakGet(idsOfAsked, asked);
    if (known) return known.id;
    lastAsked += 1;
    const id = lastAsked;
    weakSet(idsOfAsked, asked, { id });
    const answered = (): void => {
      mapDelete(owed, id);
    };
    // The listener is native and holds a number only: it keeps nothing alive.
    for (let index = 0; index < answers.length; index += 1)
      addEventListener(asked, answers[index]!, answered, { __proto__: null, passive: true });
    whenCollected(asked, answered);
    return id;
  }
  /** @param ofResult whether the method gives what answers; else its object does */
  function followAsking(
    type: string,
    method: string,
    kind: string,
    answers: readonly string[],
    ofResult: boolean,
  ): void {
    wrapMethod(prototypeOf(type), method, (result, _args, self, hide) => {
      const asked = ofResult ? result : self;
      if (isObject(asked))
        mapSet(owed, idOf(asked, answers), { kind, site: callerSite(hide), record: weakGet(objectRecords, asked) });
      return result;
    });
  }
  followAsking('Worker', 'postMessage', 'worker', ['message', 'error'], false);
  followAsking('WebSocket', 'send', 'answer', ['message', 'close'], false);
  followAsking('IDBDatabase', 'transaction', 'answer', ['complete', 'abort'], true);
  /** Waits for an object that answers once it is made: a worker that starts by itself, a database that is being opened. */
  const expectAnswer = (of: object, site: Site, answers: readonly string[]): void => {
    mapSet(owed, idOf(of, answers), { kind: 'answer', site, record: weakGet(objectRecords, of) });
  };
  /** URLs of the answers whose body the page began to read since the last reading. The browser does not tell one that is never read. */
  const reads = new NativeMap<string, true>();
  const urlOf = getterOf('Response', 'url');
  const noteRead = (result: unknown, _args: unknown[], self: unknown): unknown => {
    if (isObject(self) && mapSize(reads) < MAX_READS) mapSet(reads, NativeString(urlOf?.(self)), true);
    return result;
  };
  const responses = prototypeOf('Response');
  wrapMethod(responses, 'body', noteRead, 'get');
  const readers = ['arrayBuffer', 'blob', 'bytes', 'clone', 'formData', 'json', 'text'];
  for (let index = 0; index < readers.length; index += 1) wrapMethod(responses, readers[index]!, noteRead);

  const forgetOwed = (): void => mapClear(owed);

  interface Place {
    readonly kind: string;
    readonly key: string;
    count: number;
    /** Of those, made since the last mark. */
    fresh: number;
    /** When the first and the last are due and when the newest was made, in ms of this realm's performance.now(). */
    due: number;
    lastDue: number;
    madeAt: number;
  }

  /** What has not ended, by the place that started it. Times are ms from now. */
  function pendingWork(): object {
    // By kind and stack. Stacks are long and there may be thousands of timers: no text is made for each.
    const kinds = new NativeMap<string, Map<string, Place>>();
    const list: Place[] = [];
    const time = now();
    function add(kind: string, stack: string, due: number, madeAt: number, isFresh: boolean): void {
      let places = mapGet(kinds, kind);
      if (!places) mapSet(kinds, kind, (places = new NativeMap()));
      let place = mapGet(places, stack);
      if (!place) {
        if (list.length >= MAX_PLACES) return;
        place = { kind, key: stack, count: 0, fresh: 0, due, lastDue: due, madeAt };
        mapSet(places, stack, place);
        push(list, place);
      }
      place.count += 1;
      if (isFresh) {
        // What matters of a place is what this iteration started there.
        place.due = place.fresh === 0 || due < place.due ? due : place.due;
        place.lastDue = place.fresh === 0 || due > place.lastDue ? due : place.lastDue;
        place.fresh += 1;
      }
      if (madeAt > place.madeAt) place.madeAt = madeAt;
    }
    const isFresh = (iteration: number): boolean => iteration < 0 || iteration === state.iteration;
    mapForEach(timeouts, ({ site, due, madeAt, iteration }) => {
      if (due > time - LATE_MS) add('timer', site.stack, due, madeAt, isFresh(iteration));
    });
    mapForEach(delayedTasks, ({ site, due, madeAt, iteration }, id) => {
      if (due > time - LATE_MS) add('timer', site.stack, due, madeAt, isFresh(iteration));
      else mapDelete(delayedTasks, id);
    });
    timers.eachFrameRequest(({ site, madeAt, iteration }) =>
      add('frames', site.stack, time, madeAt, isFresh(iteration)),
    );
    mapForEach(owed, ({ kind, site, record }, id) => {
      // A worker that was ended owes nothing.
      if (record?.linked === false) mapDelete(owed, id);
      else add(kind, site.stack, time, time, true);
    });
    if (observed > 0) add('frames', '', time, time, true);
    observed = 0;
    if (idleRequests > 0) add('idle', '', time, time, true);
    idleRequests = 0;
    mapForEach(intervals, ({ site, madeAt, period, iteration }) =>
      add('interval', site.stack, time + period - ((time - madeAt) % period), madeAt, isFresh(iteration)),
    );
    const answer: object[] = [];
    mapForEach(reads, (_true, key) => push(answer, { __proto__: null, kind: 'read', key }));
    mapClear(reads);
    for (let index = 0; index < list.length; index += 1) {
      const { kind: what, key, count, fresh, due, lastDue, madeAt } = list[index]!;
      push(answer, {
        __proto__: null,
        kind: what,
        key,
        count,
        fresh,
        dueInMs: due - time,
        lastDueInMs: lastDue - time,
        agoMs: time - madeAt,
      });
    }
    return answer;
  }

  return { pendingWork, forgetOwed, expectAnswer };
}

export type Work = ReturnType<typeof followWork>;
