// oxlint-disable typescript/unbound-method -- natives are taken off their prototypes on purpose: always called through Reflect
import type { AnyFunction } from './hookTypes.ts';

/** The language and the platform as they were before any page script: a page may patch them later as it likes. */
export function captureNatives() {
  const { apply, construct, set, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, defineProperty, ownKeys } =
    Reflect;
  const NativeError = Error as ErrorConstructor & {
    stackTraceLimit: number | undefined;
    prepareStackTrace: unknown;
    captureStackTrace(target: object, hide: unknown): void;
  };
  const { captureStackTrace } = NativeError;
  const NativeProxy = Proxy;
  const NativeWeakRef = WeakRef;
  const NativeWeakMap = WeakMap;
  const NativeMap = Map;
  const NativeNumber = Number;
  const NativeString = String;
  const scope = globalThis as typeof globalThis & Record<string, unknown>;
  const nativeNow = performance.now;
  const nativePerformance = performance;
  const now = (): number => apply(nativeNow, nativePerformance, []);

  const uncurry = <F extends AnyFunction>(method: F) =>
    Function.prototype.bind.call(Function.prototype.call, method) as unknown as (
      self: unknown,
      ...args: unknown[]
    ) => ReturnType<F>;
  const deref = uncurry(WeakRef.prototype.deref) as (ref: WeakRef<object>) => object | undefined;
  const weakGet = uncurry(WeakMap.prototype.get) as <V>(map: WeakMap<object, V>, key: object) => V | undefined;
  const weakSet = uncurry(WeakMap.prototype.set);
  const mapGet = uncurry(Map.prototype.get) as <K, V>(map: Map<K, V>, key: K) => V | undefined;
  const mapSet = uncurry(Map.prototype.set);
  const mapDelete = uncurry(Map.prototype.delete);
  const mapClear = uncurry(Map.prototype.clear);
  const mapForEach = uncurry(Map.prototype.forEach) as <K, V>(map: Map<K, V>, each: (value: V, key: K) => void) => void;
  const mapSize = uncurry<() => number>(getOwnPropertyDescriptor(Map.prototype, 'size')!.get!);
  const indexOf = uncurry(String.prototype.indexOf) as (text: string, part: string, from?: number) => number;
  const slice = uncurry(String.prototype.slice) as (text: string, from: number, to?: number) => string;
  const push = uncurry(Array.prototype.push);
  const tagOf = uncurry(Object.prototype.toString);
  const promiseThen = uncurry(Promise.prototype.then);
  const addEventListener = uncurry(EventTarget.prototype.addEventListener);

  /** The native getter of an accessor, however far up the prototype chain; undefined where this realm has none. */
  function getterOf(constructorName: string, property: string): ((self: object) => unknown) | undefined {
    let prototype: object | null = (scope[constructorName] as { prototype?: object } | undefined)?.prototype ?? null;
    while (prototype) {
      const getter = getOwnPropertyDescriptor(prototype, property)?.get;
      if (getter) return uncurry(getter);
      prototype = getPrototypeOf(prototype);
    }
    return undefined;
  }

  /** Where a global is defined: on the global object itself in documents, on one of its prototypes in workers. */
  function holderOf(name: string): object | undefined {
    let holder: object | null = scope;
    while (holder && !getOwnPropertyDescriptor(holder, name)) holder = getPrototypeOf(holder);
    return holder ?? undefined;
  }

  const prototypeOf = (name: string): object | undefined =>
    (scope[name] as { prototype?: object } | undefined)?.prototype;

  const isObject = (value: unknown): value is object =>
    (typeof value === 'object' && value !== null) || typeof value === 'function';

  return {
    apply,
    construct,
    deleteProperty,
    getOwnPropertyDescriptor,
    getPrototypeOf,
    defineProperty,
    ownKeys,
    set,
    NativeError,
    captureStackTrace,
    NativeProxy,
    NativeWeakRef,
    NativeWeakMap,
    NativeMap,
    NativeNumber,
    NativeString,
    scope,
    now,
    uncurry,
    deref,
    weakGet,
    weakSet,
    mapGet,
    mapSet,
    mapDelete,
    mapClear,
    mapForEach,
    mapSize,
    indexOf,
    slice,
    push,
    tagOf,
    promiseThen,
    addEventListener,
    getterOf,
    holderOf,
    prototypeOf,
    isObject,
  };
}

export type Natives = ReturnType<typeof captureNatives>;
