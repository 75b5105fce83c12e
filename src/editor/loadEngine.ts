import { createRequire } from 'node:module';
import type * as Engine from './engine.ts';

let loaded: typeof Engine | undefined;

/** The engine rooms, loaded with the first call: the bundle beside ours, or the source when we run from sources (tests). */
export function engine(): typeof Engine {
  loaded ??= createRequire(import.meta.url)(
    import.meta.url.endsWith('.ts') ? './engine.ts' : './engine.js',
  ) as typeof Engine;
  return loaded;
}
