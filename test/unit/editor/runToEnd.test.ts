import assert from 'node:assert/strict';
import type { CancellationToken, Task, TaskExecution } from 'vscode';
import { runToEnd } from '../../../src/editor/agents/runToEnd.ts';
import type { CheckResult } from '../../../src/leaks/index.ts';
import { LeakwrightError } from '../../../src/support/index.ts';

describe("A check's task that an agent waits for", () => {
  interface Ended {
    readonly execution: TaskExecution;
    readonly results: readonly CheckResult[];
  }

  /** The editor's side: what it tells, and when, is the test's to say. */
  function editor() {
    const listeners = { end: new Set<(end: Ended) => void>(), cancel: new Set<() => void>() };
    const listenTo =
      <T>(set: Set<T>) =>
      (listener: T) => {
        set.add(listener);
        return { dispose: () => void set.delete(listener) };
      };
    let terminated = 0;
    const state = { cancelled: false };
    const execution = { task: {} as Task, terminate: () => void (terminated += 1) } satisfies TaskExecution;
    const starting = Promise.withResolvers<TaskExecution>();
    const token = {
      get isCancellationRequested() {
        return state.cancelled;
      },
      onCancellationRequested: listenTo(listeners.cancel),
    } as CancellationToken;
    return {
      execution,
      starting,
      terminated: () => terminated,
      listening: () => listeners.end.size + listeners.cancel.size,
      end: (ended: Ended) => {
        for (const listener of listeners.end) listener(ended);
      },
      cancel: () => {
        state.cancelled = true;
        for (const listener of listeners.cancel) listener();
      },
      run: () => runToEnd(() => starting.promise, listenTo(listeners.end), token),
    };
  }
  const results = [{ name: 'cart' } as CheckResult];
  const isStopped = (error: unknown) => error instanceof LeakwrightError && error.code === 'aborted';

  it('gives its results, and none of another task that ends meanwhile', async () => {
    const { execution, starting, end, run, listening } = editor();
    const running = run();
    starting.resolve(execution);
    await starting.promise;
    end({ execution: editor().execution, results: [] });
    end({ execution, results });
    assert.equal(await running, results);
    assert.equal(listening(), 0);
  });

  // The agent's call never ended: the end had come before the editor had said which task it was.
  it('gives its results when it ends before the editor says that it began', async () => {
    const { execution, starting, end, run } = editor();
    const running = run();
    end({ execution, results });
    starting.resolve(execution);
    assert.equal(await running, results);
  });

  it('is ended when it is cancelled, while the editor starts it as well', async () => {
    const begun = editor();
    const running = begun.run();
    begun.starting.resolve(begun.execution);
    await begun.starting.promise;
    begun.cancel();
    await assert.rejects(running, isStopped);
    assert.equal(begun.terminated(), 1);
    assert.equal(begun.listening(), 0);

    const early = editor();
    const cancelled = early.run();
    early.cancel();
    await assert.rejects(cancelled, isStopped);
    early.starting.resolve(early.execution);
    await early.starting.promise;
    assert.equal(early.terminated(), 1, 'it goes on although nobody waits for it');
  });

  it('is not started for a call that was cancelled before, and says why it could not be', async () => {
    await assert.rejects(
      runToEnd(
        () => assert.fail('it was started'),
        () => ({ dispose() {} }),
        { isCancellationRequested: true, onCancellationRequested: () => ({ dispose() {} }) },
      ),
      isStopped,
    );
    const refused = editor();
    const running = refused.run();
    refused.starting.reject(new Error('no terminal'));
    await assert.rejects(running, /no terminal/);
  });
});
