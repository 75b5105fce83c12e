import type { CancellationToken, Event, TaskExecution } from 'vscode';
import type { CheckResult } from '../../leaks/index.ts';
import { LeakwrightError, describeError } from '../../support/index.ts';

interface Ended {
  readonly execution: TaskExecution;
  readonly results: readonly CheckResult[];
}

/**
 * Starts a check's task, and waits for its results. Cancelling ends it, at whatever moment that comes.
 *
 * @param onDidEnd fires for every check's task that ends
 * @throws LeakwrightError `aborted` when cancelled, `usage` when the editor does not start it
 */
export async function runToEnd(
  start: () => Thenable<TaskExecution>,
  onDidEnd: Event<Ended>,
  token: CancellationToken,
): Promise<readonly CheckResult[]> {
  const stopped = () => new LeakwrightError('aborted', 'The check was stopped.');
  if (token.isCancellationRequested) throw stopped();
  return await new Promise((resolve, reject) => {
    let execution: TaskExecution | undefined;
    let settled = false;
    // The editor may report the end of a short task before its beginning.
    const early: Ended[] = [];
    const settle = (say: () => void): void => {
      settled = true;
      cancelling.dispose();
      ending.dispose();
      say();
    };
    const cancelling = token.onCancellationRequested(() => {
      execution?.terminate();
      settle(() => reject(stopped()));
    });
    const ending = onDidEnd((end) => {
      if (execution === undefined) early.push(end);
      else if (end.execution === execution) settle(() => resolve(end.results));
    });
    start().then(
      (started) => {
        if (settled) {
          // Cancelled while the editor was starting it.
          started.terminate();
          return;
        }
        execution = started;
        const end = early.find((one) => one.execution === started);
        if (end) settle(() => resolve(end.results));
      },
      (error: unknown) => {
        if (!settled) settle(() => reject(new LeakwrightError('usage', describeError(error))));
      },
    );
  });
}
