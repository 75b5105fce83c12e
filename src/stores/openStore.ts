import { type Clock, loadBundle, systemClock } from '../support/index.ts';
import { MemoryRecordStore } from './memoryRecordStore.ts';
import type { Store } from './recordStore.ts';
import type * as Redis from './redis/redisStore.ts';
import { SqliteStore } from './sqlite/sqliteStore.ts';

/**
 * Opens the back end that a place names: `memory:` in this process, a Redis server (`redis://HOST:PORT/DATABASE`, `rediss://`
 * with TLS), else a path of an SQLite file.
 *
 * @throws LeakwrightError `stores.unavailable`, saying what is missing or wrong
 */
export async function openStore<T>(place: string, clock: Clock = systemClock): Promise<Store<T>> {
  if (place === 'memory:') return new MemoryRecordStore<T>(clock);
  if (/^rediss?:\/\//i.test(place))
    return await (loadBundle('redisStore') as typeof Redis).RedisStore.connect<T>(place, clock);
  return new SqliteStore<T>(place, clock);
}
