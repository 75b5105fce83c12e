import type { GuardedCdp } from '../../drive/cdp.ts';
import { type GeneratedFrame, parseStackText } from '../../explain/sources/index.ts';
import { type WatchResult, unwatchHolder, watchHolder } from '../../explain/exactLine/holderWatch.ts';
import { INNER_PROPERTIES, isGlobalScope, isSharedScope } from '../../platform/index.ts';
import { INNER } from '../../snapshot/contents.ts';
import { type Container, type PlaceSizes, reach, sizesIn } from './holderSizes.ts';

const OBJECT_GROUP = 'leakwright-probe';

/** A holder as snapshots know it. */
export interface ProbedHolder {
  readonly heapObjectId: number;
  /** The variable or property that holds, where it is one; otherwise the holder is a collection. */
  readonly slot: string | undefined;
  /** Steps from there to what has a size; none where the slot itself holds it. */
  readonly within?: readonly string[];
  /** A function that sees the slot's variable, where the holder is a scope. */
  readonly closureId?: number;
}

const INNER_NAMES: ReadonlySet<string> = new Set(Object.values(INNER_PROPERTIES));

/** A step that only the protocol can do: into what has no name for script, or into another class's private field. */
const isForProtocol = (step: string): boolean => step === INNER || step.startsWith('#');

/** Watches live holders for some iterations: who puts things in, and how much is in them. */
export class HolderProbe {
  readonly #cdp: GuardedCdp;
  readonly #states = new Map<ProbedHolder, string>();

  constructor(cdp: GuardedCdp) {
    this.#cdp = cdp;
  }

  /** Puts our overrides on the live object. Nothing happens where it cannot be had: scopes, objects of the browser. */
  async watch(holder: ProbedHolder): Promise<void> {
    if (holder.closureId !== undefined) return;
    const objectId = await this.#fetch(holder.heapObjectId);
    if (objectId === undefined) return;
    const state = await this.#call(objectId, watchHolder, [holder.slot ?? null], false);
    if (state?.objectId !== undefined) this.#states.set(holder, state.objectId);
  }

  /**
   * Entries, characters or bytes in the holder now. Where its places have no names that a snapshot knows (the variables of a suspended
   * function, the entries of a map), one for each of them. Empty where that cannot be said.
   */
  async sizes(holder: ProbedHolder): Promise<PlaceSizes> {
    const { closureId, slot, within = [] } = holder;
    const steps = slot === undefined ? within : [slot, ...within];
    try {
      if (closureId !== undefined) return await this.#inScope(closureId, steps);
      const objectId = await this.#fetch(holder.heapObjectId);
      return objectId === undefined ? {} : await this.#follow(objectId, 'thing', steps, this.#states.has(holder));
    } catch {
      // It went away meanwhile.
      return {};
    }
  }

  /**
   * Takes all overrides off and releases all objects.
   *
   * @returns for each holder the most frequent stack among the calls that put in what is still there, innermost frame first
   */
  async finish(): Promise<Map<ProbedHolder, GeneratedFrame[]>> {
    const stacks = new Map<ProbedHolder, GeneratedFrame[]>();
    for (const [holder, objectId] of this.#states) {
      const answer = await this.#call(objectId, unwatchHolder, [], true);
      const seen = [...((answer?.value as WatchResult | undefined)?.stacks ?? [])].sort((a, b) => b.count - a.count);
      for (const { stack } of seen) {
        const frames = parseStackText(stack).filter(({ url }) => url !== '' && !url.startsWith('<'));
        if (frames.length === 0) continue;
        stacks.set(holder, frames);
        break;
      }
    }
    this.#states.clear();
    await this.#cdp.send('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP });
    return stacks;
  }

