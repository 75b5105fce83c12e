import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseOf } from '../../../src/editor/leakChecks/compareBase.ts';
import { type LeakNode, groupsOf, isOpen, leakRow, relativeTime } from '../../../src/editor/leakChecks/leakRows.ts';
import { isInside, liesWithin, packageFolder } from '../../../src/support/index.ts';
import { reportView } from '../../../src/editor/report/reportView.ts';
import { type History, openHistory } from '../../../src/history/index.ts';
import type { CheckResult, Finding } from '../../../src/leaks/index.ts';
import { createReport } from '../../../src/reports/index.ts';
import { panelFinding, sampleResult } from '../reports/sampleResult.ts';

const reportOf = (check: CheckResult) => createReport([check], { startedAt: check.startedAt, durationMs: 1000 });
const day = (n: number, parts: Partial<CheckResult> = {}) =>
  reportOf(sampleResult({ startedAt: `2026-11-0${n}T10:00:00.000Z`, ...parts }));
const clean: Partial<CheckResult> = { verdict: 'clean', severity: 'none', findings: [] };

describe('The Leak Checks view', () => {
  let history: History;
  beforeEach(async () => (history = await openHistory('memory:')));
  afterEach(() => history.close());

  const rows = async () => {
    const [leaks, { runs }] = [await history.findings(), await history.list()];
    const nodes: LeakNode[] = [
      ...groupsOf(leaks, runs),
      ...leaks.map((leak) => ({ kind: 'leak', leak }) as const),
      ...runs.map((run) => ({ kind: 'run', run }) as const),
    ];
    return { leaks, rows: nodes.map((node) => leakRow(node, 'en')) };
  };

  // One leak seen five times is one leak, and since when is the question.
  it('shows a leak once, with when it was seen first and last', async () => {
    for (const n of [1, 2, 3]) await history.record(day(n));
    const { leaks, rows: shown } = await rows();
    assert.deepEqual(
      shown.slice(0, 2).map(({ label, description }) => `${label} ${description}`),
      ['Leaks 1', 'Past checks 3'],
    );
    assert.equal(leaks.length, 1);
    const row = shown[2]!;
    // The file first: a narrow side bar cuts the rest.
    assert.equal(row.label, 'shop.ts:9');
    assert.equal(row.description, 'DetailsPanel · in closedPanels');
    assert.match(row.tooltip.join('\n'), /first seen Nov 1, 2026.*last seen Nov 3, 2026/);
    assert.match(row.spoken, /^shop\.ts:9, minor, DetailsPanel · in closedPanels/);
  });

  // A failed run as the base made each old leak look new.
  it('compares with the newest earlier run of the same check that had an answer', async () => {
    const answered = await history.record(day(1));
    await history.record(day(2, { ...clean, name: 'another check' }));
    await history.record(day(3, { ...clean, verdict: 'inconclusive' }));
    await history.record(day(4, { ...clean, verdict: 'error', error: { code: 'timeout', message: 'late' } }));
    const newest = await history.record(day(5));
    const { runs } = await history.list();
    assert.equal(baseOf(newest, runs)?.id, answered.id);
    assert.equal(baseOf(answered, runs), undefined);
  });

  it('says of a check how long ago it was, and of an old one its date', () => {
    const now = Date.parse('2026-11-20T12:00:00Z');
    const ago = (minutes: number) => relativeTime(new Date(now - minutes * 60_000).toISOString(), now, 'en');
    assert.deepEqual([0, 5, 120, 24 * 60, 3 * 24 * 60, 30 * 24 * 60].map(ago), [
      'just now',
      '5 min. ago',
      '2 hr. ago',
      'yesterday',
      '3 days ago',
      'Oct 21, 2026',
    ]);
  });

  it('moves a leak away once its check is clean, and back when it returns', async () => {
    await history.record(day(1));
    await history.record(day(2, clean));
    const gone = await rows();
    assert.equal(isOpen(gone.leaks[0]!), false);
    assert.deepEqual(
      gone.rows.slice(0, 2).map(({ label }) => label),
      ['No longer seen', 'Past checks'],
    );
    await history.record(day(3));
    assert.equal(isOpen((await history.findings())[0]!), true);
  });

  it('counts no leak that a rule ignores', async () => {
    await history.record(day(1, { verdict: 'clean', findings: [{ ...panelFinding, ignored: 'known' }] }));
    const { leaks, rows: shown } = await rows();
    assert.equal(isOpen(leaks[0]!), false);
    assert.match(shown.find(({ id }) => id.startsWith('run'))!.description, /^clean · /);
    assert.match(shown.find(({ id }) => id.startsWith('leak'))!.spoken, /ignored/);
  });

  it('says what became of each check', async () => {
    const error = { code: 'leaks.pageUnreachable', message: 'Nothing answers at http://localhost:1.' };
    await history.record(day(1, { ...clean, verdict: 'error', error }));
    const { rows: shown } = await rows();
    const row = shown.at(-1)!;
    assert.match(row.description, /^failed · Nov 1, 2026/);
    assert.ok(row.tooltip.includes(error.message));
    assert.equal(row.context, 'run');
  });

  it('strips control characters from what pages are called', () => {
    const finding = { ...panelFinding, name: 'Panel\u001b[31m\nmore' };
    const run = {
      checks: [],
      id: 'r',
      startedAt: '',
      durationMs: 0,
      exitCode: 0,
      toolVersion: '',
      labels: {},
    } as const;
    assert.equal(leakRow({ kind: 'runFinding', run, finding }, 'en').label, 'Panel [31m more');
  });
});

