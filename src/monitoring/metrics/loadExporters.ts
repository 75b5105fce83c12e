import { createRequire } from 'node:module';
import type * as Otlp from './otlp.ts';
import type * as Prometheus from './prometheus.ts';

const fromSources = import.meta.url.endsWith('.ts');

/** With `prom-client`: a bundle of its own (or the source, in tests), loaded with the first scrape. */
export function loadPrometheus(): typeof Prometheus {
  return createRequire(import.meta.url)(fromSources ? './prometheus.ts' : './prometheus.js') as typeof Prometheus;
}

/** With OpenTelemetry's packages, likewise. */
export function loadOtlp(): typeof Otlp {
  return createRequire(import.meta.url)(fromSources ? './otlp.ts' : './otlp.js') as typeof Otlp;
}
