import assert from 'node:assert/strict';
import { CheckGuard } from '../../../../src/leaks/drive/checkGuard.ts';

// A check whose time was over told a leak without any line, although its page was still there.
describe('the guard of a check that has ended', () => {
  const wait = async (guard: CheckGuard, value: Promise<string>): Promise<string> =>
    await guard.during(value, 10_000, () => new Error('late'));

  it('lets work go on for a time, and then ends it for the same reason', async () => {
    const guard = new CheckGuard(undefined);
    guard.end(new Error('the time is over'));
    await assert.rejects(wait(guard, Promise.resolve('a')), /time is over/);
    const end = guard.goOn(10_000);
    assert.equal(guard.signal.aborted, false);
    assert.equal(await wait(guard, Promise.resolve('a')), 'a');
    const pending = wait(guard, new Promise(() => {}));
    end();
    await assert.rejects(pending, /time is over/);
    assert.equal(guard.signal.aborted, true);
    await assert.rejects(wait(guard, Promise.resolve('a')), /time is over/);
  });

  it('ends it by itself, and at once when a person stops the check', async () => {
    const guard = new CheckGuard(undefined);
    guard.end(new Error('the time is over'));
    guard.goOn(1);
    await assert.rejects(wait(guard, new Promise(() => {})), /time is over/);
    const person = new AbortController();
    guard.goOn(10_000, person.signal);
    const pending = wait(guard, new Promise(() => {}));
    person.abort();
    await assert.rejects(pending, /time is over/);
  });
});
