import { createInterface } from 'node:readline';
import type { CheckResult, LeakEvent } from '../leaks/index.ts';
import { FOLLOWED_ENV, LeakwrightError, programFile, runOverChannel } from '../support/index.ts';

/**
 * Runs `leakwright check` as a process of its own. Aborting ends it and its browser; that is told once it has gone.
 *
 * @throws LeakwrightError `aborted`, or `leaks.scenarioFailed` with what the check said when it could not run
 */
export async function checkInProcess(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly signal: AbortSignal;
    readonly onEvent?: (event: LeakEvent) => void;
  },
): Promise<readonly CheckResult[]> {
  options.signal.throwIfAborted();
  const results: CheckResult[] = [];
  const hear = (line: string): void => {
    const event = parseEvent(line);
    if (!event) return;
    if (event.type === 'checkEnded') results.push(event.result);
    options.onEvent?.(event);
  };
  const { said } = await runOverChannel({
    args: [programFile('cli'), 'check', '--reporter', 'ndjson', ...args],
    cwd: options.cwd,
    env: FOLLOWED_ENV,
    signal: options.signal,
    listen: (stdout) => createInterface({ input: stdout }).on('line', hear),
  });
  if (options.signal.aborted) throw new LeakwrightError('aborted', 'The check was stopped.');
  if (results.length === 0) {
    throw new LeakwrightError('leaks.scenarioFailed', said.trim() || 'The check ended without a result.');
  }
  return results;
}

function parseEvent(line: string): LeakEvent | undefined {
  try {
    return JSON.parse(line) as LeakEvent;
  } catch {
    // A page cannot write here; whatever it is, it is no event.
    return undefined;
  }
}
