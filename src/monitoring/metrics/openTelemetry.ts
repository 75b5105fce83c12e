import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { defined, toolVersion } from '../../support/index.ts';
import type { MetricBook } from './metricBook.ts';

export interface OtlpOptions {
  /** Like `http://localhost:4318/v1/metrics`; undefined: as `OTEL_EXPORTER_OTLP_ENDPOINT` says. */
  readonly endpoint: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  /**
   * Resource attributes besides the service's name and version. `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` come
   * before.
   */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Called when the collector stops taking the metrics (with the reason), and when it takes them again (undefined). */
  readonly onChange?: (failure: Error | undefined) => void;
}

export interface OtlpExport {
  /** Sends what there is now, and rejects when the collector does not take it. */
  flush(): Promise<void>;
  /** Sends once more and ends. */
  stop(): Promise<void>;
}

/** `ExportResultCode.SUCCESS`, of a package that we would need for this number alone. */
const SUCCESS = 0;

/** How long an export may take with its retries, in ms: Ctrl-C waits this long for a collector that does not answer. */
const TIMEOUT_MS = 3000;

/** Sends the book to an OpenTelemetry collector over HTTP at an interval. */
export function startOtlp(book: MetricBook, options: OtlpOptions): OtlpExport {
  const exporter = new OTLPMetricExporter({
    ...defined({ url: options.endpoint, headers: options.headers === undefined ? undefined : { ...options.headers } }),
    timeoutMillis: TIMEOUT_MS,
  });
  tellOfChanges(exporter, options.onChange);
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: options.intervalMs,
    exportTimeoutMillis: Math.min(2 * TIMEOUT_MS, options.intervalMs),
  });
  const provider = provide(book, reader, options.attributes);
  return {
    flush: () => provider.forceFlush(),
    stop: () => provider.shutdown(),
  };
}

/** The content type of the text below. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The book in Prometheus' text format; empty before the first sample. */
export async function renderPrometheus(book: MetricBook): Promise<string> {
  if (book.size === 0) return '';
  const reader = new PrometheusExporter({ preventServerStart: true });
  const provider = provide(book, reader);
  try {
    const { resourceMetrics } = await reader.collect();
    return new PrometheusSerializer(undefined, false, undefined, true, true).serialize(resourceMetrics);
  } finally {
    await provider.shutdown();
  }
}

/** A provider whose instruments read the book whenever its reader collects. */
function provide(book: MetricBook, reader: MetricReader, attributes: OtlpOptions['attributes'] = {}): MeterProvider {
  const provider = new MeterProvider({
    readers: [reader],
    resource: resourceFromAttributes({
      'service.name': 'leakwright',
      'service.version': toolVersion(),
      ...attributes,
    }).merge(detectResources({ detectors: [envDetector] })),
  });
  const meter = provider.getMeter('leakwright', toolVersion());
  for (const { definition } of book.read()) {
    const { name, help, kind } = definition;
    const observed =
      kind === 'counter'
        ? meter.createObservableCounter(name, { description: help })
        : meter.createObservableGauge(name, { description: help });
    observed.addCallback((result) => {
      const current = book.read().find((metric) => metric.definition.name === name);
      for (const { labels, value } of current?.series ?? []) result.observe(value, { ...labels });
    });
  }
  return provider;
}

/** The reader does not report failed exports, so without this a missing collector would go unnoticed. */
function tellOfChanges(exporter: OTLPMetricExporter, onChange: OtlpOptions['onChange']): void {
  const send = exporter.export.bind(exporter);
  let failing = false;
  exporter.export = (metrics, done) => {
    send(metrics, (result) => {
      const code: number = result.code;
      const fails = code !== SUCCESS;
      if (fails !== failing) onChange?.(fails ? (result.error ?? new Error('it gave no reason')) : undefined);
      failing = fails;
      done(result);
    });
  };
}
