// oxlint-disable typescript/unbound-method -- natives are taken off their prototypes on purpose: always called through Reflect
import type { AnyFunction, Handler, Site } from './hookTypes.ts';
import type { Natives } from './natives.ts';
import type { Records } from './records.ts';

/** Puts Proxies in the place of native functions and classes, with the inspector's access on their handlers. */
export function wrapNatives(natives: Natives, records: Records) {
  const { apply, construct, getOwnPropertyDescriptor, defineProperty, NativeProxy, NativeWeakMap } = natives;
  const { scope, weakGet, weakSet, isObject } = natives;
  const { callerSite } = records;

  const originals = new NativeWeakMap<object, AnyFunction>();
  /** What the inspector may call; filled when everything is there to answer it. */
  const access: Record<string, unknown> & { __proto__: null } = { __proto__: null };

  function wrap(
    holder: unknown,
    property: string,
    handler: Handler,
    slot: 'value' | 'get' = 'value',
  ): object | undefined {
    if (!holder) return undefined;
    const descriptor = getOwnPropertyDescriptor(holder, property);
    const native = descriptor?.[slot] as AnyFunction | undefined;
    if (!descriptor || typeof native !== 'function' || !descriptor.configurable) return undefined;
    handler.leakwright = access;
    const proxy = new NativeProxy(native, handler);
    weakSet(originals, proxy, native);
    descriptor[slot] = proxy;
    defineProperty(holder, property, descriptor);
    return proxy;
  }

  /** Wraps a global class so that `made` sees what it constructs; `prototype.constructor` and its alias follow. */
  function wrapClass(
    name: string,
    alias: string | undefined,
    made: (object: object, site: Site) => void,
    holder: object = scope,
  ): void {
    const native = getOwnPropertyDescriptor(holder, name)?.value as AnyFunction | undefined;
    if (typeof native !== 'function') return;
    const handler: Handler = {
      __proto__: null,
      construct(target, args, newTarget) {
        const object = construct(target, args, newTarget === proxy ? target : newTarget) as object;
        made(object, callerSite(handler.construct));
        return object;
      },
    };
    const proxy: unknown = wrap(holder, name, handler);
    if (!proxy) return;
    const prototype = native.prototype as object;
    const constructorProperty = getOwnPropertyDescriptor(prototype, 'constructor');
    if (constructorProperty?.configurable) {
      constructorProperty.value = proxy;
      defineProperty(prototype, 'constructor', constructorProperty);
    }
    const aliasProperty = alias === undefined ? undefined : getOwnPropertyDescriptor(scope, alias);
    if (alias !== undefined && aliasProperty?.configurable && aliasProperty.value === native) {
      aliasProperty.value = proxy;
      defineProperty(scope, alias, aliasProperty);
    }
  }

  /** Wraps a method, or a getter, so that `called` sees each call that did not throw. */
  function wrapMethod(
    holder: unknown,
    property: string,
    called: (result: unknown, args: unknown[], self: unknown, hide: unknown) => unknown,
    slot?: 'get',
  ): void {
    const handler: Handler = {
      __proto__: null,
      apply(target, self, args: unknown[]) {
        return called(apply(target, self, args), args, self, handler.apply);
      },
    };
    wrap(holder, property, handler, slot);
  }

  wrap(Function.prototype, 'toString', {
    __proto__: null,
    apply(target, self, args: never[]) {
      const native = isObject(self) ? weakGet(originals, self) : undefined;
      return apply(target, native ?? self, args);
    },
  });

  return { access, wrap, wrapClass, wrapMethod };
}

export type Wrapping = ReturnType<typeof wrapNatives>;
