import {
  LONGEST_TIMER_MS,
  type Clock,
  LeakwrightError,
  type Log,
  describeError,
  silentLog,
  systemClock,
} from '../support/index.ts';
import type { Scenario } from '../scenarios/index.ts';
import type { LeakBrowser, OpenLeakBrowser } from './drive/leakBrowser.ts';
import { Phases } from './drive/phases.ts';
import {
  type CheckFacts,
  createResult,
  describeCheckError,
  nameOf,
  nothingLeft,
  relativeFile,
} from './explain/result.ts';
import { maskerFor, masked } from './maskSecrets.ts';
import type { TreeMemoryWatch } from './measure/treeMemory.ts';
import type { CheckResult, CleanupVerification, LeakEvent, Verdict } from './model.ts';

export interface CheckContext {
  readonly openBrowser: OpenLeakBrowser;
  /** Files in reports are named relative to it. */
  readonly workspaceFolder: string;
  readonly signal?: AbortSignal;
  readonly log?: Log;
  readonly clock?: Clock;
  /** When a step fails, wait until its page is closed before the browser is ended: somebody looks at it. */
  readonly keepOpen?: boolean;
  /** Whether URLs and texts are said with the secrets in them. */
  readonly showUrls?: boolean;
}

/** What every kind of check knows while it goes on, however it ends. */
export interface CheckRun {
  readonly scenario: Scenario;
  readonly context: CheckContext;
  readonly clock: Clock;
  readonly log: Log;
  readonly phases: Phases;
  readonly abort: AbortController;
  readonly startedMonotonic: number;
  readonly warnings: string[];
  browser?: LeakBrowser;
  memory?: TreeMemoryWatch;
}

/** What one kind of check does between its first event and its last. */
export interface CheckKind<State extends object> {
  /** What it knows beside what every kind knows; it is one object with that while it goes on. */
  readonly state: State;
  readonly warmup: number;
  readonly iterations: number;
  /** Milliseconds for the whole check; none where it is meant to run for long. */
  readonly timeoutMs?: number;
  work(run: CheckRun & State): AsyncGenerator<LeakEvent, void>;
  /** What is known of a step that failed, while its page is still there. */
  lookAtFailure?(run: CheckRun & State, failure: unknown): Promise<Partial<NonNullable<CheckResult['error']>>>;
  /** Resolves when the page of a step that failed is closed; undefined where there is none to look at. */
  pageClosed?(run: CheckRun & State): Promise<void> | undefined;
  /** Lets go of the page, before its browser is ended. */
  letGo(run: CheckRun & State): Promise<void>;
  /** What the report has beside the facts that all checks have. */
  outcome(run: CheckRun & State, failed: boolean): Omit<CheckFacts, CommonFacts> & { readonly verdict: Verdict };
}

type CommonFacts =
  | 'scenario'
  | 'workspaceFolder'
  | 'browser'
  | 'startedAt'
  | 'durationMs'
  | 'warmup'
  | 'iterations'
  | 'warnings';

/**
 * The frame of a check: opens it, lets its kind work, ends its browser in every case, and reports. It never throws: what goes wrong is
 * a result with the verdict `error`.
 */
export async function* runCheck<State extends object>(
  scenario: Scenario,
  context: CheckContext,
  kind: CheckKind<State>,
): AsyncGenerator<LeakEvent, CheckResult> {
  return yield* masked(frame(scenario, context, kind), maskerFor(scenario, context.showUrls));
}

