import type { History } from '../history/index.ts';
import {
  type AlertThresholds,
  LeftoverWatch,
  type MachineReading,
  MachineWatch,
  alertDefaults,
  alertsOf,
  readMachine,
} from '../machine/index.ts';
import { type OwnedTree, cleanUp, describePlan, planCleanUp, surveyLeftovers, toReport } from '../orphans/index.ts';
import { defined, type Clock, type Log, describeError, systemClock, loadBundle } from '../support/index.ts';
import { AlertBook } from './alerts/alertBook.ts';
import { Delivery, type AlertSink, MAX_QUEUED } from './alerts/delivery.ts';
import { METRICS, recordReading, recordScenarios } from './metrics/definitions.ts';
import { MetricBook } from './metrics/metricBook.ts';
import type * as OpenTelemetry from './metrics/openTelemetry.ts';
import type { OtlpExport } from './metrics/openTelemetry.ts';
import { type ScenarioReading, scenarioReading } from './scenarioReading.ts';
import { type MonitorAnswers, type MonitorServer, startMonitorServer } from './server/monitorServer.ts';

export interface MonitorOptions {
  /** Of the HTTP endpoint on 127.0.0.1; 0 for a free one. */
  readonly port: number;
  readonly token: string;
  /** Time between samples in ms. Default: 2000. */
  readonly intervalMs?: number;
  readonly browserLimitBytes?: number;
  readonly thresholds?: AlertThresholds;
  readonly sinks?: readonly AlertSink[];
  /** Its newest runs are exported as metrics. The monitor does not close it. */
  readonly history?: History;
  readonly otlp?: { readonly endpoint: string | undefined; readonly headers?: Readonly<Record<string, string>> };
  readonly log: Log;
  readonly clock?: Clock;
  /** Which trees it looks at and may end, and where it looks for leftovers; tests look at their own only. */
  readonly scope?: { readonly filter?: (tree: OwnedTree) => boolean; readonly tempFolder?: string };
}

const OTLP_INTERVAL_MS = 15_000;
const HISTORY_EVERY_MS = 60_000;
/** Scenarios whose newest run is exported. */
const MAX_SCENARIOS = 100;

/** Watches the machine, sends alerts to sinks, and answers HTTP requests: the whole of `leakwright monitor`. */
export class Monitor {
  readonly #options: MonitorOptions;
  readonly #clock: Clock;
  readonly #watch: MachineWatch;
  readonly #leftovers: LeftoverWatch;
  readonly #alerts: AlertBook;
  readonly #book: MetricBook;
  readonly #deliveries: readonly Delivery[];
  readonly #startedAt: number;
  #server: MonitorServer | undefined;
  #otlp: OtlpExport | undefined;
  #reading: MachineReading | undefined;
  #suppressed = 0;
  #historyAt = -Infinity;
  #readingHistory: Promise<void> = Promise.resolve();
  #cleaning: Promise<unknown> | undefined;
  /** Answers are cached until the next sample, so that many requests do not slow the sampler down. */
  #metricsText: Promise<{ type: string; text: string }> | undefined;

