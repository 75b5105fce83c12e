import { createRequire } from 'node:module';
import type * as OnDemand from './onDemand.ts';
import { t } from './translate.ts';

let loaded: typeof OnDemand | undefined;

/** What is loaded with the first question for it: the bundle beside ours, or the source when we run from sources (tests). */
export function onDemand(): typeof OnDemand {
  if (!loaded) {
    loaded = createRequire(import.meta.url)(
      import.meta.url.endsWith('.ts') ? './onDemand.ts' : './onDemand.js',
    ) as typeof OnDemand;
    // Each bundle has a translator of its own.
    loaded.setTranslator(t);
  }
  return loaded;
}
