import type { Page } from 'playwright';
import { LeakwrightError } from '../support/index.ts';
import type { Scenario } from '../scenarios/index.ts';
import { type CheckContext, type CheckKind, type CheckRun, launch, runCheck } from './checkRun.ts';
import { PageErrors } from './drive/pageErrors.ts';
import { PageEvents } from './drive/pageEvents.ts';
import { PageGuard } from './drive/pageGuard.ts';
import { PageSteps, hungError, openPage } from './drive/pageSteps.ts';
import { fingerprintOf } from './explain/fingerprint.ts';
import { nameOf } from './explain/result.ts';
import { TreeMemoryWatch, describeTrend, noMemory, thin } from './measure/treeMemory.ts';
import type { Because, CheckResult, CounterSample, Finding, LeakEvent, Severity, Verdict } from './model.ts';

export interface DurationOptions {
  /** How long operations run. Milliseconds. */
  readonly durationMs: number;
  readonly opsPerMinute: number;
  /** Milliseconds for a single operation. Default: 30,000. */
  readonly stepTimeoutMs?: number;
}

/** Presets by name. */
export const durationProfiles = {
  quick: { durationMs: 2 * 60_000, opsPerMinute: 30 },
  medium: { durationMs: 5 * 60_000, opsPerMinute: 20 },
  endurance: { durationMs: 10 * 60_000, opsPerMinute: 15 },
} as const satisfies Record<string, DurationOptions>;

/** The share of a run in which caches fill and code warms up: what grows there says nothing. */
const WARM_UP_SHARE = 0.25;

/** Growth in MB a second from which on the run prints a warning. */
const ALERTS: readonly (readonly [slope: number, level: string])[] = [
  [0.5, 'critical'],
  [0.1, 'warning'],
];

const MB = 1024 * 1024;
/** Milliseconds. */
const DEFAULT_STEP_MS = 30_000;
/** Operations kept in the report; of more, every other one. */
const MAX_SAMPLES = 1000;

/** Reloads the page: the operation of a long run that names no other. */
export function reloadScenario(url: string): Scenario {
  return { url, iteration: async (page: Page) => void (await page.reload()) };
}

/** What a check over time knows beside what every check does. */
interface Watching {
  readonly options: DurationOptions;
  readonly operations: number;
  readonly alerted: Set<string>;
  samples: CounterSample[];
  guard?: PageGuard;
  events?: PageEvents;
  errors?: PageErrors;
  steps?: PageSteps;
  findings: readonly Finding[];
}

type Run = CheckRun & Watching;

/**
 * Watches a browser's memory over a long run: the scenario's iteration again and again at the given rate. For what the heap
 * does not show (native memory, other browsers than Chromium). The verdict comes from the trend of the memory of the browser's
 * processes. Yields and ends as `checkLeaks` does: it never throws, and the browser is ended in every case.
 */
export function checkDuration(
  scenario: Scenario,
  options: DurationOptions,
  context: CheckContext,
): AsyncGenerator<LeakEvent, CheckResult> {
  const operations = Math.max(1, Math.round((options.durationMs / 60_000) * options.opsPerMinute));
  return runCheck<Watching>(scenario, context, {
    state: { options, operations, alerted: new Set(), samples: [], findings: [] },
    warmup: 0,
    iterations: operations,
    async *work(run) {
      const page = yield* load(run);
      yield* operate(run, page);
      // What a teardown gives back is no part of the trend, and one trend makes the finding and the verdict.
      run.memory!.stop();
      await run.steps!.run('teardown');
      const memoryTrend = describeTrend(trendOf(run), true);
      if (memoryTrend.leakSeverity === 'none') return;
      const finding = findingOf(run, trendOf(run)!.slopePerSecond, memoryTrend);
      run.findings = [finding];
      yield { type: 'finding', finding };
    },
    letGo: async ({ guard, events, errors, steps, warnings }) => {
      guard?.release();
      events?.release();
      warnings.push(...(errors?.warnings() ?? []), ...(steps?.notice ? [steps.notice] : []));
      return await Promise.resolve();
    },
    outcome,
  });
}

async function* load(run: Run): AsyncGenerator<LeakEvent, Page> {
  const { scenario, phases, abort, clock, log, options } = run;
  const browser = yield* launch(run);
  if (!browser.root) {
    throw new LeakwrightError('leaks.unsupported', 'The memory of a browser that runs elsewhere cannot be watched.', {
      hint: 'Leave --connect out, or count iterations instead of giving a duration.',
    });
  }
  yield phases.begin('load');
  const limits = { stepMs: options.stepTimeoutMs ?? DEFAULT_STEP_MS };
  const page = await openPage(browser, scenario, limits);
  run.events = new PageEvents(page);
  run.guard = new PageGuard(browser, page, run.events, abort.signal);
  run.errors = new PageErrors(run.events);
  run.steps = new PageSteps(page, run.guard, scenario, limits);
  await run.steps.run('setup');
  await run.steps.open();
  await run.steps.run('prepare');
  yield phases.end('load');
  run.memory = new TreeMemoryWatch(browser.root, { clock, log });
  run.memory.start();
  return page;
}

