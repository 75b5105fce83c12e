import { type Clock, systemClock } from '../support/index.ts';
import { MemoryRecordStore } from './memoryRecordStore.ts';
import type { Store } from './recordStore.ts';
import { loadRedisStore } from './redis/loadRedisStore.ts';
import { SqliteStore } from './sqlite/sqliteStore.ts';

/**
 * Opens the back end that a place names: `memory:` in this process, a Redis server (`redis://HOST:PORT/DATABASE`, `rediss://`
 * with TLS), else a path of an SQLite file.
 *
 * @throws LeakwrightError `stores.unavailable`, saying what is missing or wrong
 */
export async function openStore<T>(place: string, clock: Clock = systemClock): Promise<Store<T>> {
  if (place === 'memory:') return new MemoryRecordStore<T>(clock);
  if (/^rediss?:\/\//i.test(place)) return await loadRedisStore().RedisStore.connect<T>(place, clock);
  return new SqliteStore<T>(place, clock);
}
