/**
 * What is put on a holder for the time of a few iterations, to see who puts things into it. These functions run in the
 * page's main world, given the very object: they are self-contained text, and use what the page may have patched
 * with care, inside `try`.
 *
 * - A Map's, WeakMap's or Set's `set` and `add` become own properties.
 * - For arrays and plain objects the prototype becomes a Proxy of the prototype: a new index or key is looked up there
 *   before it is created, so every way to add one passes by (`push`, `splice`, `list[list.length] = x`, `cache[id] = x`),
 *   and nothing else is noticed: `instanceof`, loops and lookups find what they would. What the page can see meanwhile is
 *   that `Object.getPrototypeOf(holder)` is another object.
 * - A slot (`state.list = [...state.list, x]`) becomes an accessor.
 *
 * `unwatch` takes everything off again and answers with what was seen; the object is then as it was, key order included.
 */
export interface WatchState {
  finish(): WatchResult;
}

export interface WatchResult {
  /** V8 stack texts of the calls that put in things which are still there, with their number. */
  readonly stacks: readonly { readonly stack: string; readonly count: number }[];
}

/** Takes the holder. Returns the state that `unwatchHolder` takes, or undefined where nothing can be put on. */
export function watchHolder(holder: object, slot: string | null): WatchState | undefined {
  interface Seen {
    stack: string;
    key: unknown;
    value: unknown;
  }
  const target = holder as Record<PropertyKey, unknown>;
  const seen: Seen[] = [];
  const MAX_SEEN = 2000;
  const asItRuns = (_: unknown, calls: readonly unknown[]): string => `    at ${calls.join('\n    at ')}`;
  const remember = (key: unknown, value: unknown, hide: (...args: never[]) => unknown): void => {
    if (seen.length >= MAX_SEEN) return;
    const limit = Error.stackTraceLimit;
    const prepare: unknown = Reflect.get(Error, 'prepareStackTrace');
    try {
      Error.stackTraceLimit = 50;
      // The places as they run: Node, too, puts those of source maps there when it is left to it.
      Reflect.set(Error, 'prepareStackTrace', asItRuns);
      const trace: { stack?: string } = {};
      Error.captureStackTrace(trace, hide);
      seen[seen.length] = { stack: String(trace.stack), key, value };
    } catch {
      // A page that has broken Error tells nothing.
    } finally {
      Error.stackTraceLimit = limit;
      if (prepare === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
      else Reflect.set(Error, 'prepareStackTrace', prepare);
    }
  };
  const undo: (() => void)[] = [];
  let stillThere: (entry: Seen) => boolean = () => true;

  const override = (name: string): void => {
    const native = target[name];
    if (typeof native !== 'function' || Object.hasOwn(target, name)) return;
    const wrapper = function (this: unknown, ...args: unknown[]): unknown {
      if (this === target) remember(args[0], args[1], wrapper);
      return Reflect.apply(native, this, args) as unknown;
    };
    if (
      !Reflect.defineProperty(target, name, { value: wrapper, configurable: true, writable: true, enumerable: false })
    )
      return;
    undo.push(() => Reflect.deleteProperty(target, name));
  };

  if (slot !== null) {
    const descriptor = Reflect.getOwnPropertyDescriptor(target, slot);
    if (!descriptor || !('value' in descriptor) || !descriptor.configurable) return undefined;
    let current: unknown = descriptor.value;
    const setter = function (this: unknown, value: unknown): void {
      remember(slot, value, setter);
      current = value;
    };
    // Redefining an existing property keeps its place among the keys.
    Reflect.defineProperty(target, slot, {
      get: () => current,
      set: setter,
      configurable: true,
      enumerable: descriptor.enumerable ?? true,
    });
    undo.push(() => Reflect.defineProperty(target, slot, { ...descriptor, value: current }));
  } else if (target instanceof Map || target instanceof WeakMap) {
    override('set');
    stillThere = ({ key, value }) =>
      (target instanceof Map
        ? Map.prototype.get.call(target, key)
        : WeakMap.prototype.get.call(target, key as object)) === value;
  } else if (target instanceof Set) {
    override('add');
    stillThere = ({ key }) => Set.prototype.has.call(target, key);
  } else {
    const prototype = Reflect.getPrototypeOf(target);
    if (prototype === null || !Object.isExtensible(target)) return undefined;
    const set = (proxied: object, key: PropertyKey, value: unknown, receiver: unknown): boolean => {
      if (receiver === target) remember(key, value, set);
      return Reflect.set(proxied, key, value, receiver);
    };
    const proxy: object = new Proxy(prototype, { set, getPrototypeOf: () => prototype });
    if (!Reflect.setPrototypeOf(target, proxy)) return undefined;
    undo.push(() => Reflect.setPrototypeOf(target, prototype));
    if (Array.isArray(target)) {
      const list = target as unknown[];
      stillThere = ({ value }) => Array.prototype.includes.call(list, value);
    } else stillThere = ({ key, value }) => target[key as PropertyKey] === value;
  }
  return {
    finish() {
      while (undo.length > 0) {
        try {
          undo.pop()!();
        } catch {
          // What was frozen meanwhile stays as it is.
        }
      }
      const stay: Seen[] = [];
      for (let index = 0; index < seen.length; index += 1) {
        try {
          if (stillThere(seen[index]!)) stay[stay.length] = seen[index]!;
        } catch {
          // A getter of the page that throws.
        }
      }
      const chosen = stay.length > 0 ? stay : seen;
      const counts = Object.create(null) as Record<string, number>;
      for (let index = 0; index < chosen.length; index += 1) {
        const { stack } = chosen[index]!;
        counts[stack] = (counts[stack] ?? 0) + 1;
      }
      seen.length = 0;
      return { stacks: Object.keys(counts).map((stack) => ({ stack, count: counts[stack]! })) };
    },
  };
}

/** Takes what watchHolder returned. */
export function unwatchHolder(state: WatchState): WatchResult {
  return state.finish();
}
