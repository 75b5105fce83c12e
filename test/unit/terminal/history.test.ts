import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { openHistory } from '../../../src/history/index.ts';
import type { CheckResult } from '../../../src/leaks/index.ts';
import { type Report, createReport } from '../../../src/reports/index.ts';
import { parseShard, takeShard } from '../../../src/terminal/checkOptions.ts';
import { runProgram } from '../../../src/terminal/index.ts';
import { type TerminalIo } from '../../../src/terminal/io.ts';
import { panelFinding, sampleResult } from '../reports/sampleResult.ts';

const clean = sampleResult({ verdict: 'clean', severity: 'none', findings: [], growth: {} });

describe('the history and shards on the command line', () => {
  let folder: string;
  let place: string;
  let day = 0;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lw-history-'));
    place = join(folder, 'history.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function reportOf(...checks: CheckResult[]): Report {
    day += 1;
    return createReport(checks, {
      startedAt: new Date(Date.UTC(2026, 10, 1, day)).toISOString(),
      durationMs: 1000,
    });
  }

  async function record(...reports: Report[]): Promise<string[]> {
    const history = await openHistory(place);
    const ids: string[] = [];
    for (const report of reports) ids.push((await history.record(report, { branch: 'main' })).id);
    await history.close();
    return ids;
  }

  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    let out = '';
    let err = '';
    const io: TerminalIo = {
      out: (text) => (out += text),
      err: (text) => (err += text),
      isTty: false,
      colour: false,
      confirm: async () => false,
    };
    const code = await runProgram(args, io, new AbortController().signal);
    return { code, out, err };
  }

  it('lists runs, and shows one whole with what is worse than before', async () => {
    const [first, second] = await record(reportOf(clean), reportOf(sampleResult()));
    const list = await run('history', '--history', place);
    assert.equal(list.code, 0, list.err);
    assert.ok(list.out.indexOf(second!) < list.out.indexOf(first!), 'newest first');
    assert.match(list.out, /1 leak .*main/);
    const show = await run('history', 'show', '--history', place);
    assert.match(show.out, /src\/shop\.ts:9:17.*DetailsPanel/);
    assert.match(show.out, /new leak: DetailsPanel/);
    const json = await run('history', 'show', first!, '--history', place, '--json');
    assert.equal((JSON.parse(json.out) as { report: Report }).report.checks[0]?.verdict, 'clean');
  });

  it('fails for a regression against what was accepted, and not for a leak that was', async () => {
    const [, leaky] = await record(reportOf(clean), reportOf(sampleResult()));
    assert.equal((await run('history', '--history', place, '--fail-on-regression')).code, 1);
    assert.equal((await run('history', 'accept', leaky!, '--history', place)).code, 0);
    await record(reportOf(sampleResult()));
    assert.equal((await run('history', '--history', place, '--fail-on-regression')).code, 0);
    await record(reportOf(sampleResult({ findings: [{ ...panelFinding, fingerprint: 'other', name: 'Chart' }] })));
    const worse = await run('history', '--history', place, '--fail-on-regression');
    assert.equal(worse.code, 1);
    assert.match(worse.err, /new leak: Chart/);
  });

  it('draws the trend of the one scenario there is, and asks which where there are more', async () => {
    const grown = (bytes: number) =>
      sampleResult({
        findings: [{ ...panelFinding, bytesPerIteration: bytes }],
        growth: { jsHeapUsedBytesPerIteration: bytes },
      });
    await record(...[1024, 2048, 3072, 4096].map((bytes) => reportOf(grown(bytes))));
    const { out } = await run('history', 'trend', '--history', place);
    assert.match(out, /verdicts +LLLL/);
    assert.match(out, /leaked bytes an iteration +▃▅▆█ {2}1\.0 KB → 4\.0 KB, \+1\.0 KB a run/);
    await record(reportOf({ ...clean, name: 'other', file: 'other.leak.ts' }));
    assert.match((await run('history', 'trend', '--history', place)).out, /Which scenario\?[^]*other\.leak\.ts/);
  });

  it('says what it can do, and which run it does not know', async () => {
    assert.match((await run('history', 'frobnicate', '--history', place)).err, /list, show, trend/);
    const unknown = await run('history', 'show', 'nope', '--history', place);
    assert.equal(unknown.code, 3);
    assert.match(unknown.err, /no run 'nope'/);
  });

  it('accepts no run whose checks could not be made', async () => {
    await record(reportOf(sampleResult({ verdict: 'error', findings: [] })));
    const accepted = await run('history', 'accept', '--history', place);
    assert.equal(accepted.code, 3);
    assert.match(accepted.err, /nothing to accept/);
  });

  it('gives each scenario to exactly one shard', () => {
    const all = Array.from({ length: 11 }, (_, index) => index);
    const shards = ['1/3', '2/3', '3/3'].map((shard) => takeShard(all, parseShard(shard)));
    assert.deepEqual(
      shards.flat().sort((a, b) => a - b),
      all,
    );
    assert.deepEqual(
      shards.map(({ length }) => length),
      [4, 4, 3],
    );
    for (const wrong of ['0/3', '4/3', '1', '1/0', 'a/b']) assert.throws(() => parseShard(wrong), /not a shard/);
    assert.deepEqual(takeShard(all, parseShard(undefined)), all);
  });

  it('merges what shards reported into the report of the whole run', async () => {
    const shards = join(folder, 'shards');
    mkdirSync(join(shards, 'two'), { recursive: true });
    writeFileSync(join(shards, '1.json'), JSON.stringify(reportOf({ ...clean, file: 'b.leak.ts' })));
    writeFileSync(join(shards, 'two', '2.json'), JSON.stringify(reportOf(sampleResult({ file: 'a.leak.ts' }))));
    const merged = await run(
      'merge-reports',
      shards,
      '--reporter',
      `json=${join(folder, 'all.json')}`,
      '--history',
      place,
    );
    assert.equal(merged.code, 1, merged.err);
    const report = JSON.parse(readFileSync(join(folder, 'all.json'), 'utf8')) as Report;
    assert.deepEqual(
      report.checks.map(({ file }) => file),
      ['a.leak.ts', 'b.leak.ts'],
    );
    assert.equal(report.durationMs, 3_600_000 + 1000, 'from the first start to the last end');
    assert.match((await run('history', '--history', place)).out, /1 leak, 1 clean/);
    const none = await run('merge-reports', join(folder, 'nothing'));
    assert.equal(none.code, 3);
    writeFileSync(join(shards, 'bad.json'), '{}');
    assert.match((await run('merge-reports', shards)).err, /bad\.json.*not a Leakwright report/);
  });

  // A shard that never ran would make a red build green.
  it('says that a shard did not report, and that the run could not be done', async () => {
    const blobs = join(folder, 'blob-report');
    mkdirSync(blobs);
    const write = (name: string, index: number, total: number, parts: Parameters<typeof reportOf>[0]) =>
      writeFileSync(join(blobs, name), JSON.stringify({ ...reportOf(parts), shard: { index, total } }));
    write('report-1.json', 1, 3, { ...clean, file: 'a.leak.ts' });
    write('report-3.json', 3, 3, { ...clean, file: 'c.leak.ts' });
    const incomplete = await run('merge-reports', blobs);
    assert.equal(incomplete.code, 3);
    assert.match(incomplete.err, /Shard 2 did not report/);
    assert.match(incomplete.out, /2 clean/, 'what is there is shown');

    write('report-2.json', 2, 3, { ...clean, file: 'b.leak.ts' });
    const complete = await run('merge-reports', blobs);
    assert.deepEqual([complete.code, complete.err], [0, '']);
    assert.match(complete.out, /3 clean/);

    writeFileSync(
      join(blobs, 'report-2-again.json'),
      JSON.stringify({
        ...reportOf({ ...clean, file: 'b.leak.ts' }),
        startedAt: '2030-01-01T00:00:00.000Z',
        shard: { index: 2, total: 3 },
      }),
    );
    const again = await run('merge-reports', blobs);
    assert.match(again.err, /report-2\.json' is left out: its shard ran again/);
    assert.match(again.out, /3 clean/, 'each check once');

    write('report-of-another-run.json', 1, 2, clean);
    const mixed = await run('merge-reports', blobs);
    assert.equal(mixed.code, 3);
    assert.match(mixed.err, /not of one run.* of 3 shards.* of 2/s);
  });

  it('fails a merged run for regressions only, as an undivided one', async () => {
    const shards = join(folder, 'known');
    mkdirSync(shards);
    const leaky = reportOf(sampleResult({ file: 'a.leak.ts' }));
    writeFileSync(join(shards, '1.json'), JSON.stringify(leaky));
    const measured = ['--history', join(folder, 'known.sqlite')];
    const first = await run('merge-reports', shards, ...measured, '--fail-on-regression');
    assert.equal(first.code, 1, 'new');
    const second = await run('merge-reports', shards, ...measured, '--fail-on-regression');
    assert.equal(second.code, 0, second.out);
    assert.match(second.out, /known from the history/);
  });
});
