import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { runStep } from '../../../src/sessions/cleanupSteps.ts';
import { systemClock } from '../../../src/support/index.ts';

// One thing that cannot be closed must never keep the rest from being closed.
describe('a step of the clean-up', () => {
  it('says what it cleaned and how long it took', async () => {
    const step = await runStep({ name: 'pages', limitMs: 1000, run: async () => 3 }, systemClock);
    assert.equal(step.cleaned, 3);
    assert.equal(step.error, undefined);
    assert.ok(step.durationMs >= 0);
  });

  for (const [how, run] of [
    ['rejects', () => Promise.reject(new Error('no such page'))],
    [
      'throws at once',
      () => {
        throw new Error('no such page');
      },
    ],
  ] as const) {
    it(`that ${how} is noted, and does not throw`, async () => {
      const step = await runStep({ name: 'pages', limitMs: 1000, run }, systemClock);
      assert.deepEqual([step.cleaned, step.error, step.timedOut], [0, 'no such page', false]);
    });
  }

  it('that hangs is given up after its limit', async () => {
    const step = await runStep({ name: 'browser', limitMs: 5, run: () => new Promise(() => {}) }, systemClock);
    assert.equal(step.timedOut, true);
    assert.match(step.error ?? '', /browser took longer than 5 ms/);
  });
});
