import { createRequire } from 'node:module';
import type * as Redis from './redisStore.ts';

/** The back end with its client library, which is large: a bundle of its own (or the source, in tests), loaded on first use. */
export function loadRedisStore(): typeof Redis {
  return createRequire(import.meta.url)(
    import.meta.url.endsWith('.ts') ? './redisStore.ts' : './redisStore.js',
  ) as typeof Redis;
}