async function* frame<State extends object>(
  scenario: Scenario,
  context: CheckContext,
  kind: CheckKind<State>,
): AsyncGenerator<LeakEvent, CheckResult> {
  const clock = context.clock ?? systemClock;
  const startedAt = clock.now();
  const { warmup, iterations } = kind;
  const { workspaceFolder } = context;
  const base: CheckRun = {
    scenario,
    context,
    clock,
    log: context.log ?? silentLog,
    phases: new Phases(clock),
    abort: new AbortController(),
    startedMonotonic: clock.monotonic(),
    warnings: [...(scenario.warnings ?? [])],
  };
  const run = Object.assign(base, kind.state);
  const stopTimer = endWith(run, kind.timeoutMs);
  let cleaned = false;
  try {
    yield {
      type: 'checkStarted',
      name: nameOf(scenario, workspaceFolder),
      ...relativeFile(scenario, workspaceFolder),
      url: scenario.url,
      warmup,
      iterations,
    };
    let error: CheckResult['error'];
    try {
      yield* kind.work(run);
    } catch (failure) {
      error = describeCheckError(failure, run.abort.signal, scenario, workspaceFolder);
      if (!run.abort.signal.aborted) error = { ...error, ...(await kind.lookAtFailure?.(run, failure)) };
      run.log.debug(`The check ended early: ${describeError(failure)}`);
      const closed = context.keepOpen && !run.abort.signal.aborted ? kind.pageClosed?.(run) : undefined;
      if (closed) {
        // A person may look at it for as long as they like.
        stopTimer();
        yield {
          type: 'warning',
          message: `${error.message.replace(/[^.!?]$/, '$&.')} The browser stays open: close its window to end the check.`,
        };
        await Promise.race([closed, aborted(context.signal)]);
      }
    }
    yield run.phases.begin('cleanup');
    const cleanup = await cleanUp(run, kind);
    cleaned = true;
    yield run.phases.end('cleanup');
    const { verdict, ...facts } = kind.outcome(run, error !== undefined);
    const { browser } = run;
    const result = createResult(
      {
        scenario,
        workspaceFolder,
        browser: browser ? { name: browser.name, version: browser.version } : { name: 'unknown', version: '' },
        startedAt,
        durationMs: Math.round(clock.monotonic() - run.startedMonotonic),
        warmup,
        iterations,
        warnings: run.warnings,
        ...facts,
      },
      error ? 'error' : verdict,
      error,
      cleanup,
    );
    yield { type: 'checkEnded', result };
    return result;
  } finally {
    // A consumer that stops listening ends the generator here.
    if (!cleaned) await cleanUp(run, kind);
    stopTimer();
  }
}

/** The phase in which a browser is opened. */
export async function* launch(run: CheckRun): AsyncGenerator<LeakEvent, LeakBrowser> {
  yield run.phases.begin('launch');
  run.abort.signal.throwIfAborted();
  const browser = await run.context.openBrowser({ signal: run.abort.signal });
  run.browser = browser;
  yield { type: 'browserReady', name: browser.name, version: browser.version, pid: browser.root?.pid ?? 0 };
  yield run.phases.end('launch');
  return browser;
}

/** Ends the run with the caller's signal and with its time limit. @returns ends the waiting for both */
function endWith({ context: { signal }, abort }: CheckRun, limitMs: number | undefined): () => void {
  const onAbort = (): void => abort.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const late = (): void =>
    abort.abort(
      new LeakwrightError('timeout', `The check took longer than ${limitMs! / 1000} s.`, {
        hint: 'Where the page or the machine is slow, give it more with --timeout, or with timeout in its task.',
      }),
    );
  const limit = limitMs === undefined ? undefined : setTimeout(late, Math.min(limitMs, LONGEST_TIMER_MS));
  return () => {
    clearTimeout(limit);
    signal?.removeEventListener('abort', onAbort);
  };
}

/** Resolves when the signal is aborted; never without one. */
async function aborted(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}

async function cleanUp<State extends object>(
  run: CheckRun & State,
  kind: CheckKind<State>,
): Promise<CleanupVerification> {
  try {
    await kind.letGo(run);
  } catch (error) {
    run.warnings.push(describeError(error));
  }
  run.memory?.stop();
  return await (run.browser?.close() ?? nothingLeft);
}
