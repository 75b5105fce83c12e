import assert from 'node:assert/strict';
import { EVIDENCE_VERSION, type Evidence, type Observation } from '../../../../src/leaks/evidence.ts';
import { decide } from '../../../../src/leaks/judge/decide.ts';
import { plan } from '../../../../src/leaks/judge/plan.ts';

/** A count in which so many pages are open after each iteration, and nothing else changes. */
function countOf(pages: readonly number[]): Evidence {
  const observations = pages.map((open, index): Observation => {
    const counters = {
      jsHeapBytes: 1e6,
      embedderHeapBytes: 0,
      backingStoreBytes: 0,
      nodes: 10,
      listeners: 1,
      pages: open,
    };
    return { saw: 'counters', when: 'count', atMs: index * 1000, counters, begun: 3 + index };
  });
  const settings = { warmup: 3, iterations: 7, escalateTo: 60, deep: false };
  return { version: EVIDENCE_VERSION, browser: 'Chromium 1', settings, observations };
}

describe('a page that opens windows without end', () => {
  it('is a leak after two iterations of the count: a browser does not bear hundreds', () => {
    const flood = countOf([121, 161, 201]);
    assert.equal(plan(flood).do, 'decide');
    const { verdict, because } = decide(flood);
    assert.deepEqual([verdict, because.rule], ['leak', 'pages stay open']);
  });

  it('is counted on where it opens a few, or as many as it closes', () => {
    for (const pages of [
      [2, 3, 4],
      [41, 81, 81],
      [121, 161, 131],
      [40, 80],
    ])
      assert.notEqual(plan(countOf(pages)).do, 'decide', pages.join());
  });
});
