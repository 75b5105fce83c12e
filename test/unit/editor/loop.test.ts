import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { briefly, endOf } from '../../../src/editor/checks/endSentence.ts';
import { KeptFindings } from '../../../src/editor/checks/keptFindings.ts';
import { RecentChecks } from '../../../src/editor/checks/recentChecks.ts';
import {
  type RunningCheck,
  advance,
  checkedName,
  progressText,
  runningText,
} from '../../../src/editor/checks/runningCheck.ts';
import type { LeakEvent } from '../../../src/leaks/index.ts';
import { silentLog } from '../../../src/support/index.ts';
import { panelFinding, sampleResult } from '../reports/sampleResult.ts';

const clean = { verdict: 'clean', severity: 'none', findings: [] } as const;

// Whoever waits for a check reads one sentence at its end, and nothing else.
describe('How a check ended, in one sentence', () => {
  it('is the leak with its line first', () => {
    const listener = {
      ...panelFinding,
      name: 'resize listener',
      allocatedAt: { ...panelFinding.allocatedAt!, file: 'src/orders/OrderDialog.tsx', line: 14 },
    };
    const end = endOf([sampleResult({ findings: [listener] })], []);
    assert.equal(end?.sentence, '1 leak: OrderDialog.tsx:14, resize listener');
    assert.equal(end.finding, listener);
    const { allocatedAt: _, keptAt: __, ...placeless } = panelFinding;
    assert.equal(briefly(placeless), 'DetailsPanel in closedPanels');
    assert.equal(
      endOf([sampleResult({ findings: [{ ...listener, ignored: 'known' }, listener, panelFinding] })], [])?.sentence,
      '2 leaks, the first: OrderDialog.tsx:14, resize listener',
    );
  });

  it('is what is gone, that nothing survives, why it cannot be said, or what failed', () => {
    const said = (parts: Parameters<typeof sampleResult>[0], gone = [] as (typeof panelFinding)[]) =>
      endOf([sampleResult(parts)], gone)?.sentence;
    assert.equal(said(clean, [panelFinding]), 'Gone: shop.ts:9, DetailsPanel');
    assert.equal(said(clean), 'Clean: nothing survives 7 iterations');
    const undecided = (rule: string, reason = 'r') =>
      said({ ...clean, verdict: 'inconclusive', because: { rule, reason, numbers: {} }, warnings: ['An error.'] });
    assert.equal(undecided('iterations did nothing'), 'Cannot say: the iterations did nothing on the page');
    assert.equal(undecided('unexplained growth'), 'Cannot say: something grows, and its cause is unknown');
    assert.equal(undecided('a rule of a later version', 'the page left'), 'Cannot say: the page left');
    const error = { code: 'leaks.pageFailed', message: 'The page does not answer.', hint: 'Start it.' };
    assert.equal(
      said({ ...clean, verdict: 'error', error }),
      'The check could not be done: The page does not answer. Start it.',
    );
    // Whoever pressed Stop knows it.
    assert.equal(said({ ...clean, verdict: 'error', error: { code: 'aborted', message: 'stopped' } }), undefined);
    // A check that failed says nothing of what is gone.
    assert.ok(!said({ ...clean, verdict: 'error', error }, [panelFinding])!.startsWith('Gone'));
  });
});

describe('A check that goes on', () => {
  it('is shown with its phase, its iterations and its time', () => {
    const began: RunningCheck = { id: 1, name: 'Check it', startedAt: 1000, stop: () => {} };
    const texts: string[] = [];
    let check = began;
    const events: readonly LeakEvent[] = [
      { type: 'checkStarted', name: 'http://localhost:5173/shop', url: '', warmup: 3, iterations: 7 },
      { type: 'phaseStarted', phase: 'load' },
      { type: 'phaseStarted', phase: 'count', iterations: 7 },
      { type: 'iteration', phase: 'count', iteration: 3, of: 7 },
      { type: 'warning', message: 'slow' },
    ];
    for (const event of events) {
      check = advance(check, event);
      texts.push(runningText(check, 13_900));
    }
    assert.deepEqual(texts, [
      'starting · 12 s',
      'loading the page · 12 s',
      'counting 0 of 7 · 12 s',
      'counting 3 of 7 · 12 s',
      'counting 3 of 7 · 12 s',
    ]);
    assert.equal(checkedName(check.name), 'localhost:5173/shop');
    assert.equal(progressText(began), 'starting');
    // Nothing that is shown has changed: no row is drawn anew.
    assert.equal(advance(check, events.at(-1)!), check);
  });
});

describe('What is kept for the next window', () => {
  let storage: string;
  beforeEach(() => (storage = mkdtempSync(join(tmpdir(), 'lw-kept-'))));
  afterEach(() => rmSync(storage, { recursive: true }));

  it('are the Problems, without those of a scenario that is gone meanwhile', async () => {
    const page = sampleResult();
    const scenario = sampleResult({ name: 'a.leak.ts', file: 'a.leak.ts' });
    writeFileSync(join(storage, 'a.leak.ts'), '');
    const shown = [page, scenario].map((result) => ({ result, folder: storage }));
    const kept = new KeptFindings({ storage, log: silentLog, results: () => shown });
    assert.deepEqual(await kept.read(), [], 'there was none yet');
    kept.note();
    await kept.flush();
    const read = async () =>
      (await new KeptFindings({ storage, log: silentLog, results: () => [] }).read()).map(({ result }) => result.name);
    assert.deepEqual(await read(), [page.name, scenario.name]);
    rmSync(join(storage, 'a.leak.ts'));
    assert.deepEqual(await read(), [page.name]);
    writeFileSync(join(storage, 'problems.json'), '{"schema":1,');
    assert.deepEqual(await read(), [], 'a file that cannot be read is no reason to fail');
  });

  it('is how a page was checked, each page and steps once, the last first', async () => {
    const values = new Map<string, unknown>();
    const memory = {
      get: (key: string) => values.get(key),
      update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
      keys: () => [...values.keys()],
    };
    const recent = new RecentChecks(memory as never);
    const check = (path: string, steps: readonly string[]) => {
      const url = `http://localhost:5173${path}`;
      return sampleResult({ name: url, url, steps });
    };
    await recent.note(check('/', ['.open', '.close']), { url: '${command:pick}', headed: true }, '/w');
    await recent.note(check('/cart', []), { url: 'http://localhost:5173/cart' }, '/w');
    await recent.note(check('/', ['.open', '.close']), { url: '/', headed: true }, '/w');
    await recent.note(sampleResult({ file: 'a.leak.ts' }), { file: 'a.leak.ts' }, '/w');
    assert.deepEqual(
      recent.list.map(({ url, click }) => [url, click]),
      [
        ['http://localhost:5173/', ['.open', '.close']],
        ['http://localhost:5173/cart', []],
      ],
    );
    assert.equal(recent.of(check('/', ['.open', '.close']), '/w')?.properties.headed, true);
    assert.equal(recent.of(check('/', ['.menu']), '/w'), undefined);
  });
});