  private constructor(options: MonitorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#startedAt = this.#clock.now();
    this.#alerts = new AlertBook(this.#clock);
    this.#book = new MetricBook(METRICS, this.#clock);
    this.#deliveries = (options.sinks ?? []).map((sink) => new Delivery(sink, this.#clock, options.log));
    const { log, scope } = options;
    this.#watch = new MachineWatch({ clock: this.#clock, log, ...defined({ filter: scope?.filter }) });
    this.#leftovers = new LeftoverWatch({
      survey: async () =>
        await surveyLeftovers(defined({ tempFolder: scope?.tempFolder }), await this.#watch.reader.readTable()),
      clock: this.#clock,
      log,
    });
  }

  /** @throws LeakwrightError `monitoring.port` */
  static async start(options: MonitorOptions): Promise<Monitor> {
    const monitor = new Monitor(options);
    const { port, token, log, otlp } = options;
    monitor.#server = await startMonitorServer({ port, token, log }, monitor.#answers());
    try {
      monitor.#watch.onView((view) => {
        monitor.#take(readMachine(view, monitor.#leftovers.leftovers, options.browserLimitBytes));
      });
      monitor.#watch.setInterval('monitor', monitor.#intervalMs);
      monitor.#leftovers.setVisible(true);
      if (otlp) {
        const onChange = (failure: Error | undefined) => {
          if (failure) log.warn(`The collector does not take the metrics: ${describeError(failure)}`);
          else log.info('The collector takes the metrics again.');
        };
        monitor.#otlp = (loadBundle('openTelemetry') as typeof OpenTelemetry).startOtlp(monitor.#book, {
          ...otlp,
          intervalMs: OTLP_INTERVAL_MS,
          onChange,
        });
      }
    } catch (error) {
      // The caller gets no monitor, so it could not stop it.
      await monitor.stop();
      throw error;
    }
    return monitor;
  }

  get #intervalMs(): number {
    return this.#options.intervalMs ?? 2000;
  }

  get port(): number {
    return this.#server!.port;
  }

  /** Takes a sample now and judges it. */
  async refresh(): Promise<MachineReading> {
    await this.#leftovers.refresh();
    await this.#watch.refresh();
    return this.#reading!;
  }

  /** Sends the metrics to the collector now; rejects when it does not take them. */
  async exportNow(): Promise<void> {
    await this.#otlp?.flush();
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#leftovers.dispose();
    await this.#watch.dispose();
    await this.#readingHistory;
    await this.#cleaning?.catch(() => undefined);
    for (const delivery of this.#deliveries) delivery.dispose();
    await this.#otlp?.stop().catch((error: unknown) => {
      this.#options.log.warn(`The last metrics were not taken: ${describeError(error)}`);
    });
  }

  #take(reading: MachineReading): void {
    const structures = [
      ...reading.structures,
      { name: 'time series', entries: this.#book.size, limit: METRICS.length * 100 },
      ...this.#deliveries.map(({ state }) => ({
        name: `alerts for ${state.sink}`,
        entries: state.queued,
        limit: MAX_QUEUED,
      })),
    ];
    this.#reading = { ...reading, structures };
    const thresholds = this.#options.thresholds ?? alertDefaults;
    const events = this.#alerts.update(alertsOf(this.#reading, thresholds, this.#alerts.levels));
    for (const event of events) {
      for (const delivery of this.#deliveries) delivery.push(event);
      const { kind, level } = event.alert;
      if (event.type === 'raised') this.#book.add('leakwright_alerts_total', { kind, level });
    }
    this.#record(this.#reading);
    this.#readHistory();
    this.#metricsText = undefined;
  }

  #record(reading: MachineReading): void {
    const book = this.#book;
    recordReading(book, reading);
    book.replace(
      'leakwright_alerts_active',
      this.#alerts.active.map(({ kind, level }) => ({ labels: { kind, level }, value: 1 })),
    );
    const states = this.#deliveries.map(({ state }) => state);
    const perSink = (name: string, value: (state: (typeof states)[number]) => number) =>
      book.replace(
        `leakwright_alert_sink_${name}`,
        states.map((state) => ({ labels: { sink: state.sink }, value: value(state) })),
      );
    perSink('queued', ({ queued }) => queued);
    perSink('open', ({ open }) => (open ? 1 : 0));
    if (this.#alerts.suppressed > this.#suppressed) {
      book.add('leakwright_alerts_suppressed_total', {}, this.#alerts.suppressed - this.#suppressed);
      this.#suppressed = this.#alerts.suppressed;
    }
  }

  #readHistory(): void {
    const { history, log } = this.#options;
    const now = this.#clock.monotonic();
    if (!history || now - this.#historyAt < HISTORY_EVERY_MS) return;
    this.#historyAt = now;
    this.#readingHistory = readScenarios(history)
      .then((scenarios) => recordScenarios(this.#book, scenarios))
      .catch((error: unknown) => log.warn(`The history could not be read: ${describeError(error)}`));
  }

  #answers(): MonitorAnswers {
    return {
      health: () => ({ status: 'ok', uptimeSeconds: Math.round((this.#clock.now() - this.#startedAt) / 1000) }),
      memory: () => this.#memory(),
      alerts: () => ({
        schema: 1,
        at: new Date(this.#clock.now()).toISOString(),
        thresholds: this.#options.thresholds ?? alertDefaults,
        active: this.#alerts.active,
        recent: this.#alerts.recent.slice(-100),
        suppressed: this.#alerts.suppressed,
        sinks: this.#deliveries.map(({ state }) => state),
      }),
      metrics: () => (this.#metricsText ??= this.#renderMetrics()),
      cleanup: ({ dryRun }) => this.#cleanUp(dryRun),
      answered: (method, route, status) =>
        this.#book.add('leakwright_http_requests_total', { method, route, status: String(status) }),
    };
  }

  async #renderMetrics(): Promise<{ type: string; text: string }> {
    const { renderPrometheus, PROMETHEUS_TYPE } = loadBundle('openTelemetry') as typeof OpenTelemetry;
    return { type: PROMETHEUS_TYPE, text: await renderPrometheus(this.#book) };
  }

  #memory(): unknown {
    const reading = this.#reading;
    if (!reading) return { schema: 1, at: null };
    const sum = (value: (tree: MachineReading['trees'][number]) => number) =>
      reading.trees.reduce((total, tree) => total + value(tree), 0);
    return {
      schema: 1,
      at: new Date(reading.at).toISOString(),
      machine: { ...reading.machine, usedFraction: reading.machine.usedBytes / reading.machine.totalBytes },
      browsers: {
        count: reading.trees.length,
        processes: sum(({ processes }) => processes),
        pssBytes: sum(({ pssBytes }) => pssBytes),
        ussBytes: sum(({ ussBytes }) => ussBytes),
        limitBytes: reading.browserLimitBytes,
        orphans: reading.trees.filter(({ status }) => status === 'orphan').length,
      },
      trees: reading.trees.map(({ growth, ...tree }) => ({ ...tree, growth: growth ?? null })),
      leftovers: {
        count: reading.leftovers.length,
        bytes: reading.leftovers.reduce((total, { bytes }) => total + bytes, 0),
      },
      structures: reading.structures,
      monitor: { ...reading.self, sampleMs: reading.sampleMs, intervalMs: this.#intervalMs },
    };
  }

  /** Orphans and leftovers, as `leakwright clean` does it: each tree is judged again before it is ended. */
  #cleanUp(dryRun: boolean): Promise<unknown> | undefined {
    if (this.#cleaning) return undefined;
    const { reader, observations } = this.#watch;
    const options = { reader, observations, ...this.#options.scope };
    const work = (async () => {
      const plan = await planCleanUp(options);
      const result = dryRun ? describePlan(plan) : await cleanUp(plan, options);
      this.#watch.forget();
      this.#leftovers.look();
      return { dryRun, ...toReport(result) };
    })();
    const count = (outcome: string) =>
      this.#book.add('leakwright_cleanups_total', { outcome: dryRun ? 'dry-run' : outcome });
    this.#cleaning = work
      .then(({ summary }) => count(summary.effectivenessPercentage === 100 ? 'complete' : 'incomplete'))
      .catch(() => count('failed'))
      .finally(() => {
        this.#cleaning = undefined;
      });
    return work;
  }
}

async function readScenarios(history: History): Promise<ScenarioReading[]> {
  const seen = new Map<string, ScenarioReading>();
  const { runs } = await history.list({ limit: 200 });
  for (const run of runs) {
    for (const check of run.checks) {
      if (seen.has(check.scenario) || seen.size >= MAX_SCENARIOS || check.verdict === 'error') continue;
      seen.set(check.scenario, scenarioReading(check, run.startedAt));
    }
  }
  return [...seen.values()];
}
