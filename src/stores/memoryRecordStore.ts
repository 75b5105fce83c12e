import { defined, type Clock, systemClock } from '../support/index.ts';
import {
  closedScope,
  DEFAULT_MAX_VALUES,
  type RecordPage,
  type ScopeLimits,
  type ScopeStatistics,
  type Store,
  type StoredRecord,
  type Write,
} from './recordStore.ts';

interface Entry<T> extends StoredRecord<T> {
  readonly bytes: number;
  readonly attachment?: string;
}

interface Scope<T> {
  limits: ScopeLimits;
  /** In order of arrival, so of sequence and of time. */
  entries: Entry<T>[];
  /** Entries before this index are gone: dropping from the front of an array one by one would be slow. */
  start: number;
  bytes: number;
  lastSequence: number;
  dropped: number;
  /** In order of setting. */
  readonly values: Map<string, { readonly value: unknown; readonly expiresAt: number }>;
}

/** Keeps records in this process. */
export class MemoryRecordStore<T> implements Store<T> {
  readonly #scopes = new Map<string, Scope<T>>();
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  async open(scope: string, limits: ScopeLimits): Promise<void> {
    const existing = this.#scopes.get(scope);
    if (existing) {
      existing.limits = limits;
      trim(existing, this.#clock.now());
      return;
    }
    const values: Scope<T>['values'] = new Map();
    this.#scopes.set(scope, { limits, entries: [], start: 0, bytes: 0, lastSequence: 0, dropped: 0, values });
  }

  async append(scope: string, value: T, bytes: number): Promise<void> {
    const into = this.#scopes.get(scope);
    if (into) this.#push(into, { value, bytes });
  }

  async write(writes: readonly Write<T>[]): Promise<readonly number[]> {
    for (const { scope } of writes) if (!this.#scopes.has(scope)) throw closedScope(scope);
    const sequences: number[] = [];
    for (const write of writes) {
      const scope = this.#scopes.get(write.scope)!;
      switch (write.kind) {
        case 'append': {
          sequences.push(this.#push(scope, write));
          break;
        }
        case 'remove': {
          removeEntry(scope, write.sequence);
          break;
        }
        case 'set': {
          const expiresAt = write.ttlMs === undefined ? Infinity : this.#clock.now() + write.ttlMs;
          scope.values.delete(write.key);
          scope.values.set(write.key, { value: write.value, expiresAt });
          const max = scope.limits.maxValues ?? DEFAULT_MAX_VALUES;
          for (const key of scope.values.keys()) if (scope.values.size > max) scope.values.delete(key);
          break;
        }
        case 'unset': {
          scope.values.delete(write.key);
          break;
        }
      }
    }
    return sequences;
  }

  async read(scope: string, after: number, limit: number): Promise<RecordPage<T>> {
    const from = this.#fresh(scope);
    if (!from) return { records: [], next: undefined, skipped: 0 };
    const index = placeAfter(from, after);
    const records = from.entries.slice(index, index + Math.max(0, limit)).map((entry) => recordOf(entry));
    const last = records.at(-1);
    const firstLeft = from.entries[from.start]?.sequence ?? from.lastSequence + 1;
    return {
      records,
      next: last && last.sequence < from.lastSequence ? last.sequence : undefined,
      skipped: Math.max(0, firstLeft - (after + 1)),
    };
  }

  async readBack(scope: string, before: number, limit: number): Promise<RecordPage<T>> {
    const from = this.#fresh(scope);
    if (!from) return { records: [], next: undefined, skipped: 0 };
    const end = placeAfter(from, before - 1);
    const start = Math.max(from.start, end - Math.max(0, limit));
    const records = from.entries
      .slice(start, end)
      .reverse()
      .map((entry) => recordOf(entry));
    return { records, next: start > from.start ? records.at(-1)?.sequence : undefined, skipped: 0 };
  }

  async attachment(scope: string, sequence: number): Promise<string | undefined> {
    const from = this.#fresh(scope);
    const entry = from?.entries[placeAfter(from, sequence - 1)];
    return entry?.sequence === sequence ? entry.attachment : undefined;
  }

  async value(scope: string, key: string): Promise<unknown> {
    const found = this.#scopes.get(scope)?.values.get(key);
    return found && found.expiresAt > this.#clock.now() ? found.value : undefined;
  }

  async keys(scope: string): Promise<readonly string[]> {
    const values = this.#scopes.get(scope)?.values ?? new Map<string, { readonly expiresAt: number }>();
    const now = this.#clock.now();
    return [...values].filter(([, { expiresAt }]) => expiresAt > now).map(([key]) => key);
  }

  async scopes(): Promise<readonly string[]> {
    return [...this.#scopes.keys()];
  }

  async statistics(scope: string): Promise<ScopeStatistics> {
    const of = this.#fresh(scope);
    if (!of) return { records: 0, bytes: 0, dropped: 0 };
    return { records: of.entries.length - of.start, bytes: of.bytes, dropped: of.dropped };
  }

  async expire(before: number): Promise<number> {
    let expired = 0;
    const now = this.#clock.now();
    for (const scope of this.#scopes.values()) {
      expired += dropOlder(scope, before);
      for (const [key, { expiresAt }] of scope.values) if (expiresAt <= now) scope.values.delete(key);
    }
    return expired;
  }

  async trim(maxRecords: number): Promise<number> {
    let trimmed = 0;
    for (const scope of this.#scopes.values()) {
      while (scope.entries.length - scope.start > maxRecords) {
        dropFirst(scope);
        scope.dropped += 1;
        trimmed += 1;
      }
      compact(scope);
    }
    return trimmed;
  }

  async close(scope: string): Promise<number> {
    const closing = this.#fresh(scope);
    this.#scopes.delete(scope);
    return closing ? closing.entries.length - closing.start : 0;
  }

  async dispose(): Promise<void> {
    this.#scopes.clear();
  }

  /** The scope without what its time to live has ended. */
  #fresh(name: string): Scope<T> | undefined {
    const scope = this.#scopes.get(name);
    if (scope?.limits.ttlMs !== undefined) dropOlder(scope, this.#clock.now() - scope.limits.ttlMs);
    return scope;
  }

  #push(scope: Scope<T>, given: { readonly value: T; readonly bytes: number; readonly attachment?: string }): number {
    scope.lastSequence += 1;
    const at = this.#clock.now();
    const { value, bytes, attachment } = given;
    scope.entries.push({
      sequence: scope.lastSequence,
      at,
      value,
      bytes,
      ...defined({ attachment }),
    });
    scope.bytes += bytes;
    trim(scope, at);
    return scope.lastSequence;
  }
}

function recordOf<T>({ sequence, at, value }: Entry<T>): StoredRecord<T> {
  return { sequence, at, value };
}

/** The index of the first entry newer than a sequence, found by halves: a removal leaves a hole. */
function placeAfter<T>(scope: Scope<T>, sequence: number): number {
  let low = scope.start;
  let high = scope.entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (scope.entries[middle]!.sequence > sequence) high = middle;
    else low = middle + 1;
  }
  return low;
}

function removeEntry<T>(scope: Scope<T>, sequence: number): void {
  const index = placeAfter(scope, sequence - 1);
  if (scope.entries[index]?.sequence !== sequence) return;
  const [removed] = scope.entries.splice(index, 1);
  scope.bytes -= removed!.bytes;
}

function trim<T>(scope: Scope<T>, now: number): void {
  if (scope.limits.ttlMs !== undefined) dropOlder(scope, now - scope.limits.ttlMs);
  while (
    scope.start < scope.entries.length &&
    (scope.entries.length - scope.start > scope.limits.maxRecords || scope.bytes > scope.limits.maxBytes)
  ) {
    dropFirst(scope);
    scope.dropped += 1;
  }
  compact(scope);
}

function dropOlder<T>(scope: Scope<T>, before: number): number {
  let dropped = 0;
  while (scope.start < scope.entries.length && scope.entries[scope.start]!.at < before) {
    dropFirst(scope);
    dropped += 1;
  }
  compact(scope);
  return dropped;
}

function dropFirst<T>(scope: Scope<T>): void {
  scope.bytes -= scope.entries[scope.start]!.bytes;
  // Frees the value now: the array is shortened later.
  (scope.entries as (Entry<T> | undefined)[])[scope.start] = undefined;
  scope.start += 1;
}

/** Shortens the array once half of it is gone, which costs constant time a record on average. */
function compact<T>(scope: Scope<T>): void {
  if (scope.start === 0 || scope.start * 2 < scope.entries.length) return;
  scope.entries = scope.entries.slice(scope.start);
  scope.start = 0;
}
