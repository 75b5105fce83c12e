import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { METRICS, recordScenarios } from '../../../src/monitoring/metrics/definitions.ts';
import { MAX_LABEL_VALUES, foldIds, MetricBook, SERIES_TTL_MS } from '../../../src/monitoring/metrics/metricBook.ts';
import { renderPrometheus } from '../../../src/monitoring/metrics/openTelemetry.ts';
import type { Clock } from '../../../src/support/index.ts';
import { parsePrometheusText } from '../../support/prometheusText.ts';

describe('metrics', () => {
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };
  const definitions = [
    { name: 'lw_browsers', help: 'Browsers.', kind: 'gauge', labels: ['owner'] },
    {
      name: 'lw_requests_total',
      help: 'Requests with "quotes"\nand lines.',
      kind: 'counter',
      labels: ['route', 'status'],
    },
  ] as const;

  it('keeps at most 100 values a label, and counts the rest as other', () => {
    const book = new MetricBook(definitions, clock);
    for (let n = 0; n < 1000; n += 1)
      book.add('lw_requests_total', { route: `/page-${'abcdefghij'[n % 10]}${n}x`, status: '200' });
    const { series } = book.read()[1]!;
    assert.equal(series.length, MAX_LABEL_VALUES + 1);
    assert.equal(series.find(({ labels }) => labels['route'] === 'other')?.value, 900);
  });

  it('folds ids, so that a thousand users are one page', () => {
    assert.equal(foldIds('/users/4711/orders/12'), '/users/:id/orders/:id');
    assert.equal(foldIds('/a/3f2504e0-4f89-11d3-9a0c-0305e82c3301'), '/a/:id');
    assert.equal(foldIds('/session/a8f5f167f44f4964e6c998dee827110c/x'), '/session/:id/x');
    assert.equal(foldIds('node run.js (pid 4711)'), 'node run.js (pid :id)');
    assert.equal(foldIds('tests/checkout-v2.leak.ts'), 'tests/checkout-v2.leak.ts');
    assert.equal(foldIds('chromium-headless-shell-1200'), 'chromium-headless-shell-1200');
  });

  it('lets go of a series that was not touched for an hour, and of its label values', () => {
    const book = new MetricBook(definitions, clock);
    for (let n = 0; n < MAX_LABEL_VALUES; n += 1)
      book.add('lw_requests_total', { route: `/a${'x'.repeat(n)}`, status: '200' });
    now += SERIES_TTL_MS + 1;
    assert.equal(book.read()[1]!.series.length, 0);
    book.add('lw_requests_total', { route: '/new', status: '200' });
    assert.deepEqual(book.read()[1]!.series[0]!.labels, { route: '/new', status: '200' });
  });

  it('forgets a browser that has gone with the next reading', () => {
    const book = new MetricBook(definitions, clock);
    book.replace('lw_browsers', [
      { labels: { owner: 'a' }, value: 1 },
      { labels: { owner: 'a' }, value: 1 },
    ]);
    assert.deepEqual(book.read()[0]!.series, [{ labels: { owner: 'a' }, value: 2, at: now }]);
    book.replace('lw_browsers', []);
    assert.deepEqual(book.read()[0]!.series, []);
  });

  // Two pages of one kind had been checked last in the year 2082.
  it('tells of scenarios that share a label the newest time, and that one leaks', () => {
    const book = new MetricBook(METRICS, clock);
    const at = (scenario: string, lastRunAt: number, leaks: boolean, leakedBytesPerIteration: number) => ({
      scenario,
      lastRunAt,
      leaks,
      leakedBytesPerIteration,
      durationMs: 1,
      peakMb: 1,
    });
    recordScenarios(book, [
      at('/users/4711', 2_000_000, true, 100),
      at('/users/4712', 1_000_000, true, 20),
      at('/cart', 500_000, false, 0),
    ]);
    const valuesOf = (name: string) =>
      book
        .read()
        .find(({ definition }) => definition.name === `leakwright_scenario_${name}`)!
        .series.map(({ labels, value }) => [labels['scenario'], value]);
    const shown = (users: number, cart: number) => [
      ['/users/:id', users],
      ['/cart', cart],
    ];
    assert.deepEqual(valuesOf('last_run_timestamp_seconds'), shown(2000, 500));
    assert.deepEqual(valuesOf('leaks'), shown(1, 0));
    assert.deepEqual(valuesOf('leaked_bytes_per_iteration'), shown(120, 0));
  });

  it('is read by a strict parser, whatever the labels hold', async () => {
    const book = new MetricBook(definitions, clock);
    const owner = 'node "x" \\ y\nz {a="b"} 🙂';
    book.replace('lw_browsers', [{ labels: { owner }, value: 1.5 }]);
    book.add('lw_requests_total', { route: '/metrics', status: '200' }, 3);
    assert.deepEqual(parsePrometheusText(await renderPrometheus(book)), [
      { name: 'lw_browsers', labels: { owner }, value: 1.5 },
      { name: 'lw_requests_total', labels: { route: '/metrics', status: '200' }, value: 3 },
    ]);
  });
});
