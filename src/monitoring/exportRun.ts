import { summarizeCheck } from '../history/index.ts';
import type { Report } from '../reports/index.ts';
import { defined, type Clock, systemClock, loadBundle } from '../support/index.ts';
import { RUN_METRICS, recordScenarios } from './metrics/definitions.ts';
import { MetricBook } from './metrics/metricBook.ts';
import type * as OpenTelemetry from './metrics/openTelemetry.ts';
import { scenarioReading } from './scenarioReading.ts';

export interface ExportRunOptions {
  /** Like `http://localhost:4318/v1/metrics`; undefined: as `OTEL_EXPORTER_OTLP_ENDPOINT` says. */
  readonly endpoint: string | undefined;
  /** Of the resource: where the run came from. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

/** A run is exported once, at its end: longer than any run, so the reader never exports by itself. */
const NEVER_MS = 24 * 3_600_000;

/**
 * Sends the results of a run's checks under the metric names that `leakwright monitor` uses for runs in a history. A check
 * that could not run has no numbers; it only counts in `run_checks` with its verdict.
 *
 * @throws what kept the collector from taking them
 */
export async function exportRun(report: Report, options: ExportRunOptions): Promise<void> {
  const book = new MetricBook(RUN_METRICS, options.clock ?? systemClock);
  const made = report.checks.filter(({ verdict }) => verdict !== 'error');
  recordScenarios(
    book,
    made.map((check) => scenarioReading(summarizeCheck(check), check.startedAt)),
  );
  for (const { verdict } of report.checks) book.add('leakwright_run_checks', { verdict });
  let failure: Error | undefined;
  const { endpoint, attributes } = options;
  const otlp = (loadBundle('openTelemetry') as typeof OpenTelemetry).startOtlp(book, {
    endpoint,
    ...defined({ attributes }),
    intervalMs: NEVER_MS,
    onChange: (reason) => {
      failure = reason;
    },
  });
  await otlp.stop();
  if (failure) throw failure;
}
