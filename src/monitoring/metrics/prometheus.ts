import { Counter, Gauge, Registry } from 'prom-client';
import type { MetricBook } from './metricBook.ts';

/** The content type of the text below. */
export const PROMETHEUS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** The book as Prometheus' text format. A bundle of its own: `prom-client` is for those that serve metrics. */
export async function renderPrometheus(book: MetricBook): Promise<string> {
  const registry = new Registry();
  for (const { definition, series } of book.read()) {
    const { name, help, kind, labels } = definition;
    const configuration = { name, help, labelNames: [...labels], registers: [registry] };
    if (kind === 'counter') {
      const counter = new Counter(configuration);
      for (const { labels: own, value } of series) counter.inc({ ...own }, value);
    } else {
      const gauge = new Gauge(configuration);
      for (const { labels: own, value } of series) gauge.set({ ...own }, value);
    }
  }
  return await registry.metrics();
}
