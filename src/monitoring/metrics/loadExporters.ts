import { createRequire } from 'node:module';
import type * as OpenTelemetry from './openTelemetry.ts';

const file = import.meta.url.endsWith('.ts') ? './openTelemetry.ts' : './openTelemetry.js';

/** OpenTelemetry's packages: a bundle of its own (or the source, in tests), loaded with the first scrape or export. */
export function loadExporters(): typeof OpenTelemetry {
  return createRequire(import.meta.url)(file) as typeof OpenTelemetry;
}
