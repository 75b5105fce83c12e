import assert from 'node:assert/strict';
import { keepTimeForLines } from '../../../../src/leaks/explain/explainInTime.ts';
import { LeakwrightError } from '../../../../src/support/index.ts';
import { loadRecording } from '../../../support/replay.ts';

describe('the time for lines', () => {
  /** What ended the measuring of a check with 50 ms left before that time, within 200 ms. */
  async function endedBy(name: string, observations = Infinity): Promise<unknown> {
    const { evidence } = await loadRecording(name);
    const seen = { ...evidence, observations: evidence.observations.slice(0, observations) };
    let reason: unknown;
    const time = { limitMs: 1000, leftMs: 200 };
    const stop = keepTimeForLines(
      time,
      () => seen,
      (error) => (reason = error),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    stop();
    return reason;
  }

  it('is kept of a check whose leak is certain', async () => {
    const reason = await endedBy('leak-among-caches');
    assert.ok(reason instanceof LeakwrightError && reason.code === 'timeout');
  });

  it('is not kept where nothing is certain: no leak was seen, or not yet', async () => {
    assert.equal(await endedBy('clean-lru-cache'), undefined);
    assert.equal(await endedBy('leak-among-caches', 5), undefined);
  });
});
