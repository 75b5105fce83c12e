import { loadBundle } from '../support/index.ts';
import type * as Engine from './engine.ts';
import type * as OnDemand from './onDemand.ts';
import { t } from './translate.ts';

/** The rooms outside the editor, loaded with the first call. */
export function engine(): typeof Engine {
  return loadBundle('engine') as typeof Engine;
}

let translated: typeof OnDemand | undefined;

/** The commands of the editor, loaded with the first call. */
export function onDemand(): typeof OnDemand {
  if (!translated) {
    translated = loadBundle('onDemand') as typeof OnDemand;
    // Each bundle has a translator of its own.
    translated.setTranslator(t);
  }
  return translated;
}
