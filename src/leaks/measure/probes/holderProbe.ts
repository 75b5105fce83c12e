import type { GuardedCdp } from '../../drive/cdp.ts';
import { type GeneratedFrame, parseStackText } from '../../explain/sources/index.ts';
import { type WatchResult, sizeOfHolder, unwatchHolder, watchHolder } from '../../explain/exactLine/holderWatch.ts';

const OBJECT_GROUP = 'leakwright-probe';

/** A holder as snapshots know it. */
export interface ProbedHolder {
  readonly heapObjectId: number;
  /** The variable or property that holds, where it is one; otherwise the holder is a collection. */
  readonly slot: string | undefined;
  /** A function that sees the slot's variable, where the holder is a scope. */
  readonly closureId?: number;
}

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

  /** Entries, characters or bytes in the holder now; undefined where that cannot be said. */
  async size(holder: ProbedHolder): Promise<number | undefined> {
    const { closureId, slot } = holder;
    if (closureId !== undefined) return await this.#sizeInScope(closureId, slot);
    const objectId = await this.#fetch(holder.heapObjectId);
    if (objectId === undefined) return undefined;
    if (slot?.startsWith('#')) return await this.#sizeOfPrivate(objectId, slot);
    return await this.#sizeOf(objectId, slot, { isWatched: this.#states.has(holder) });
  }

  /**
   * Takes all overrides off and lets go of all objects.
   *
   * @returns for each holder the stack by which most of what is still there was put in, innermost first
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

  async #sizeOf(
    objectId: string,
    slot: string | undefined,
    how: { readonly isWatched?: boolean; readonly isScope?: boolean } = {},
  ): Promise<number | undefined> {
    const args = [slot ?? null, how.isWatched === true, how.isScope === true];
    const size = await this.#call(objectId, sizeOfHolder, args, true);
    return typeof size?.value === 'number' ? size.value : undefined;
  }

  /** Script cannot reach another class's private field; the protocol lists it. */
  async #sizeOfPrivate(objectId: string, field: string): Promise<number | undefined> {
    try {
      const answer = await this.#cdp.send('Runtime.getProperties', {
        objectId,
        ownProperties: true,
        nonIndexedPropertiesOnly: true,
      });
      const value = answer.privateProperties?.find(({ name }) => name === field)?.value;
      if (value?.objectId !== undefined) return await this.#sizeOf(value.objectId, undefined);
      return typeof value?.value === 'string' ? value.value.length : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * A scope shows itself only as an entry of the `[[Scopes]]` of a function: each time a new wrapper, whose `object` has the
   * variables as they are then.
   */
  async #sizeInScope(closureId: number, variable: string | undefined): Promise<number | undefined> {
    const closure = await this.#fetch(closureId);
    if (closure === undefined || variable === undefined) return undefined;
    try {
      const { internalProperties } = await this.#cdp.send('Runtime.getProperties', {
        objectId: closure,
        ownProperties: true,
      });
      const scopes = internalProperties?.find(({ name }) => name === '[[Scopes]]')?.value?.objectId;
      if (scopes === undefined) return undefined;
      const { result: list } = await this.#cdp.send('Runtime.getProperties', { objectId: scopes, ownProperties: true });
      for (const { value: scope } of list) {
        if (scope?.objectId === undefined || /^(?:Global|Window)/.test(scope.description ?? '')) continue;
        const size = await this.#sizeOf(scope.objectId, variable, { isScope: true });
        if (size !== undefined) return size;
      }
    } catch {
      // The function went away.
    }
    return undefined;
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
