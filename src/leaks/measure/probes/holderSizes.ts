/** How large something is in each of some places, by the place's name. */
export type PlaceSizes = Readonly<Record<string, number>>;

/**
 * What a handle of the protocol stands for: the thing itself; a scope, which comes as a wrapper of its variables; the variables of a
 * scope, the entries of a map or a list of values, each of which is a place.
 */
export type Container = 'thing' | 'scope' | 'variables' | 'entries' | 'list';

/**
 * Follows names of properties from a container to what they lead to now, and says how large that is: characters, bytes, entries. Runs
 * in the page, given the very object: self-contained text, that calls no getter of the page's. `isWatched` is
 * true where our own accessor lies on the first property.
 *
 * @returns a size for each place of the container; none for what has no size or is not there
 */
export function sizesIn(
  container: object,
  kind: Container,
  steps: readonly string[],
  isWatched: boolean,
): PlaceSizes | null {
  const MAX_PLACES = 500;
  const sizeOf = (value: unknown): number | null => {
    if (typeof value === 'string') return value.length;
    if (typeof value === 'bigint') return value.toString(16).length;
    if (typeof value !== 'object' || value === null) return null;
    if (Array.isArray(value)) return value.length;
    if (ArrayBuffer.isView(value)) return value.byteLength;
    if (value instanceof ArrayBuffer) return value.byteLength;
    if (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer) return value.byteLength;
    if (value instanceof Map || value instanceof Set) return value.size;
    if (typeof WebAssembly === 'object' && value instanceof WebAssembly.Memory) return value.buffer.byteLength;
    if (typeof Blob === 'function' && value instanceof Blob) return value.size;
    return Object.keys(value).length;
  };
  const step = (from: unknown, name: string, mayCall: boolean): unknown => {
    if ((typeof from !== 'object' && typeof from !== 'function') || from === null) return undefined;
    const symbol = /^<symbol (.*)>$/s.exec(name)?.[1];
    const key =
      symbol === undefined
        ? name
        : Object.getOwnPropertySymbols(from).find(({ description = '' }) => description === symbol);
    if (key === undefined) return undefined;
    const descriptor = Reflect.getOwnPropertyDescriptor(from, key);
    if (!descriptor) return undefined;
    // A getter of the page might do anything when called; ours only answers.
    return 'value' in descriptor ? descriptor.value : mayCall ? Reflect.get(from, key) : undefined;
  };
  const label = (key: unknown, index: number): string => (typeof key === 'string' ? key.slice(0, 100) : `${index}`);
  try {
    const places: [name: string, value: unknown][] = [];
    if (kind === 'thing') places.push(['', container]);
    else if (kind === 'scope') places.push(['', Reflect.get(container, 'object')]);
    else if (kind === 'variables') {
      const scope = Reflect.get(container, 'object') as object;
      for (const name of Object.keys(scope).slice(0, MAX_PLACES)) places.push([name, step(scope, name, false)]);
    } else {
      const list = container as ArrayLike<unknown>;
      for (let index = 0; index < Math.min(list.length, MAX_PLACES); index += 1) {
        const entry = list[index];
        if (kind === 'list') places.push([`${index}`, entry]);
        else {
          const { key, value } = entry as { key?: unknown; value?: unknown };
          places.push([label(key, index), value]);
        }
      }
    }
    const sizes = Object.create(null) as Record<string, number>;
    for (const [name, value] of places) {
      let at = value;
      for (let index = 0; index < steps.length; index += 1) at = step(at, steps[index]!, isWatched && index === 0);
      const size = sizeOf(at);
      if (size !== null) sizes[name] = size;
    }
    return sizes;
  } catch {
    return null;
  }
}

/** What names of properties lead to, from a thing or a scope; for steps that only the protocol can go on with. */
export function reach(container: object, kind: 'thing' | 'scope', steps: readonly string[]): unknown {
  let at: unknown = kind === 'scope' ? Reflect.get(container, 'object') : container;
  for (const name of steps) {
    if ((typeof at !== 'object' && typeof at !== 'function') || at === null) return undefined;
    const descriptor = Reflect.getOwnPropertyDescriptor(at, name);
    at = descriptor && 'value' in descriptor ? descriptor.value : undefined;
  }
  return at;
}

/** Of the places read repeatedly, the one that grew most steadily: in most steps, then by most. */
export function steadiest(
  readings: readonly PlaceSizes[],
): { readonly place: string; readonly sizes: readonly number[] } | undefined {
  let best: { place: string; sizes: number[]; steps: number; gain: number } | undefined;
  for (const place of Object.keys(readings[0] ?? {})) {
    const sizes = readings.map((reading) => reading[place]).filter((size) => size !== undefined);
    if (sizes.length < readings.length) continue;
    const steps = sizes.slice(1).reduce((sum, size, index) => sum + Math.sign(size - sizes[index]!), 0);
    const gain = sizes.at(-1)! - sizes[0]!;
    if (!best || steps > best.steps || (steps === best.steps && gain > best.gain)) best = { place, sizes, steps, gain };
  }
  return best;
}