  async #fetch(heapObjectId: number): Promise<string | undefined> {
    try {
      const { result } = await this.#cdp.send('HeapProfiler.getObjectByHeapObjectId', {
        objectId: String(heapObjectId),
        objectGroup: OBJECT_GROUP,
      });
      return result.objectId;
    } catch {
      // Collected meanwhile, or nothing that script could have.
      return undefined;
    }
  }

  async #follow(objectId: string, kind: Container, steps: readonly string[], isWatched = false): Promise<PlaceSizes> {
    const at = kind === 'thing' || kind === 'scope' ? steps.findIndex(isForProtocol) : -1;
    if (at === -1) {
      const seen = await this.#call(objectId, sizesIn, [kind, steps, isWatched], true);
      return (seen?.value as PlaceSizes | null | undefined) ?? {};
    }
    const reached = at === 0 && kind === 'thing' ? objectId : await this.#reach(objectId, kind, steps.slice(0, at));
    if (reached === undefined) return {};
    const rest = steps.slice(at + 1);
    const { internalProperties = [], privateProperties = [] } = await this.#cdp.send('Runtime.getProperties', {
      objectId: reached,
      ownProperties: true,
      nonIndexedPropertiesOnly: true,
    });
    if (steps[at] !== INNER)
      return await this.#sizesOf(privateProperties.find(({ name }) => name === steps[at])?.value, rest);
    const inner = internalProperties.find(({ name }) => INNER_NAMES.has(name));
    if (inner?.name === INNER_PROPERTIES.scopes) return await this.#inScopes(inner.value?.objectId, rest);
    const held = inner?.value;
    if (inner?.name === INNER_PROPERTIES.result) return await this.#sizesOf(held, rest);
    if (held?.objectId === undefined) return {};
    return await this.#follow(held.objectId, inner?.name === INNER_PROPERTIES.entries ? 'entries' : 'list', rest);
  }

  async #reach(objectId: string, kind: Container, steps: readonly string[]): Promise<string | undefined> {
    return (await this.#call(objectId, reach, [kind, steps], false))?.objectId;
  }

  async #sizesOf(
    value: { readonly objectId?: string; readonly value?: unknown } | undefined,
    rest: readonly string[],
  ): Promise<PlaceSizes> {
    if (value?.objectId !== undefined) return await this.#follow(value.objectId, 'thing', rest);
    return typeof value?.value === 'string' && rest.length === 0 ? { '': value.value.length } : {};
  }

  /** The variables of the scopes of a function, but not those of scripts and the global object. */
  async #inScopes(scopes: string | undefined, rest: readonly string[]): Promise<PlaceSizes> {
    const all: Record<string, number> = {};
    for (const scope of await this.#scopesIn(scopes)) {
      const sizes = await this.#follow(scope, 'variables', rest);
      for (const [name, size] of Object.entries(sizes)) all[name] ??= size;
    }
    return all;
  }

  /**
   * A scope shows itself only as an entry of the `[[Scopes]]` of a function: each time a new wrapper, whose `object` has the
   * variables as they are then.
   */
  async #inScope(closureId: number, steps: readonly string[]): Promise<PlaceSizes> {
    const closure = await this.#fetch(closureId);
    if (closure === undefined) return {};
    const { internalProperties } = await this.#cdp.send('Runtime.getProperties', {
      objectId: closure,
      ownProperties: true,
    });
    const scopes = internalProperties?.find(({ name }) => name === INNER_PROPERTIES.scopes)?.value?.objectId;
    for (const scope of await this.#scopesIn(scopes, isGlobalScope)) {
      const sizes = await this.#follow(scope, 'scope', steps);
      if (Object.keys(sizes).length > 0) return sizes;
    }
    return {};
  }

  async #scopesIn(scopes: string | undefined, without = isSharedScope): Promise<string[]> {
    if (scopes === undefined) return [];
    const { result } = await this.#cdp.send('Runtime.getProperties', { objectId: scopes, ownProperties: true });
    return result
      .filter(({ value }) => !without(value?.description ?? ''))
      .flatMap(({ value }) => value?.objectId ?? []);
  }

  async #call(
    objectId: string,
    fn: (...args: never[]) => unknown,
    args: readonly unknown[],
    returnByValue: boolean,
  ): Promise<{ readonly objectId?: string; readonly value?: unknown } | undefined> {
    try {
      const { result, exceptionDetails } = await this.#cdp.send('Runtime.callFunctionOn', {
        objectId,
        functionDeclaration: fn.toString(),
        arguments: [{ objectId }, ...args.map((value) => ({ value }))],
        returnByValue,
        objectGroup: OBJECT_GROUP,
        silent: true,
      });
      return exceptionDetails ? undefined : result;
    } catch {
      return undefined;
    }
  }
}
