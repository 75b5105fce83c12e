// oxlint-disable typescript/unbound-method -- natives are taken off their prototypes on purpose: always called through Reflect
import type { Handler, ListenerRecord, TargetRecord } from './hookTypes.ts';
import type { Natives } from './natives.ts';
import type { Records } from './records.ts';
import type { Wrapping } from './wrapping.ts';

/** Follows addEventListener and removeEventListener of every target. */
export function hookListeners(natives: Natives, records: Records, wrapping: Wrapping) {
  /** From this many listeners on one target, they are found by callback and no longer by walking the list. */
  const INDEX_FROM = 16;

  const { apply, scope, NativeWeakRef, NativeWeakMap, deref, weakGet, weakSet, push, slice, tagOf } = natives;
  const { getterOf, isObject, prototypeOf } = natives;
  const { emptyList, link, unlink, state, isFull, callerSite, whenCollected } = records;

  const targets = emptyList<TargetRecord>();
  const targetRecords = new NativeWeakMap<object, TargetRecord>();
  const isAborted = getterOf('AbortSignal', 'aborted');

  function findListener(
    target: TargetRecord,
    type: string,
    callback: object,
    capture: boolean,
  ): ListenerRecord | undefined {
    let record = target.byCallback ? weakGet(target.byCallback, callback) : target.listeners.first;
    while (record) {
      if (record.linked && record.type === type && record.capture === capture && deref(record.callback) === callback)
        return record;
      record = target.byCallback ? record.sameCallback : record.next;
    }
    return undefined;
  }

  function indexListener(index: WeakMap<object, ListenerRecord>, record: ListenerRecord, callback: object): void {
    const first = weakGet(index, callback);
    record.sameCallback = first?.linked ? first : undefined;
    weakSet(index, callback, record);
  }

  function addListener(
    target: object,
    type: string,
    callback: object,
    options: { capture: boolean; once: boolean; signal: object | undefined },
    hide: unknown,
  ): void {
    let targetRecord = weakGet(targetRecords, target);
    const existing = targetRecord && findListener(targetRecord, type, callback, options.capture);
    if (existing) {
      // Natively the second of two equal listeners is ignored. Only one that is gone already makes room for a new one.
      if (!hasEnded(existing) && !existing.once) return;
      removeListener(existing);
    }
    if (isFull()) return;
    if (!targetRecord) {
      targetRecord = {
        ref: new NativeWeakRef(target),
        listeners: emptyList(),
        byCallback: undefined,
        previous: undefined,
        next: undefined,
        linked: false,
      };
      link(targets, targetRecord);
      weakSet(targetRecords, target, targetRecord);
      const forgotten = targetRecord;
      whenCollected(target, () => forgetTarget(forgotten));
    }
    const record: ListenerRecord = {
      id: state.nextId++,
      target: targetRecord,
      type,
      capture: options.capture,
      once: options.once,
      callback: new NativeWeakRef(callback),
      signal: options.signal && new NativeWeakRef(options.signal),
      site: callerSite(hide),
      iteration: state.iteration,
      sameCallback: undefined,
      previous: undefined,
      next: undefined,
      linked: false,
    };
    link(targetRecord.listeners, record);
    state.listeners += 1;
    if (targetRecord.byCallback) indexListener(targetRecord.byCallback, record, callback);
    else if (targetRecord.listeners.count >= INDEX_FROM) indexAll(targetRecord);
  }

  function indexAll(target: TargetRecord): void {
    const index = new NativeWeakMap<object, ListenerRecord>();
    for (let record = target.listeners.first; record; record = record.next) {
      const callback = deref(record.callback);
      if (callback) indexListener(index, record, callback);
    }
    target.byCallback = index;
  }

  function removeListener(record: ListenerRecord): void {
    if (!unlink(record.target.listeners, record)) return;
    state.listeners -= 1;
    const index = record.target.byCallback;
    const callback = index && deref(record.callback);
    if (!index || !callback) return;
    const first = weakGet(index, callback);
    if (first === record) {
      weakSet(index, callback, record.sameCallback);
      return;
    }
    for (let other = first; other; other = other.sameCallback) {
      if (other.sameCallback === record) other.sameCallback = record.sameCallback;
    }
  }

  /** True when the browser dropped the listener by itself: its signal aborted, or nothing can call it any more. */
  function hasEnded(record: ListenerRecord): boolean {
    if (!deref(record.callback)) return true;
    const signal = record.signal && deref(record.signal);
    return !!(signal && isAborted?.(signal));
  }

  function forgetTarget(target: TargetRecord): void {
    if (unlink(targets, target)) state.listeners -= target.listeners.count;
    target.listeners.first = undefined;
    target.listeners.count = 0;
  }

  const onAdd: Handler = {
    __proto__: null,
    apply(native, self, args: unknown[]) {
      const type = args[0];
      const callback = args[1];
      let options = args[2] as AddEventListenerOptions | boolean | undefined;
      if (typeof type !== 'string' || !isObject(callback)) return apply(native, self, args as never[]);
      let capture = !!options;
      let once = false;
      let signal: object | undefined;
      if (isObject(options)) {
        // Each member is read once and in the order of the specification, then handed on: pages detect what the
        // browser supports with getters on this object.
        const given = options;
        capture = !!given.capture;
        once = !!given.once;
        const copy: Record<string, unknown> & { __proto__: null } = { __proto__: null, capture, once };
        copy['passive'] = given.passive;
        copy['signal'] = given.signal;
        signal = copy['signal'] as object | undefined;
        options = copy as AddEventListenerOptions;
        args[2] = options;
      }
      const result = apply(native, self, args as never[]);
      const target: unknown = self ?? scope;
      if (isObject(target) && !(signal && isAborted?.(signal)))
        addListener(target, type, callback, { capture, once, signal }, onAdd.apply);
      return result;
    },
  };
  const onRemove: Handler = {
    __proto__: null,
    apply(native, self, args: unknown[]) {
      const type = args[0];
      const callback = args[1];
      const options = args[2] as EventListenerOptions | boolean | undefined;
      if (typeof type !== 'string' || !isObject(callback)) return apply(native, self, args as never[]);
      let capture = !!options;
      if (isObject(options)) {
        capture = !!options.capture;
        args[2] = capture;
      }
      const result = apply(native, self, args as never[]);
      const target: unknown = self ?? scope;
      const targetRecord = isObject(target) ? weakGet(targetRecords, target) : undefined;
      const record = targetRecord && findListener(targetRecord, type, callback, capture);
      if (record) removeListener(record);
      return result;
    },
  };
  wrapping.wrap(EventTarget.prototype, 'addEventListener', onAdd);
  wrapping.wrap(EventTarget.prototype, 'removeEventListener', onRemove);

  // The older pair of media queries, which libraries still call: the same listeners by another name.
  const mediaQueries = prototypeOf('MediaQueryList');
  wrapping.wrapMethod(mediaQueries, 'addListener', (result, args, self, hide) => {
    const callback = args[0];
    if (isObject(self) && isObject(callback))
      addListener(self, 'change', callback, { capture: false, once: false, signal: undefined }, hide);
    return result;
  });
  wrapping.wrapMethod(mediaQueries, 'removeListener', (result, args, self) => {
    const target = isObject(self) ? weakGet(targetRecords, self) : undefined;
    const record = target && isObject(args[0]) ? findListener(target, 'change', args[0], false) : undefined;
    if (record) removeListener(record);
    return result;
  });

  function eachLiveListener(each: (record: ListenerRecord, target: object) => void): void {
    for (let target = targets.first; target; target = target.next) {
      const object = deref(target.ref);
      if (!object) {
        forgetTarget(target);
        continue;
      }
      for (let record = target.listeners.first; record; record = record.next) {
        if (hasEnded(record)) removeListener(record);
        else each(record, object);
      }
    }
  }

  const whose = (target: object): string => {
    if (target === scope) return 'window';
    const tag = tagOf(target);
    if (tag === '[object HTMLDocument]' || tag === '[object Document]') return 'document';
    return slice(tag, 8, -1);
  };

  /** Targets whose listeners the browser may have dropped by itself, to be checked with DOMDebugger.getEventListeners. */
  function doubtfulTargets(limit: number): object[] {
    const found: object[] = [];
    for (let target = targets.first; target && found.length < limit; target = target.next) {
      const object = deref(target.ref);
      if (!object) continue;
      let doubtful = object === scope || whose(object) === 'document';
      for (let record = target.listeners.first; record && !doubtful; record = record.next) doubtful = record.once;
      if (doubtful) push(found, object);
    }
    return found;
  }

  /**
   * Forgets the oldest listeners of a target until as many are left as the browser says there are. `live` is that
   * number by `type capture once`.
   */
  function keepNewest(target: object, live: Record<string, number>): void {
    const record = weakGet(targetRecords, target);
    if (!record) return;
    const surplus: Record<string, number> = { __proto__: null } as never;
    const keyOf = (listener: ListenerRecord): string => `${listener.type} ${listener.capture} ${listener.once}`;
    for (let listener = record.listeners.first; listener; listener = listener.next) {
      const key = keyOf(listener);
      surplus[key] = (surplus[key] ?? -(live[key] ?? 0)) + 1;
    }
    for (let listener = record.listeners.first; listener; listener = listener.next) {
      const key = keyOf(listener);
      if (surplus[key]! <= 0) continue;
      surplus[key]! -= 1;
      removeListener(listener);
    }
  }
  return { eachLiveListener, whose, doubtfulTargets, keepNewest };
}

export type Listeners = ReturnType<typeof hookListeners>;
