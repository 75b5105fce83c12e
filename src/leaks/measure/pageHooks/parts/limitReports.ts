// oxlint-disable typescript/unbound-method -- natives are taken off their prototypes on purpose: always called through Reflect
import type { AnyFunction, Handler } from './hookTypes.ts';

/**
 * Bounds what a worker sends to the inspector: console calls and errors that nobody catches. All of it arrives in the process that
 * checks, and a worker can print a gigabyte. What exceeds the limit is dropped, which a worker cannot notice.
 *
 * @param period tells one iteration from the next: each has the whole limit
 */
export function limitReports(period: () => number): void {
  /** Messages in one iteration, or in one second of a page that prints all the time. */
  const MAX_MESSAGES = 300;
  /** Characters, likewise. */
  const MAX_TEXT = 100_000;
  /** Characters of one text. */
  const LONGEST_TEXT = 10_000;
  /** What an object counts as, in characters: the inspector sends a preview of it. */
  const OBJECT_TEXT = 1000;
  const PERIOD_MS = 1000;

  const { apply, getOwnPropertyDescriptor, defineProperty } = Reflect;
  const NativeProxy = Proxy;
  const NativeArray = Array;
  const { slice } = String.prototype;
  const { preventDefault } = Event.prototype;
  const nativeNow = performance.now;
  const nativePerformance = performance;

  const spent = { period: -2, since: 0, messages: 0, text: 0 };
  function isWithin(characters: number): boolean {
    const at = apply(nativeNow, nativePerformance, []);
    const current = period();
    if (current !== spent.period || at - spent.since > PERIOD_MS) {
      spent.period = current;
      spent.since = at;
      spent.messages = 0;
      spent.text = 0;
    }
    spent.messages += 1;
    spent.text += characters;
    return spent.messages <= MAX_MESSAGES && spent.text <= MAX_TEXT;
  }

  const isObject = (value: unknown): boolean => typeof value === 'object' || typeof value === 'function';
  function shortened(args: readonly unknown[]): unknown[] {
    const texts = new NativeArray<unknown>(args.length);
    for (let index = 0; index < args.length; index += 1) {
      const value = args[index];
      const isLong = typeof value === 'string' && value.length > LONGEST_TEXT;
      texts[index] = isLong ? `${apply(slice, value, [0, LONGEST_TEXT])}…` : value;
    }
    return texts;
  }
  const handler: Handler = {
    __proto__: null,
    apply(target: AnyFunction, self: unknown, args: never[]) {
      let characters = 0;
      let isLong = false;
      for (let index = 0; index < args.length; index += 1) {
        const value: unknown = args[index];
        const length = typeof value === 'string' ? value.length : isObject(value) ? OBJECT_TEXT : 0;
        isLong ||= length > LONGEST_TEXT;
        characters += length > LONGEST_TEXT ? LONGEST_TEXT : length;
      }
      if (!isWithin(characters)) return undefined;
      return apply(target, self, isLong ? (shortened(args) as never[]) : args);
    },
  };
  const methods = ['assert', 'clear', 'count', 'countReset', 'debug', 'dir', 'dirxml', 'error', 'group'].concat([
    'groupCollapsed',
    'groupEnd',
    'info',
    'log',
    'table',
    'timeEnd',
    'timeLog',
    'timeStamp',
    'trace',
    'warn',
  ]);
  for (const method of methods) {
    const descriptor = getOwnPropertyDescriptor(console, method);
    const native: unknown = descriptor?.value;
    if (!descriptor?.configurable || typeof native !== 'function') continue;
    defineProperty(console, method, { ...descriptor, value: new NativeProxy(native as AnyFunction, handler) });
  }

  // The browser reports what no listener has prevented. The first listener decides; those of the page hear of it all the same.
  const onError = (event: Event): void => {
    const { message } = event as Partial<ErrorEvent>;
    if (!isWithin(message?.length ?? OBJECT_TEXT)) apply(preventDefault, event, []);
  };
  addEventListener('error', onError);
  addEventListener('unhandledrejection', onError);
}
