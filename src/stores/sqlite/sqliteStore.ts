import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Clock, systemClock } from '../../support/index.ts';
import { decode, encode } from '../encoding.ts';
import {
  closedScope,
  DEFAULT_MAX_VALUES,
  type RecordPage,
  type ScopeLimits,
  type ScopeStatistics,
  type Store,
  type StoredRecord,
  type Write,
} from '../recordStore.ts';
import { openDatabase } from './openDatabase.ts';

interface ScopeRow {
  readonly id: number;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly ttlMs: number | null;
  readonly maxValues: number;
  records: number;
  bytes: number;
  dropped: number;
  lastSequence: number;
}

/**
 * Keeps records in one SQLite file, with the module that comes with Node. Several processes may use the file at once. A
 * change is in the file (in its write-ahead log) when its promise resolves, so the death of the process loses nothing; a
 * power cut may lose the last changes.
 */
export class SqliteStore<T> implements Store<T> {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #statements = new Map<string, StatementSync>();

  /** @throws LeakwrightError `stores.unavailable` without `node:sqlite`, or when the file cannot be used */
  constructor(file: string, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#db = openDatabase(file);
  }

  async open(scope: string, limits: ScopeLimits): Promise<void> {
    this.#transaction(() => {
      this.#sql(
        `INSERT INTO scopes (name, maxRecords, maxBytes, ttlMs, maxValues) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET maxRecords = excluded.maxRecords, maxBytes = excluded.maxBytes,
           ttlMs = excluded.ttlMs, maxValues = excluded.maxValues`,
      ).run(scope, limits.maxRecords, limits.maxBytes, limits.ttlMs ?? null, limits.maxValues ?? DEFAULT_MAX_VALUES);
      const row = this.#scope(scope)!;
      this.#trim(row);
      this.#saveCounts(row);
    });
  }

  async append(scope: string, value: T, bytes: number): Promise<void> {
    const text = encode(value);
    this.#transaction(() => {
      const row = this.#scope(scope);
      if (!row) return;
      this.#insert(row, text, bytes, undefined);
      this.#trim(row);
      this.#saveCounts(row);
    });
  }

  async write(writes: readonly Write<T>[]): Promise<readonly number[]> {
    return this.#transaction(() => {
      const sequences: number[] = [];
      const rows = new Map<string, ScopeRow>();
      for (const write of writes) {
        const row = rows.get(write.scope) ?? this.#scope(write.scope);
        if (!row) throw closedScope(write.scope);
        rows.set(write.scope, row);
        switch (write.kind) {
          case 'append': {
            sequences.push(this.#insert(row, encode(write.value), write.bytes, write.attachment));
            break;
          }
          case 'remove': {
            this.#remove(row, write.sequence);
            break;
          }
          case 'set': {
            const expiresAt = write.ttlMs === undefined ? null : this.#clock.now() + write.ttlMs;
            this.#sql('INSERT OR REPLACE INTO keyed (scope, key, value, expiresAt) VALUES (?, ?, ?, ?)').run(
              row.id,
              write.key,
              encode(write.value),
              expiresAt,
            );
            this.#sql(
              `DELETE FROM keyed WHERE scope = ?1 AND place <=
                 (SELECT place FROM keyed WHERE scope = ?1 ORDER BY place DESC LIMIT 1 OFFSET ?2)`,
            ).run(row.id, row.maxValues);
            break;
          }
          case 'unset': {
            this.#sql('DELETE FROM keyed WHERE scope = ? AND key = ?').run(row.id, write.key);
            break;
          }
        }
      }
      for (const row of rows.values()) {
        this.#trim(row);
        this.#saveCounts(row);
      }
      return sequences;
    });
  }

  async read(scope: string, after: number, limit: number): Promise<RecordPage<T>> {
    return this.#reading(() => {
      const row = this.#scope(scope);
      if (!row) return { records: [], next: undefined, skipped: 0 };
      const oldest = this.#oldestAt(row);
      const records = this.#sql(
        'SELECT sequence, at, value FROM records WHERE scope = ? AND sequence > ? AND at >= ? ORDER BY sequence LIMIT ?',
      ).all(row.id, after, oldest, Math.max(0, limit));
      const first = this.#sql('SELECT sequence FROM records WHERE scope = ? AND at >= ? ORDER BY sequence LIMIT 1').get(
        row.id,
        oldest,
      );
      const last = records.at(-1)?.['sequence'] as number | undefined;
      const firstLeft = (first?.['sequence'] as number | undefined) ?? row.lastSequence + 1;
      return {
        records: records.map((record) => recordOf<T>(record)),
        next: last !== undefined && last < row.lastSequence ? last : undefined,
        skipped: Math.max(0, firstLeft - (after + 1)),
      };
    });
  }

  async readBack(scope: string, before: number, limit: number): Promise<RecordPage<T>> {
    return this.#reading(() => {
      const row = this.#scope(scope);
      if (!row) return { records: [], next: undefined, skipped: 0 };
      const wanted = Math.max(0, limit);
      // One more than wanted says whether there is a next page.
      const found = this.#sql(
        'SELECT sequence, at, value FROM records WHERE scope = ? AND sequence < ? AND at >= ? ORDER BY sequence DESC LIMIT ?',
      ).all(row.id, Math.min(before, Number.MAX_SAFE_INTEGER), this.#oldestAt(row), wanted + 1);
      const records = found.slice(0, wanted).map((record) => recordOf<T>(record));
      return { records, next: found.length > wanted ? records.at(-1)?.sequence : undefined, skipped: 0 };
    });
  }

  async attachment(scope: string, sequence: number): Promise<string | undefined> {
    const row = this.#scope(scope);
    if (!row) return undefined;
    const found = this.#sql('SELECT attachment FROM records WHERE scope = ? AND sequence = ? AND at >= ?').get(
      row.id,
      sequence,
      this.#oldestAt(row),
    );
    return (found?.['attachment'] as string | null | undefined) ?? undefined;
  }

  async value(scope: string, key: string): Promise<unknown> {
    const found = this.#sql(
      `SELECT value FROM keyed WHERE scope = (SELECT id FROM scopes WHERE name = ?) AND key = ?
         AND (expiresAt IS NULL OR expiresAt > ?)`,
    ).get(scope, key, this.#clock.now());
    return found ? decode(found['value'] as string) : undefined;
  }

  async keys(scope: string): Promise<readonly string[]> {
    return this.#sql(
      `SELECT key FROM keyed WHERE scope = (SELECT id FROM scopes WHERE name = ?)
         AND (expiresAt IS NULL OR expiresAt > ?) ORDER BY place`,
    )
      .all(scope, this.#clock.now())
      .map((row) => row['key'] as string);
  }

  async scopes(): Promise<readonly string[]> {
    return this.#sql('SELECT name FROM scopes ORDER BY id')
      .all()
      .map((row) => row['name'] as string);
  }

  async statistics(scope: string): Promise<ScopeStatistics> {
    const row = this.#scope(scope);
    if (!row) return { records: 0, bytes: 0, dropped: 0 };
    if (row.ttlMs === null) return { records: row.records, bytes: row.bytes, dropped: row.dropped };
    const fresh = this.#sql(
      'SELECT count(*) AS records, coalesce(sum(bytes), 0) AS bytes FROM records WHERE scope = ? AND at >= ?',
    ).get(row.id, this.#oldestAt(row))!;
    return { records: fresh['records'] as number, bytes: fresh['bytes'] as number, dropped: row.dropped };
  }

  async expire(before: number): Promise<number> {
    const expired = this.#transaction(() => {
      let count = 0;
      for (const name of this.#sql('SELECT name FROM scopes').all()) {
        const row = this.#scope(name['name'] as string)!;
        count += this.#dropOlder(row, before);
        this.#saveCounts(row);
      }
      this.#sql('DELETE FROM keyed WHERE expiresAt <= ?').run(this.#clock.now());
      return count;
    });
    if (expired > 0) this.#db.exec('PRAGMA incremental_vacuum(1000)');
    return expired;
  }

  async trim(maxRecords: number): Promise<number> {
    return this.#transaction(() => {
      let trimmed = 0;
      for (const name of this.#sql('SELECT name FROM scopes').all()) {
        const row = this.#scope(name['name'] as string)!;
        const { dropped } = row;
        this.#trim(row, { ...row, maxRecords });
        trimmed += row.dropped - dropped;
        this.#saveCounts(row);
      }
      return trimmed;
    });
  }

  async close(scope: string): Promise<number> {
    const { records } = await this.statistics(scope);
    this.#transaction(() => this.#sql('DELETE FROM scopes WHERE name = ?').run(scope));
    return records;
  }

  async dispose(): Promise<void> {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      statement = this.#db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  #transaction<R>(work: () => R): R {
    // Immediate: a transaction that reads first and then wants to write could not wait for another writer.
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Several reads of one state. */
  #reading<R>(work: () => R): R {
    this.#db.exec('BEGIN');
    try {
      return work();
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  #scope(name: string): ScopeRow | undefined {
    return this.#sql('SELECT * FROM scopes WHERE name = ?').get(name) as unknown as ScopeRow | undefined;
  }

  #saveCounts({ id, records, bytes, dropped, lastSequence }: ScopeRow): void {
    this.#sql('UPDATE scopes SET records = ?, bytes = ?, dropped = ?, lastSequence = ? WHERE id = ?').run(
      records,
      bytes,
      dropped,
      lastSequence,
      id,
    );
  }

  #insert(row: ScopeRow, text: string, bytes: number, attachment: string | undefined): number {
    row.lastSequence += 1;
    this.#sql('INSERT INTO records (scope, sequence, at, bytes, value, attachment) VALUES (?, ?, ?, ?, ?, ?)').run(
      row.id,
      row.lastSequence,
      this.#clock.now(),
      Math.round(bytes),
      text,
      attachment ?? null,
    );
    row.records += 1;
    row.bytes += Math.round(bytes);
    return row.lastSequence;
  }

  #remove(row: ScopeRow, sequence: number): void {
    const removed = this.#sql('DELETE FROM records WHERE scope = ? AND sequence = ? RETURNING bytes').get(
      row.id,
      sequence,
    );
    if (!removed) return;
    row.records -= 1;
    row.bytes -= removed['bytes'] as number;
  }

  #trim(row: ScopeRow, limits: Pick<ScopeRow, 'maxRecords' | 'maxBytes'> = row): void {
    if (row.ttlMs !== null) this.#dropOlder(row, this.#oldestAt(row));
    while (row.records > 0 && (row.records > limits.maxRecords || row.bytes > limits.maxBytes)) {
      const first = this.#sql('SELECT sequence FROM records WHERE scope = ? ORDER BY sequence LIMIT 1').get(row.id);
      if (!first) break;
      this.#remove(row, first['sequence'] as number);
      row.dropped += 1;
    }
  }

  #dropOlder(row: ScopeRow, before: number): number {
    let dropped = 0;
    for (;;) {
      const first = this.#sql('SELECT sequence, at FROM records WHERE scope = ? ORDER BY sequence LIMIT 1').get(row.id);
      if (!first || (first['at'] as number) >= before) return dropped;
      this.#remove(row, first['sequence'] as number);
      dropped += 1;
    }
  }

  /** What arrived before is gone. */
  #oldestAt({ ttlMs }: ScopeRow): number {
    return ttlMs === null ? 0 : this.#clock.now() - ttlMs;
  }
}

function recordOf<T>(row: Record<string, unknown>): StoredRecord<T> {
  return {
    sequence: row['sequence'] as number,
    at: row['at'] as number,
    value: decode(row['value'] as string) as T,
  };
}
