// oxlint-disable typescript/unbound-method -- natives are taken off their prototypes on purpose: always called through Reflect
import type { AnyFunction, Handler } from './hookTypes.ts';

/**
 * Limits what a document or a worker sends to the inspector: console calls and uncaught errors. The process that checks receives all of
 * it, and a page can print a gigabyte. A call beyond the limit does nothing; it returns undefined, as console calls always do.
 */
export function limitReports(): void {
  /** Messages in one period. */
  const MAX_MESSAGES = 300;
  /** Characters in one period. */
  const MAX_TEXT = 100_000;
  /** Characters of one text. */
  const LONGEST_TEXT = 10_000;
  /** What a value counts as beside its text, in characters: the inspector sends what it is, of an object also a preview. */
  const VALUE_TEXT = 100;
  const OBJECT_TEXT = 1000;
  /** The period, in ms of this realm's time. */
  const PERIOD_MS = 1000;

  const { apply, get, ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
  const NativeProxy = Proxy;
  const NativeArray = Array;
  const { slice } = String.prototype;
  const { toString: sourceOf } = Function.prototype;
  const { preventDefault } = Event.prototype;
  const nativeNow = performance.now;
  const nativePerformance = performance;
  /** Instead of a number that takes long to be written. */
  const LONG_NUMBER = '9'.repeat(LONGEST_TEXT + 1);
  const isError = (Error as { isError?: (value: unknown) => boolean }).isError ?? (() => false);

  const spent = { since: 0, messages: 0, text: 0 };
  function isWithin(characters: number): boolean {
    const at = apply(nativeNow, nativePerformance, []);
    if (at - spent.since > PERIOD_MS) {
      spent.since = at;
      spent.messages = 0;
      spent.text = 0;
    }
    spent.messages += 1;
    spent.text += characters;
    return spent.messages <= MAX_MESSAGES && spent.text <= MAX_TEXT;
  }

  /** The text that the inspector sends of a value, where its length is up to the page. */
  function textOf(value: unknown): unknown {
    if (typeof value === 'string') return value;
    if (typeof value === 'bigint') return value > 1e9 || value < -1e9 ? LONG_NUMBER : '';
    try {
      if (typeof value === 'symbol') return value.description;
      if (typeof value === 'function') return apply(sourceOf, value, []);
      // The page may have put any text there. For a Proxy isError() is false, so none of its traps runs.
      if (isError(value)) return get(value as object, 'stack');
    } catch {
      // The page's own code threw, or this is no function that has a text.
    }
    return '';
  }
  function lengthOf(value: unknown): number {
    const text = textOf(value);
    return typeof text === 'string' ? text.length : 0;
  }
  const isObject = (value: unknown): boolean => typeof value === 'object' || typeof value === 'function';

  function shortened(args: readonly unknown[]): unknown[] {
    const values = new NativeArray<unknown>(args.length);
    for (let index = 0; index < args.length; index += 1) {
      const text = textOf(args[index]);
      const isLong = typeof text === 'string' && text.length > LONGEST_TEXT;
      const value = isLong ? `${apply(slice, text, [0, LONGEST_TEXT])}…` : args[index];
      defineProperty(values, index, { __proto__: null, value } as PropertyDescriptor);
    }
    return values;
  }
  const handler: Handler = {
    __proto__: null,
    apply(target: AnyFunction, self: unknown, args: never[]) {
      // Beyond the limit no text is measured: that can take longer than sending it.
      if (spent.text > MAX_TEXT && !isWithin(0)) return undefined;
      let characters = args.length * VALUE_TEXT;
      let isLong = false;
      for (let index = 0; index < args.length && characters <= MAX_TEXT; index += 1) {
        const length = lengthOf(args[index]);
        isLong ||= length > LONGEST_TEXT;
        characters += length > LONGEST_TEXT ? LONGEST_TEXT : length;
        if (isObject(args[index])) characters += OBJECT_TEXT;
      }
      if (!isWithin(characters)) return undefined;
      return apply(target, self, isLong ? (shortened(args) as never[]) : args);
    },
  };

  function limit(methods: object): void {
    const keys = ownKeys(methods);
    for (let index = 0; index < keys.length; index += 1) {
      const descriptor = getOwnPropertyDescriptor(methods, keys[index]!);
      const native = descriptor?.value as AnyFunction | undefined;
      if (!descriptor?.configurable || typeof native !== 'function') continue;
      // It sends nothing, and its callers use what it returns: React's development builds make a task for each element.
      if (keys[index] === 'createTask') continue;
      descriptor.value = keys[index] === 'context' ? limitedContext(native) : new NativeProxy(native, handler);
      defineProperty(methods, keys[index]!, descriptor);
    }
  }
  /** `console.context()` makes another console. */
  const limitedContext = (native: AnyFunction): AnyFunction =>
    new NativeProxy(native, {
      __proto__: null,
      apply(target, self, args) {
        const other = apply(target, self, args) as object;
        limit(other);
        return other;
      },
    } as Handler);
  limit(console);

  // The browser reports what no listener has prevented. The first listener decides; those of the page hear of it all the same.
  const reported =
    (property: 'error' | 'reason') =>
    (event: Event): void => {
      if (!event.isTrusted) return;
      const { message, [property]: thrown } = event as Event & { message?: string; error?: unknown; reason?: unknown };
      if (!isWithin((message?.length ?? 0) + lengthOf(thrown) + VALUE_TEXT)) apply(preventDefault, event, []);
    };
  addEventListener('error', reported('error'), true);
  addEventListener('unhandledrejection', reported('reason'), true);
}
