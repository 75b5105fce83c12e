import { LeakwrightError } from '../support/index.ts';

/** A stored value with its place in the order of arrival. Numbers start at 1 and are never given twice in a scope. */
export interface StoredRecord<T> {
  readonly sequence: number;
  /** Wall-clock time of arrival in ms since the epoch. */
  readonly at: number;
  readonly value: T;
}

export interface RecordPage<T> {
  readonly records: readonly StoredRecord<T>[];
  /** What to give as `after` (or `before`, reading backwards) for the next page; undefined when there is no more yet. */
  readonly next: number | undefined;
  /** Records between `after` and the first of this page that are no longer there. */
  readonly skipped: number;
}

export interface ScopeStatistics {
  readonly records: number;
  readonly bytes: number;
  /** How many records had to make room so far. */
  readonly dropped: number;
}

export interface ScopeLimits {
  readonly maxRecords: number;
  /** Of all records together, by the sizes given with `append`. */
  readonly maxBytes: number;
  /**
   * Records older than this many ms are gone. In Redis the whole scope expires when no process opened it or wrote to it for
   * so long. Default: no limit.
   */
  readonly ttlMs?: number;
  /** Of values by key; the one set longest ago goes first. Default: 1000. */
  readonly maxValues?: number;
}

export const DEFAULT_MAX_VALUES = 1000;

/**
 * Keeps captured data in scopes (one a session), each with its own limits: appending drops the scope's oldest records, and
 * never another scope's. Asynchronous, so that it may lie in this process, a file or on a server.
 */
export interface RecordStore<T> {
  /** Makes a scope, or changes the limits of one that is there and starts its time anew. */
  open(scope: string, limits: ScopeLimits): Promise<void>;
  /** @param bytes about how much the value takes. A scope that was never opened, or is closed, takes nothing. */
  append(scope: string, value: T, bytes: number): Promise<void>;
  /** Up to `limit` records newer than `after`, oldest first. */
  read(scope: string, after: number, limit: number): Promise<RecordPage<T>>;
  statistics(scope: string): Promise<ScopeStatistics>;
  /** Takes out records that arrived before a time in ms since the epoch, in all scopes; says how many. */
  expire(before: number): Promise<number>;
  /** Takes out the oldest records of every scope that has more than this many; says how many went. */
  trim(maxRecords: number): Promise<number>;
  /** Takes out a scope with all its records and values; says how many records. */
  close(scope: string): Promise<number>;
}

/** One change of a transaction. */
export type Write<T> =
  | {
      readonly kind: 'append';
      readonly scope: string;
      readonly value: T;
      /** Value and attachment together. */
      readonly bytes: number;
      /** Text that lives and goes with the record, and is read on demand only. */
      readonly attachment?: string;
    }
  | { readonly kind: 'remove'; readonly scope: string; readonly sequence: number }
  | {
      readonly kind: 'set';
      readonly scope: string;
      readonly key: string;
      readonly value: unknown;
      /** Gone after so many ms. Default: kept. */
      readonly ttlMs?: number;
    }
  | { readonly kind: 'unset'; readonly scope: string; readonly key: string };

/**
 * The interface of every back end: runs, samples and captured data are records of a scope, cursors and baselines are its
 * values by key. When a promise has resolved, its change survives the death of the process (except in the `memory` store).
 * Several processes may write at once.
 */
export interface Store<T> extends RecordStore<T> {
  /**
   * Applies all changes or none, as one step for every reader.
   *
   * @returns the sequence numbers of the appended records, in order
   * @throws LeakwrightError `stores.closed` when one of the scopes is not open: nothing was written
   */
  write(writes: readonly Write<T>[]): Promise<readonly number[]>;
  /** Up to `limit` records older than `before`, newest first. */
  readBack(scope: string, before: number, limit: number): Promise<RecordPage<T>>;
  attachment(scope: string, sequence: number): Promise<string | undefined>;
  /** The value of a key, or undefined when it was never set or its time is over. */
  value(scope: string, key: string): Promise<unknown>;
  /** All keys with a value, the one set longest ago first. */
  keys(scope: string): Promise<readonly string[]>;
  /** Names of the open scopes. */
  scopes(): Promise<readonly string[]>;
  /** Closes the file or the connection; what is stored stays, except in the `memory` store. */
  dispose(): Promise<void>;
}

export function closedScope(scope: string): LeakwrightError {
  return new LeakwrightError('stores.closed', `Nothing was stored: '${scope}' is not open.`);
}
