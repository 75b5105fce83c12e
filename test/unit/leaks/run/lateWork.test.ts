import assert from 'node:assert/strict';
import { LateWork } from '../../../../src/leaks/drive/lateWork.ts';
import type { Settled } from '../../../../src/leaks/drive/settle.ts';
import type { Clock } from '../../../../src/support/index.ts';

const settled: Settled = {
  ended: true,
  calm: true,
  waitedMs: 0,
  skippedMs: 0,
  timersMs: 0,
  waitedFor: [],
  tail: [],
  requests: 0,
  silent: true,
};

/** A page with shared workers, and how its iterations end. `answersMs`: when script runs after each of them. */
function fakePage(answersMs: (iteration: number) => number | undefined, sharedWorkers = 1) {
  let now = 0;
  let asks = 0;
  let iteration = 0;
  let began = 0;
  const clock = {
    monotonic: () => now,
    sleep: async (ms: number) => await Promise.resolve(void (now += ms)),
  } as Clock;
  let ran = 0;
  const late = new LateWork({
    clock,
    counters: async () => await Promise.resolve({ sharedWorkers }),
    async scriptMs() {
      asks += 1;
      const answer = answersMs(iteration);
      if (answer !== undefined && now - began >= answer) ran = iteration * 1000 + (answer === 0 ? now : 1);
      return await Promise.resolve(ran);
    },
  });
  return async () => {
    iteration += 1;
    began = now;
    asks = 0;
    const { waitedFor } = await late.settle(async () => await Promise.resolve(settled));
    return { tookMs: now - began, waitedFor, asks };
  };
}

describe('work of a page that comes late without being seen to be due', () => {
  it('is learnt in the warm-up and waited for from then on, or clicks behind it would do nothing', async () => {
    const iterate = fakePage(() => 120);
    await iterate();
    await iterate();
    const { tookMs, waitedFor, asks } = await iterate();
    assert.ok(tookMs >= 120 && tookMs < 200, `${tookMs} ms`);
    assert.deepEqual([waitedFor, asks], [['answer'], 0]);
  });

  it('watches and waits for nothing on a page that has nothing of the kind', async () => {
    const iterate = fakePage(() => 120, 0);
    assert.deepEqual(await iterate(), { tookMs: 0, waitedFor: [], asks: 0 });
  });

  it('is not waited for where only the first iteration had it, nor where script runs all the time', async () => {
    for (const answers of [(iteration: number) => (iteration === 1 ? 120 : undefined), () => 0]) {
      const iterate = fakePage(answers);
      await iterate();
      await iterate();
      assert.deepEqual(await iterate(), { tookMs: 0, waitedFor: [], asks: 0 });
    }
  });
});
