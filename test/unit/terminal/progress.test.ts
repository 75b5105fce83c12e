import assert from 'node:assert/strict';
import type { LeakEvent } from '../../../src/leaks/index.ts';
import { createProgress } from '../../../src/terminal/progress.ts';
import { fakeTerminal } from '../../support/cleanUpWorld.ts';

describe("A check's progress", () => {
  const said = (env: Record<string, string>): string => {
    const io = fakeTerminal();
    const events: LeakEvent[] = [
      { type: 'checkStarted', name: 'cart', url: 'http://localhost/', warmup: 3, iterations: 7 },
      { type: 'phaseStarted', phase: 'count', iterations: 7 },
      { type: 'phaseEnded', phase: 'count', durationMs: 10 },
    ];
    const { sinks } = createProgress(io, env);
    for (const event of events) for (const sink of sinks) sink.onEvent?.(event);
    return io.stderr;
  };

  it("is a line a phase in a CI server's log, and nothing in a pipe", () => {
    assert.match(said({ CI: '1' }), /counting, 7 iterations/);
    assert.equal(said({}), '');
    assert.equal(said({ CI: '' }), '');
  });

  // Programs that follow the events say what goes on in their own way: the editor's output had everything twice.
  it('is nothing where nobody wants any, on a CI server too', () => {
    assert.equal(said({ CI: '1', LEAKWRIGHT_PROGRESS: 'none' }), '');
  });
});
