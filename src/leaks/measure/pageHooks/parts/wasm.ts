import type { Natives } from './natives.ts';
import type { Wrapping } from './wrapping.ts';

/** Follows memories of WebAssembly, made by script or exported by modules: no counter of the browser has their bytes. */
export function hookWasm(natives: Natives, wrapping: Wrapping) {
  const { scope, deref, weakGet, weakSet, mapSet, mapDelete, mapForEach, mapSize, promiseThen, uncurry } = natives;
  const { getOwnPropertyDescriptor, NativeMap, NativeWeakMap, NativeWeakRef, isObject, ownKeys } = natives;
  const MOST_MEMORIES = 1000;
  const wasm = scope['WebAssembly'] as unknown as Record<string, { prototype: object } | undefined> | undefined;
  const getterOf = (name: string, property: string): ((self: object) => unknown) | undefined => {
    const prototype = wasm?.[name]?.prototype;
    const getter = prototype && getOwnPropertyDescriptor(prototype, property)?.get;
    return getter && uncurry(getter);
  };
  const bufferOf = getterOf('Memory', 'buffer');
  const exportsOf = getterOf('Instance', 'exports');
  const lengthOf = natives.getterOf('ArrayBuffer', 'byteLength');
  const sharedLengthOf = natives.getterOf('SharedArrayBuffer', 'byteLength');

  const memories = new NativeMap<number, WeakRef<object>>();
  const known = new NativeWeakMap<object, true>();
  let lastId = 0;

  /** Bytes of a memory; undefined for anything else. */
  function bytesOf(value: object): number | undefined {
    try {
      const buffer = bufferOf!(value) as object;
      try {
        return lengthOf!(buffer) as number;
      } catch {
        return sharedLengthOf!(buffer) as number;
      }
    } catch {
      return undefined;
    }
  }

  function follow(value: unknown): void {
    if (!isObject(value) || weakGet(known, value) || mapSize(memories) >= MOST_MEMORIES) return;
    if (bytesOf(value) === undefined) return;
    weakSet(known, value, true);
    lastId += 1;
    mapSet(memories, lastId, new NativeWeakRef(value));
  }

  /** @param value what `instantiate` gives: an instance, or one beside its module */
  function followExports(value: unknown): void {
    if (!isObject(value)) return;
    try {
      const instance = getOwnPropertyDescriptor(value, 'instance')?.value as unknown;
      const exported = exportsOf!(isObject(instance) ? instance : value) as object;
      const keys = ownKeys(exported);
      for (let index = 0; index < keys.length; index += 1)
        follow(getOwnPropertyDescriptor(exported, keys[index]!)?.value);
    } catch {
      // No instance.
    }
  }

  if (bufferOf && exportsOf) {
    wrapping.wrapClass('Memory', undefined, follow, wasm);
    wrapping.wrapClass('Instance', undefined, followExports, wasm);
    const instantiated = (promise: unknown): unknown =>
      promiseThen(promise, (value: unknown) => {
        followExports(value);
        return value;
      });
    wrapping.wrapMethod(wasm, 'instantiate', instantiated);
    wrapping.wrapMethod(wasm, 'instantiateStreaming', instantiated);
  }

  /** Bytes of all memories that live. */
  function bytes(): number {
    let sum = 0;
    mapForEach(memories, (ref, id) => {
      const memory = deref(ref);
      if (memory) sum += bytesOf(memory) ?? 0;
      else mapDelete(memories, id);
    });
    return sum;
  }
  return { bytes };
}

export type Wasm = ReturnType<typeof hookWasm>;
