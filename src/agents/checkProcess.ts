import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { CheckResult, LeakEvent } from '../leaks/index.ts';
import { LeakwrightError, programFile } from '../support/index.ts';

/** Text kept of what a check says on standard error: enough for its last words. */
const MAX_SAID = 4000;

/**
 * Runs `leakwright check` as a process of its own. Aborting closes its channel: it then ends its browser, and goes.
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
  const child = fork(programFile('cli'), ['check', '--reporter', 'ndjson', ...args], {
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', LEAKWRIGHT_PROGRESS: 'none' },
  });
  const onAbort = (): void => {
    if (child.connected) child.disconnect();
  };
  options.signal.addEventListener('abort', onAbort, { once: true });
  const results: CheckResult[] = [];
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MAX_SAID);
  });
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const event = parseEvent(line);
    if (!event) return;
    if (event.type === 'checkEnded') results.push(event.result);
    options.onEvent?.(event);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => resolve());
    });
  } finally {
    options.signal.removeEventListener('abort', onAbort);
  }
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
