import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type History, openHistory } from '../../../src/history/index.ts';
import type { CheckResult } from '../../../src/leaks/index.ts';
import { type Report, createReport } from '../../../src/reports/index.ts';
import { panelFinding, sampleResult } from '../reports/sampleResult.ts';

// A team that fixes leaks looks here whether they stay fixed.
describe('history', () => {
  let history: History;
  let day: number;

  beforeEach(async () => {
    day = 0;
    history = await openHistory('memory:');
  });
  afterEach(() => history.close());

  function reportOf(...checks: readonly CheckResult[]): Report {
    day += 1;
    return createReport(checks, {
      startedAt: `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`,
      durationMs: 1000,
    });
  }
  const clean = sampleResult({ verdict: 'clean', severity: 'none', findings: [], growth: {} });
  const leakOf = (bytes: number, fingerprint = 'f1') =>
    sampleResult({
      findings: [{ ...panelFinding, bytesPerIteration: bytes, fingerprint }],
      growth: { jsHeapUsedBytesPerIteration: bytes },
    });

  it('lists runs newest first, in pages, and gives back a whole report', async () => {
    const first = await history.record(reportOf(leakOf(2048)), { branch: 'main', commit: 'abc' });
    const second = await history.record(reportOf(clean));
    const third = await history.record(reportOf(clean));
    const page = await history.list({ limit: 2 });
    assert.deepEqual(
      page.runs.map(({ id }) => id),
      [third.id, second.id],
    );
    const rest = await history.list({ limit: 2, before: page.next! });
    assert.deepEqual([rest.runs.map(({ id }) => id), rest.next], [[first.id], undefined]);
    const read = await history.read(first.id);
    assert.deepEqual(read?.report.checks[0]?.findings[0]?.allocatedAt?.stack.length, 2);
    assert.deepEqual(read?.summary.labels, { branch: 'main', commit: 'abc' });
    assert.equal((await history.read('latest'))?.summary.id, third.id);
    assert.equal(await history.read('no such'), undefined);
  });

  it('forgets a run that is deleted, and only that one', async () => {
    const first = await history.record(reportOf(clean));
    const second = await history.record(reportOf(clean));
    assert.equal(await history.delete(first.id), true);
    assert.equal(await history.delete(first.id), false);
    assert.deepEqual(
      (await history.list()).runs.map(({ id }) => id),
      [second.id],
    );
  });

  it('groups a leak over runs by its fingerprint, and says when it came and went', async () => {
    const first = await history.record(reportOf(leakOf(2048)));
    const second = await history.record(reportOf(leakOf(4096)));
    await history.record(reportOf(clean));
    const [finding] = await history.findings();
    assert.equal(finding?.firstRun, first.id);
    assert.equal(finding.lastRun, second.id);
    assert.equal(finding.latest.bytesPerIteration, 4096);
    assert.deepEqual([finding.runs, finding.present], [2, false]);
    await history.record(reportOf(leakOf(1024)));
    assert.equal((await history.findings())[0]?.present, true);
  });

  // Scenarios are run one by one in the editor, and two that open the same dialog have the same leak.
  it('calls a leak present while the newest run of any scenario has it, whichever had it last', async () => {
    const other = (check: CheckResult): CheckResult => ({ ...check, name: 'another', file: 'other.leak.ts' });
    const isPresent = async () => (await history.findings())[0]!.present;
    await history.record(reportOf(other(leakOf(2048))));
    await history.record(reportOf(leakOf(2048)));
    await history.record(reportOf(clean));
    assert.equal(await isPresent(), true, 'the other scenario still has it');
    await history.record(reportOf(other(clean)));
    assert.equal(await isPresent(), false);
    // One run of both: the one that has it is the older news, the one that has it not is the newest of both.
    await history.record(reportOf(leakOf(2048), other(clean)));
    await history.record(reportOf(clean));
    assert.equal(await isPresent(), false);
  });

  // Nobody can check it again, so it would be called a leak for ever.
  it('calls a leak present no longer when the file of its scenario was deleted, unless another scenario has it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lw-history-'));
    try {
      const isPresent = async () => (await history.findings())[0]!.present;
      for (const name of ['a.leak.ts', 'b.leak.ts']) {
        writeFileSync(join(folder, name), '');
        await history.record(reportOf({ ...leakOf(2048), name, file: name }), {}, folder);
      }
      rmSync(join(folder, 'a.leak.ts'));
      assert.equal(await isPresent(), true);
      rmSync(join(folder, 'b.leak.ts'));
      assert.equal(await isPresent(), false);
      // Who does not say where the files lie, as a CI's report that is kept here, may have them elsewhere.
      await history.record(reportOf({ ...leakOf(2048), name: 'c', file: 'c.leak.ts' }));
      assert.equal(await isPresent(), true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('shows how a scenario grew over its last runs, other scenarios left out', async () => {
    for (const bytes of [1000, 2000, 3000, 4000, 5000]) {
      await history.record(
        reportOf(leakOf(bytes), { ...clean, name: 'another', file: 'other.leak.ts', growth: { nodesPerIteration: 9 } }),
      );
    }
    const { scenario } = (await history.scenarios())[0]!;
    const trend = await history.trend(scenario, { runs: 4 });
    assert.deepEqual(trend.leakedBytesPerIteration.values, [2000, 3000, 4000, 5000]);
    assert.ok(Math.abs(trend.leakedBytesPerIteration.slopePerRun - 1000) < 1e-6);
    assert.ok(trend.leakedBytesPerIteration.correlation > 0.999);
    assert.deepEqual(Object.keys(trend.growth), ['jsHeapUsedBytesPerIteration']);
    assert.equal(trend.points.length, 4);
  });

  it('takes a scenario on a dev server at another port for the same one, and in another browser for another', async () => {
    const at = (port: number, browser = 'Chromium') => ({
      ...clean,
      file: 'shop.leak.ts',
      name: `shop.leak.ts`,
      url: `http://127.0.0.1:${port}/shop`,
      browser: { name: browser, version: '1' },
    });
    await history.record(reportOf(at(4001)));
    await history.record(reportOf(at(4002)));
    await history.record(reportOf(at(4003, 'Firefox')));
    assert.deepEqual(
      (await history.scenarios()).map(({ scenario, runs }) => [scenario, runs]),
      [
        ['shop.leak.ts (firefox)', 1],
        ['shop.leak.ts', 2],
      ],
    );
  });

  // Each was called gone by a clean check that had nothing to do with it, and is a live leak that nobody would see again.
  it('lets only a check of the same page and steps, which could tell, call a leak gone', async () => {
    const url = 'http://localhost:5173/';
    const leaky = { ...leakOf(2048), name: url, url, steps: ['.open', '.close'] };
    const answer = { ...clean, name: url, url, steps: leaky.steps };
    const elsewhere = (address: string) => ({ ...answer, name: address, url: address });
    const others: readonly (readonly [string, CheckResult])[] = [
      ['another app on another port', elsewhere('http://localhost:4200/')],
      ['another host', elsewhere('http://127.0.0.1:5173/')],
      ['another protocol', elsewhere('https://localhost:5173/')],
      ['another page', elsewhere('http://localhost:5173/cart')],
      ['another route behind #', elsewhere('http://localhost:5173/#/cart')],
      ['another query', elsewhere('http://localhost:5173/?tab=2')],
      ['other clicks', { ...answer, steps: ['.menu', '.menu'] }],
      ['the same clicks in another order', { ...answer, steps: ['.close', '.open'] }],
      ['links only', { ...answer, steps: [] }],
      ['a long run', { ...answer, mode: 'duration' }],
      ['a scenario file on the page', { ...answer, name: 'a.leak.ts', file: 'a.leak.ts' }],
      ['a run that failed', { ...answer, verdict: 'error', error: { code: 'timeout', message: 'late' } }],
      ['a run that cannot say', { ...answer, verdict: 'inconclusive' }],
    ];
    await history.record(reportOf(leaky));
    for (const [what, check] of others) {
      await history.record(reportOf(check));
      assert.equal((await history.findings())[0]!.present, true, what);
    }
    await history.record(reportOf(answer));
    assert.equal((await history.findings())[0]!.present, false, 'the same check is clean');
  });

  it('does not measure against a run that could not say what leaks', async () => {
    await history.record(reportOf(leakOf(2048)));
    await history.record(reportOf({ ...clean, verdict: 'inconclusive' }));
    const again = await history.record(reportOf(leakOf(2048)));
    assert.deepEqual(await history.regressions(again.id), []);
  });

  it('calls a leak that was not in the accepted run a regression, and a known one not', async () => {
    const accepted = await history.record(reportOf(leakOf(2048)));
    await history.accept(accepted.id);
    const same = await history.record(reportOf(leakOf(2100)));
    assert.deepEqual(await history.regressions(same.id), []);
    const both = await history.record(
      reportOf(sampleResult({ findings: [panelFinding, { ...panelFinding, fingerprint: 'f2', name: 'Chart' }] })),
    );
    const [regression] = await history.regressions(both.id);
    assert.equal(regression?.kind, 'new-finding');
    assert.match(regression.message, /new leak: Chart.*src\/shop\.ts:9:17/);
    // The accepted run stays the measure, also when the run before had the leak already.
    const again = await history.record(
      reportOf(sampleResult({ findings: [panelFinding, { ...panelFinding, fingerprint: 'f2', name: 'Chart' }] })),
    );
    assert.equal((await history.regressions(again.id)).length, 1);
  });

  it('measures against the run before where nothing was accepted', async () => {
    await history.record(reportOf(clean));
    const worse = await history.record(reportOf(leakOf(2048)));
    assert.equal((await history.regressions(worse.id))[0]?.kind, 'new-finding');
    const asBefore = await history.record(reportOf(leakOf(2048)));
    assert.deepEqual(await history.regressions(asBefore.id), []);
    const grown = await history.record(reportOf(leakOf(20_480)));
    assert.equal((await history.regressions(grown.id))[0]?.kind, 'grown-finding');
  });

  it('says when a check that was clean cannot run any more', async () => {
    await history.record(reportOf(clean));
    const broken = await history.record(
      reportOf({ ...clean, verdict: 'error', error: { code: 'leaks.scenarioFailed', message: 'no #open' } }),
    );
    const [regression] = await history.regressions(broken.id);
    assert.equal(regression?.message, 'error, was clean: no #open');
  });

  it('keeps no more runs than it may', async () => {
    const small = await openHistory('memory:', { limits: { maxRuns: 3 } });
    for (let n = 0; n < 5; n += 1) await small.record(reportOf(clean));
    assert.equal((await small.list()).runs.length, 3);
    await small.clear();
    assert.equal((await small.list()).runs.length, 0);
    await small.close();
  });
});
