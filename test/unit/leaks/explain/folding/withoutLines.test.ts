import assert from 'node:assert/strict';
import { withoutLines } from '../../../../../src/leaks/explain/explain.ts';
import type { Decision } from '../../../../../src/leaks/judge/decide.ts';
import type { LeakCandidate } from '../../../../../src/leaks/judge/leakCandidate.ts';
import { defaultThresholds } from '../../../../../src/scenarios/index.ts';

// A check that ran out of time listed `PerformanceMark` three times, with nothing that told one from another.
describe('findings for whose lines there was no time', () => {
  const because = { rule: 'every iteration', reason: 'something survives of every one of 57 iterations', numbers: {} };
  const mark = (name: string): LeakCandidate => ({
    kind: 'object',
    name,
    perIteration: 1,
    bytesPerIteration: 100,
    retainedBytes: 700,
    survivors: [1, 1, 1],
    because,
  });

  it('are one where only their lines would tell them apart', () => {
    const leaks = ['PerformanceMark', 'PerformanceMark', 'Panel'].map((name) => ({ heap: 0, leak: mark(name) }));
    const decision: Decision = { verdict: 'leak', because, leaks, bounded: [], warnings: [] };
    const found = withoutLines(decision, { thresholds: defaultThresholds, ignore: [] });
    assert.deepEqual(
      found.map(({ name, perIteration, survivors }) => [name, perIteration, survivors]),
      [
        ['PerformanceMark', 2, [2, 2, 2]],
        ['Panel', 1, [1, 1, 1]],
      ],
    );
  });
});
