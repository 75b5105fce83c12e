import assert from 'node:assert/strict';
import { Marks, marksOfCheck } from '../../../src/editor/memoryView/marks.ts';
import type { CheckResult } from '../../../src/leaks/index.ts';
import {
  type Past,
  type Subject,
  describeSubject,
  layoutOf,
  marksOf,
  valuesOf,
} from '../../../src/editor/memoryView/memoryFeed.ts';
import { join } from '../../../src/editor/webviews/chartModel.ts';
import { MIB, shown } from './support/shownTrees.ts';

const tree: Subject = { kind: 'tree', shown: shown({ pid: 100 }) };
const page: Subject = { kind: 'process', shown: tree.shown, sample: tree.shown.sample.processes[1]! };
const marks = new Marks();
marks.add('100@1000', { at: 12, kind: 'navigation', text: 'Navigation to \u202Ehttp://shop.test/', pid: 101 });
marks.add('100@1000', { at: 11, kind: 'gc', text: 'Garbage collection', pid: 999 });
marks.add(undefined, { at: 13, kind: 'check', text: 'Check ended' });

const past: Past = {
  history: () => [
    { at: 10, pssBytes: 100, ussBytes: 60, anonBytes: 1, cpuPercent: 3, processes: 2 },
    { at: 15, pssBytes: 110, ussBytes: 61, anonBytes: 1, cpuPercent: 4, processes: 2 },
  ],
  processHistory: () => [{ at: 10, pssBytes: 50, ussBytes: 40, anonBytes: 1, cpuPercent: 1 }],
  pageHistory: () => [
    { at: 10, jsHeapBytes: 7, nodes: 70, listeners: 1 },
    { at: 12, jsHeapBytes: 8, nodes: 80, listeners: 2 },
  ],
  marks: (key, pid) => marks.of(key, pid),
};

describe('What the Memory view is fed with', () => {
  it('joins what is measured on different beats on one time axis', () => {
    const { x, series } = valuesOf(tree, past);
    assert.deepEqual(x, [10, 12, 15]);
    assert.deepEqual(series['pss'], [100, null, 110]);
    assert.deepEqual(series['private'], [60, null, 61]);
    assert.deepEqual(series['heap'], [7, 8, null]);
    assert.deepEqual(valuesOf(page, past).series['pss'], [50, null]);
  });

  it('has a value for every line of every panel', () => {
    const { series } = valuesOf(tree, past);
    for (const panel of layoutOf('x').panels) for (const { id } of panel.series) assert.ok(series[id], id);
  });

  it('has only what came since', () => {
    const { x, series } = valuesOf(tree, past, 12);
    assert.deepEqual([x, series['pss'], series['heap']], [[15], [110], [null]]);
  });

  it('marks what concerns the page, the browser, or everything, and shows page text as text', () => {
    assert.deepEqual(
      marksOf(tree, past).map(({ x }) => x),
      [11, 12, 13],
    );
    const ofPage = marksOf(page, past);
    assert.deepEqual(
      ofPage.map(({ x }) => x),
      [12, 13],
    );
    assert.doesNotMatch(ofPage[0]!.text, /\u202E/);
    assert.equal(new Set(marksOf(tree, past).map(({ sign }) => sign)).size, 3, 'kinds differ in their sign');
  });

  it('marks where a check began and ended, with its verdict', () => {
    const result = { name: 'Cart', startedAt: '2026-11-21T10:00:00.000Z', durationMs: 4000, verdict: 'leak' };
    const [began, ended] = marksOfCheck(result as CheckResult);
    assert.equal(ended!.at - began!.at, 4000);
    assert.match(ended!.text, /Cart.*leak/);
  });

  it('says in a sentence how much and whether it grows', () => {
    const steady = describeSubject(tree, 'Checkout', 'Chromium 156');
    assert.equal(steady.summary, '100 MB, of which 100 MB private');
    const { sample } = tree.shown;
    const trend = { slopePerSecond: MIB / 2, correlation: 0.97, samples: 60, overMs: 120_000 };
    const growing = describeSubject(
      { kind: 'tree', shown: { ...tree.shown, sample: { ...sample, trend } } },
      'Checkout',
      '',
    );
    assert.equal(growing.summary, '100 MB, of which 100 MB private · ▲ 30 MB/min (r = 0.97)');
    assert.notEqual(growing.news, steady.news, 'a screen reader is told');
  });
});

describe("The Memory page's values", () => {
  it('are joined, the oldest dropped over the limit', () => {
    const before = { x: [1, 2], series: { a: [10, 20], gone: [1, 2] } };
    assert.deepEqual(join(before, { x: [3], series: { a: [30], come: [3] } }, 2), {
      x: [2, 3],
      series: { a: [20, 30], gone: [2, null], come: [null, 3] },
    });
  });
});
