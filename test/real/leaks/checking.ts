import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CheckOptions,
  type CheckResult,
  type LeakEvent,
  checkLeaks,
  sessionOpener,
} from '../../../src/leaks/index.ts';
import { type Scenario } from '../../../src/scenarios/index.ts';
import { defined } from '../../../src/support/index.ts';
import { chromiumPath } from '../../support/corpusRun.ts';

export interface CheckRun {
  readonly result: CheckResult;
  readonly events: readonly LeakEvent[];
}

export interface RunSettings {
  readonly options?: CheckOptions;
  readonly signal?: AbortSignal;
  readonly args?: readonly string[];
  readonly workspaceFolder?: string;
  /** Wait until the page of a failed step is closed. */
  readonly keepOpen?: boolean;
  readonly onEvent?: (event: LeakEvent) => void;
  /** Follow growth as far as a user's check does, which takes up to 10 s more; default: to 60 iterations. */
  readonly farReaching?: boolean;
}

/** Runs a check in a real Chromium to its end. */
export async function check(scenario: Scenario, settings: RunSettings = {}): Promise<CheckRun> {
  const { signal, args = [], workspaceFolder = import.meta.dirname, onEvent } = settings;
  const options = { ...(settings.farReaching ? {} : { escalateTo: 60 }), ...settings.options };
  const run = checkLeaks(scenario, options, {
    openBrowser: sessionOpener({ kind: 'launch', executablePath: chromiumPath, noSandbox: true, args }),
    workspaceFolder,
    ...defined({ keepOpen: settings.keepOpen }),
    ...(signal ? { signal } : {}),
  });
  const events: LeakEvent[] = [];
  for (;;) {
    const step = await run.next();
    if (step.done) return { result: step.value, events };
    events.push(step.value);
    onEvent?.(step.value);
  }
}

/** The pid of the browser that a run used; 0 where it got none. */
export function browserPid({ events }: CheckRun): number {
  const ready = events.find((event) => event.type === 'browserReady');
  return ready?.pid ?? 0;
}

/** Gives the tests of a suite a journal of their own. */
export function useStateFolder(): void {
  let folder: string;
  const former = process.env['LEAKWRIGHT_STATE_DIR'];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leakwright-checks-'));
    process.env['LEAKWRIGHT_STATE_DIR'] = folder;
  });
  after(async () => {
    if (former === undefined) delete process.env['LEAKWRIGHT_STATE_DIR'];
    else process.env['LEAKWRIGHT_STATE_DIR'] = former;
    await rm(folder, { recursive: true, force: true });
  });
}