/** The iteration at its rate, with the memory after each. */
async function* operate(run: Run, page: Page): AsyncGenerator<LeakEvent> {
  const { clock, phases, abort, options, operations, guard, steps, memory } = run;
  const collect = await collector(run, page);
  yield phases.begin('count', operations);
  const startedAt = clock.monotonic();
  const beatMs = 60_000 / options.opsPerMinute;
  for (let operation = 1; operation <= operations; operation += 1) {
    await steps!.run('iteration', operation);
    await collect();
    await memory!.sample();
    const treeBytes = memory!.points.at(-1)?.[1] ?? 0;
    const sample = { iteration: operation, atMs: Math.round(clock.monotonic() - run.startedMonotonic), treeBytes };
    run.samples.push(sample);
    if (run.samples.length >= MAX_SAMPLES) run.samples = thin(run.samples);
    yield { type: 'iteration', phase: 'count', iteration: operation, of: operations, sample };
    yield* alert(run);
    // A slow operation shifts no later one; one that is late begins at once.
    const rest = startedAt + operation * beatMs - clock.monotonic();
    if (rest > 0) await guard!.during(clock.sleep(rest, abort.signal), rest + 60_000, () => hungError(page));
  }
  yield phases.end('count');
}

/** Forces a collection where the browser can: what garbage is left is noise in the trend. */
async function collector({ browser, guard }: Run, page: Page): Promise<() => Promise<void>> {
  if (browser!.family !== 'chromium') return async () => await Promise.resolve();
  const cdp = await browser!.openCdp(page);
  return async () => {
    await guard!.during(cdp.send('HeapProfiler.collectGarbage'), 30_000, () => hungError(page));
  };
}

/** Says once for each level that memory rises fast, while the run goes on. */
function* alert(run: Run): Generator<LeakEvent> {
  const trend = trendOf(run);
  if (!trend || trend.correlation < 0.4) return;
  const slope = trend.slopePerSecond / MB;
  const level = ALERTS.find(([above]) => slope > above)?.[1];
  if (level === undefined || run.alerted.has(level)) return;
  run.alerted.add(level);
  yield { type: 'warning', message: `${level}: the browser's memory grows by ${slope.toFixed(2)} MB a second.` };
}

const trendOf = ({ memory, options }: Run): ReturnType<TreeMemoryWatch['trend']> =>
  memory?.trend(options.durationMs * WARM_UP_SHARE);

function outcome(run: Run, failed: boolean): ReturnType<CheckKind<Watching>['outcome']> {
  const { findings, samples, memory, warnings } = run;
  const trend = trendOf(run);
  const memoryTrend = describeTrend(trend, true);
  const verdict = findings.length > 0 ? 'leak' : trend ? 'clean' : 'inconclusive';
  if (verdict === 'inconclusive' && !failed)
    warnings.push('There were too few samples of memory for a trend: let it run for longer.');
  return {
    mode: 'duration',
    verdict,
    settledLate: 0,
    skippedMs: 0,
    samples,
    findings,
    decision: { verdict, because: describeBecause(verdict, memoryTrend), bounded: [] },
    memory: { memoryTrend, memoryStats: memory?.stats() ?? noMemory.memoryStats },
  };
}

function findingOf(
  { options, scenario, context }: Run,
  bytesPerSecond: number,
  trend: CheckResult['memoryTrend'],
): Finding {
  return {
    kind: 'native-memory',
    name: "the browser's memory",
    perIteration: 1,
    bytesPerIteration: Math.round((bytesPerSecond * 60) / options.opsPerMinute),
    survivors: [],
    severity: trend.leakSeverity as Exclude<Severity, 'none'>,
    retainedBy: [],
    retainedBytes: 0,
    because: describeBecause('leak', trend),
    fingerprint: fingerprintOf({
      kind: 'native-memory',
      name: nameOf(scenario, context.workspaceFolder),
      site: undefined,
      holder: undefined,
    }),
  };
}

function describeBecause(verdict: Verdict, trend: CheckResult['memoryTrend']): Because {
  const { slopeMbPerSecond, correlation } = trend;
  const reason =
    verdict === 'inconclusive'
      ? 'there were too few samples of memory for a trend'
      : `memory changed by ${slopeMbPerSecond} MB a second, with a correlation of ${correlation} to a straight line`;
  return { rule: 'memory trend', reason, numbers: { slopeMbPerSecond, correlation } };
}