describe("What a report's page is given", () => {
  // The page asks by number; a path from it would be a way to open any file.
  it('has a number for each place, and a link only where it can be opened', () => {
    const outside = { ...panelFinding.allocatedAt!, file: 'https://cdn.test/lib.js' };
    const report = day(1, { findings: [{ ...panelFinding, allocatedAt: outside }] });
    const { view, sources } = reportView(report, { language: 'en', canOpen: ({ file }) => !file.includes(':') });
    const [made, kept] = view.checks[0]!.findings[0]!.places;
    assert.equal(made!.source.canOpen, false);
    assert.equal(kept!.source.canOpen, true);
    assert.equal(sources[kept!.source.id]!.file, 'src/shop.ts');
  });

  // Who reads a report in another window must not have to look up each line.
  it('has the code at each place, once, and what a bundle has there', () => {
    const folder = join(packageFolder(), 'test', 'demo', 'shop');
    const placesOf = (finding: Finding) =>
      reportView(day(1, { findings: [finding] }), { language: 'en', canOpen: () => true, folder }).view.checks[0]!
        .findings[0]!.places;
    const [made, kept] = placesOf(panelFinding);
    assert.match(made!.code.find(({ isPlace }) => isPlace)!.text, /const panel = new DetailsPanel/);
    assert.match(kept!.code.find(({ isPlace }) => isPlace)!.text, /closedPanels\.push\(panel\)/);
    assert.equal(made!.value, 'in openDetails');
    const same = placesOf({ ...panelFinding, keptAt: panelFinding.allocatedAt! });
    assert.deepEqual(
      same.map(({ code }) => code.length > 0),
      [true, false],
    );
    const bundle = { ...panelFinding.allocatedAt!, file: 'http://cdn.test/app.js', excerpt: 'k.push(new P(a))' };
    assert.deepEqual(placesOf({ ...panelFinding, allocatedAt: bundle })[0]!.code, [
      { text: 'k.push(new P(a))', isPlace: true },
    ]);
  });

  it('tells what is new, what stays and what is gone against another run', () => {
    const base = day(1, { findings: [panelFinding, { ...panelFinding, fingerprint: 'old' }] });
    const report = day(2, {
      findings: [
        { ...panelFinding, bytesPerIteration: 4096 },
        { ...panelFinding, fingerprint: 'new' },
      ],
    });
    const { view } = reportView(report, { language: 'en', canOpen: () => true, base });
    assert.deepEqual(
      view.checks[0]!.findings.map(({ fingerprint, change }) => `${fingerprint}: ${change!.text}`),
      ['f1: still there, 2.0 KB more an iteration', 'new: new', 'old: gone'],
    );
  });

  it('marks the step of the path that is the collection that grows', () => {
    const retainedBy = ['module scope', 'bus: Bus', 'subscribers: Map', 'price: Array', '[3]: Listener'];
    const report = day(1, { findings: [{ ...panelFinding, holder: 'bus.subscribers.price', retainedBy }] });
    const { view } = reportView(report, { language: 'en', canOpen: () => true });
    assert.deepEqual(
      view.checks[0]!.findings[0]!.path.filter(({ isHolder }) => isHolder).map(({ label }) => label),
      ['price: Array'],
    );
  });
});

describe('What a report may open', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lw-inside-'));
    mkdirSync(join(folder, 'shop', 'src'), { recursive: true });
    writeFileSync(join(folder, 'shop', 'src', 'a.ts'), '');
    writeFileSync(join(folder, 'secret'), '');
    symlinkSync(join(folder, 'secret'), join(folder, 'shop', 'src', 'link.ts'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('lies in the folder, whatever its name makes believe', async () => {
    const shop = join(folder, 'shop');
    assert.equal(await liesWithin(join(shop, 'src', 'a.ts'), shop), true);
    assert.equal(await liesWithin(join(shop, 'src', 'link.ts'), shop), false);
    assert.equal(await liesWithin(join(shop, 'missing.ts'), shop), false);
    assert.equal(isInside(join(shop, '..', 'secret'), shop), false);
    assert.equal(isInside(join(folder, 'shop-two', 'a.ts'), shop), false);
    assert.equal(isInside('/etc/passwd', shop), false);
  });
});
