import type { MachineReading } from '../../machine/index.ts';
import type { ScenarioReading } from '../scenarioReading.ts';
import type { MetricBook, MetricDefinition } from './metricBook.ts';

const gauge = (name: string, help: string, labels: readonly string[] = []): MetricDefinition => ({
  name: `leakwright_${name}`,
  help,
  kind: 'gauge',
  labels,
});
/** For values that have no sum, such as a time or a yes/no: the largest one counts. */
const highest = (name: string, help: string, labels: readonly string[]): MetricDefinition => ({
  ...gauge(name, help, labels),
  together: 'highest',
});
const counter = (name: string, help: string, labels: readonly string[] = []): MetricDefinition => ({
  name: `leakwright_${name}_total`,
  help,
  kind: 'counter',
  labels,
});

const TREE = ['product', 'automated_by', 'status', 'owner'] as const;

const SCENARIO_METRICS: readonly MetricDefinition[] = [
  highest('scenario_leaks', '1 when the newest run of a scenario found a leak.', ['scenario']),
  gauge('scenario_leaked_bytes_per_iteration', 'What its findings keep of each iteration.', ['scenario']),
  highest('scenario_last_run_timestamp_seconds', 'When a scenario was last checked.', ['scenario']),
  highest('scenario_duration_seconds', 'How long its newest check took.', ['scenario']),
  highest('scenario_peak_memory_bytes', 'The most memory that its browser took.', ['scenario']),
];

/** What one run of checks exports of itself. */
export const RUN_METRICS: readonly MetricDefinition[] = [
  ...SCENARIO_METRICS,
  gauge('run_checks', 'Checks of the run.', ['verdict']),
];

export const METRICS: readonly MetricDefinition[] = [
  gauge('browsers', 'Browser trees that run.', TREE),
  gauge('browser_processes', 'Processes of browser trees.', TREE),
  gauge('browser_memory_bytes', 'What browser trees cost: proportional set size.', TREE),
  gauge('browser_private_bytes', 'Memory that ending the browser trees would free for certain.', TREE),
  gauge('browser_cpu_ratio', 'Processor cores in use by browser trees.', TREE),
  gauge('browser_growth_bytes_per_second', 'How fast the anonymous memory of browser trees grows.', TREE),
  gauge('leftovers', 'Folders that outlived their browser and may be removed.'),
  gauge('leftover_bytes', 'What those folders take on disk.'),
  gauge('machine_memory_bytes', 'Memory of the machine or container.', ['kind']),
  gauge('alerts_active', 'Alerts that hold now.', ['kind', 'level']),
  gauge('alert_sink_queued', 'Alerts that wait for a sink.', ['sink']),
  gauge('alert_sink_open', '1 while the circuit of a sink is open.', ['sink']),
  gauge('sample_duration_seconds', 'How long reading the processes took last.'),
  ...SCENARIO_METRICS,
  counter('samples', 'Samples taken.'),
  counter('alerts', 'Alerts raised and sent.', ['kind', 'level']),
  counter('alerts_suppressed', 'Alerts not sent because of the limit a minute.'),
  counter('cleanups', 'Clean-ups that were requested.', ['outcome']),
  counter('http_requests', 'Requests answered.', ['method', 'route', 'status']),
];

/** Puts a reading into the book; series that the reading does not have are removed. */
export function recordReading(book: MetricBook, reading: MachineReading): void {
  const labelled = reading.trees.map((tree) => ({
    tree,
    labels: {
      product: tree.product,
      automated_by: tree.automatedBy ?? 'none',
      status: tree.status,
      owner: tree.owner ?? 'unknown',
    },
  }));
  const perTree = (name: string, value: (tree: MachineReading['trees'][number]) => number) =>
    book.replace(
      `leakwright_${name}`,
      labelled.map(({ labels, tree }) => ({ labels, value: value(tree) })),
    );
  perTree('browsers', () => 1);
  perTree('browser_processes', ({ processes }) => processes);
  perTree('browser_memory_bytes', ({ pssBytes }) => pssBytes);
  perTree('browser_private_bytes', ({ ussBytes }) => ussBytes);
  perTree('browser_cpu_ratio', ({ cpuPercent }) => (cpuPercent ?? 0) / 100);
  perTree('browser_growth_bytes_per_second', ({ growth }) => growth?.bytesPerSecond ?? 0);
  const single = (name: string, value: number) => book.replace(`leakwright_${name}`, [{ labels: {}, value }]);
  single('leftovers', reading.leftovers.length);
  single(
    'leftover_bytes',
    reading.leftovers.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  single('sample_duration_seconds', reading.sampleMs / 1000);
  book.replace('leakwright_machine_memory_bytes', [
    { labels: { kind: 'total' }, value: reading.machine.totalBytes },
    { labels: { kind: 'used' }, value: reading.machine.usedBytes },
  ]);
  book.add('leakwright_samples_total', {});
}

export function recordScenarios(book: MetricBook, scenarios: readonly ScenarioReading[]): void {
  const each = (name: string, value: (scenario: ScenarioReading) => number) =>
    book.replace(
      `leakwright_scenario_${name}`,
      scenarios.map((scenario) => ({ labels: { scenario: scenario.scenario }, value: value(scenario) })),
    );
  each('leaks', ({ leaks }) => (leaks ? 1 : 0));
  each('leaked_bytes_per_iteration', ({ leakedBytesPerIteration }) => leakedBytesPerIteration);
  each('last_run_timestamp_seconds', ({ lastRunAt }) => lastRunAt / 1000);
  each('duration_seconds', ({ durationMs }) => durationMs / 1000);
  each('peak_memory_bytes', ({ peakMb }) => peakMb * 1024 * 1024);
}
