import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { exportRun } from '../../../src/monitoring/index.ts';
import { createReport } from '../../../src/reports/index.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlpReceiver.ts';
import { sampleResult } from '../reports/sampleResult.ts';

const report = createReport(
  [
    sampleResult({ file: 'tests/details.leak.ts' }),
    sampleResult({
      name: 'known',
      file: 'tests/known.leak.ts',
      verdict: 'clean',
      severity: 'none',
      findings: sampleResult().findings.map((finding) => ({ ...finding, ignored: 'fixed in 2.0' })),
    }),
    sampleResult({ name: 'list', file: 'tests/list.leak.ts', verdict: 'clean', severity: 'none', findings: [] }),
    sampleResult({ name: 'broken', file: 'tests/broken.leak.ts', verdict: 'error', findings: [] }),
  ],
  { startedAt: '2026-11-21T10:00:00.000Z', durationMs: 5000 },
);

// A team that has a collector sees its CI's leak checks there, beside everything else it watches.
describe('A run that is sent to a collector', () => {
  let receiver: OtlpReceiver;
  const variables = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_RESOURCE_ATTRIBUTES', 'OTEL_SERVICE_NAME'] as const;
  const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));

  beforeEach(async () => {
    receiver = await startOtlpReceiver();
  });
  afterEach(async () => {
    for (const name of variables) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    await receiver.close();
  });

  it('arrives once, as the protocol defines it, with each scenario and each verdict', async () => {
    await exportRun(report, { endpoint: `${receiver.origin}/v1/metrics`, attributes: { 'vcs.ref.head.name': 'main' } });
    assert.equal(receiver.requests.length, 1);
    const { resource, points } = receiver.requests[0]!;
    assert.equal(resource['service.name'], 'leakwright');
    assert.equal(resource['vcs.ref.head.name'], 'main');
    const valueOf = (name: string, label: string) =>
      points.find(
        (point) =>
          point.name === `leakwright_${name}` && Object.values(point.labels).some((text) => text.startsWith(label)),
      )?.value;
    assert.equal(valueOf('scenario_leaks', 'tests/details.leak.ts'), 1);
    assert.equal(valueOf('scenario_leaks', 'tests/list.leak.ts'), 0);
    assert.equal(valueOf('scenario_leaked_bytes_per_iteration', 'tests/details.leak.ts'), 2048);
    assert.equal(valueOf('scenario_leaks', 'tests/known.leak.ts'), 0);
    assert.equal(
      valueOf('scenario_leaked_bytes_per_iteration', 'tests/known.leak.ts'),
      0,
      'what an ignore rule matches is no leak, and leaks no bytes',
    );
    assert.equal(
      valueOf('scenario_last_run_timestamp_seconds', 'tests/list.leak.ts'),
      Date.parse('2026-11-21T10:00:00Z') / 1000,
    );
    assert.equal(valueOf('scenario_duration_seconds', 'tests/details.leak.ts'), 3.21);
    assert.equal(valueOf('scenario_peak_memory_bytes', 'tests/details.leak.ts'), 95 * 1024 * 1024);
    assert.equal(valueOf('scenario_leaks', 'tests/broken.leak.ts'), undefined, 'what was not checked has no numbers');
    assert.deepEqual(
      ['leak', 'clean', 'error'].map((verdict) => valueOf('run_checks', verdict)),
      [1, 2, 1],
    );
  });

  it('goes where the usual variables say, under the name they give', async () => {
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.origin;
    process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'deployment.environment.name=ci,team=shop';
    process.env['OTEL_SERVICE_NAME'] = 'shop-leaks';
    await exportRun(report, { endpoint: undefined });
    assert.equal(receiver.requests.length, 1);
    const { resource } = receiver.requests[0]!;
    assert.deepEqual(
      [resource['service.name'], resource['team'], resource['deployment.environment.name']],
      ['shop-leaks', 'shop', 'ci'],
    );
  });

  it('is told to have failed where the collector refuses it', async () => {
    await assert.rejects(exportRun(report, { endpoint: `${receiver.origin}/elsewhere` }));
    assert.deepEqual(receiver.requests, []);
  });
});
