import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { PendingCalls } from '../../../src/sessions/pendingCalls.ts';

// A host that answers nothing must neither hang its client for ever nor make it grow.
describe('PendingCalls', () => {
  it('gives each answer to its own call', async () => {
    const pending = new PendingCalls();
    const [one, two] = [pending.add('one'), pending.add('two')];
    pending.resolve(two.id, 2);
    pending.resolve(one.id, 1);
    assert.deepEqual(await Promise.all([one.answer, two.answer]), [1, 2]);
    assert.equal(pending.size, 0);
  });

  it('gives up a call that is not answered in time, and ignores the late answer', async () => {
    const pending = new PendingCalls({ maxPending: 10, timeoutMs: 5 });
    const { id, answer } = pending.add('launch');
    // The timer does not keep a process alive by itself.
    const alive = setInterval(() => {}, 1000);
    await assert.rejects(answer, { code: 'timeout', message: /'launch' within 5 ms/ });
    clearInterval(alive);
    pending.resolve(id, 'late');
    assert.equal(pending.size, 0);
  });

  it('gives up the oldest quarter when too many wait', async () => {
    const pending = new PendingCalls({ maxPending: 8, timeoutMs: 60_000 });
    const results: string[] = [];
    const calls = Array.from({ length: 9 }, (_, index) => {
      const { id, answer } = pending.add(`call ${index}`);
      void answer.then(
        () => results.push(`${index} answered`),
        (error: Error & { code?: string }) => results.push(`${index} ${error.code}`),
      );
      return id;
    });
    assert.equal(pending.size, 7);
    for (const id of calls) pending.resolve(id, undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(results.slice(0, 2), ['0 sessions.protocol', '1 sessions.protocol']);
    assert.equal(results.length, 9);
    assert.equal(results[8], '8 answered');
  });

  it('fails all when the host is gone', async () => {
    const pending = new PendingCalls();
    const { answer } = pending.add('one');
    pending.failAll(new Error('gone'));
    await assert.rejects(answer, /gone/);
    assert.equal(pending.size, 0);
  });
});
