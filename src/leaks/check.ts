import { writeFile } from 'node:fs/promises';
import { LeakwrightError, defined, describeError } from '../support/index.ts';
import { DEFAULT_ITERATIONS, DEFAULT_WARMUP, type Scenario, defaultThresholds } from '../scenarios/index.ts';
import { type PageLimits, PageUnderTest } from './drive/pageUnderTest.ts';
import type { GuardedCdp } from './drive/cdp.ts';
import { compareSnapshots } from './measure/compareSnapshots.ts';
import { type CheckContext, type CheckRun, launch, runCheck } from './checkRun.ts';
import type { HeapNumber } from './evidence.ts';
import { maskerFor } from './maskSecrets.ts';
import type { Subject } from './drive/subject.ts';
import { explainInTime, keepTimeForLines } from './explain/explainInTime.ts';
import { lookAtFailedStep } from './explain/failedStep.ts';
import { type Decision, decide } from './judge/decide.ts';
import { countIsComplete, plan } from './judge/plan.ts';
import { phaseOf } from './judge/steps.ts';
import { comparedIn, countView } from './judge/view.ts';
import { Measurements } from './measure/measurements.ts';
import { TreeMemoryWatch, describeTrend, noMemory } from './measure/treeMemory.ts';
import type { CheckResult, Finding, LeakEvent, Phase, Verdict } from './model.ts';
import { leaksOf } from './leaksOf.ts';

export interface CheckOptions {
  /** Counted iterations. Default: the scenario's, or 7. */
  readonly iterations?: number;
  /** Iterations before the count. Default: the scenario's, or 3. */
  readonly warmup?: number;
  /** Look into the heap even when nothing grows. */
  readonly deep?: boolean;
  /** Iterations in all up to which suspicious growth is followed. Default: 60. */
  readonly escalateTo?: number;
  /** Milliseconds for a single step of the scenario (load, iteration). Default: a quarter of `timeoutMs`, at least 30,000. */
  readonly stepTimeoutMs?: number;
  /** Milliseconds for following suspicious growth further. Default: half of the rest of `timeoutMs`. */
  readonly escalationBudgetMs?: number;
  /** Milliseconds for the whole check. Default: 300,000. */
  readonly timeoutMs?: number;
  /** Virtual time that passes in each iteration, in ms. Default: none, time passes as it does. */
  readonly clockMs?: number;
  /** Where to write what the verdict rests on, as JSON. */
  readonly evidenceFile?: string;
}

const DEFAULT_ESCALATE_TO = 60;
/** A cache of 500 has evicted the first entries by then that were told apart. */
const DEFAULT_REACH = 540;
const DEFAULT_TIMEOUT_MS = 300_000;
/** A step of a slow page on a busy machine takes longer than a test's. */
const SHORTEST_STEP_LIMIT_MS = 30_000;
/** So often the count begins when another inspector disturbs it; one that opens and closes all the time leaves no answer. */
const MOST_ATTEMPTS = 3;
/** A window may close once, as after signing in; one that closes again does so in each iteration. */
const ATTEMPTS_BESIDE_WINDOWS = 2;
/** Of the time that is left, growth may be followed for this share; the rest is for the last snapshots and for lines. */
const FOLLOW_UP_SHARE = 0.5;

/** What a check by iterations knows beside what every check does. */
interface Counting {
  readonly options: CheckOptions;
  readonly warmup: number;
  readonly iterations: number;
  subject?: Subject;
  measurements?: Measurements;
  decision?: Decision;
  findings: readonly Finding[];
  verdict: Verdict;
}

type Run = CheckRun & Counting;

/**
 * Checks a scenario for leaks. Yields what happens as it happens; its value is the result, which the last event carries
 * too. It never throws: what goes wrong is a result with the verdict `error`. The browser is ended in every case.
 */
export function checkLeaks(
  scenario: Scenario,
  options: CheckOptions,
  context: CheckContext,
): AsyncGenerator<LeakEvent, CheckResult> {
  const warmup = Math.max(0, options.warmup ?? scenario.warmup ?? DEFAULT_WARMUP);
  const iterations = Math.max(2, options.iterations ?? scenario.iterations ?? DEFAULT_ITERATIONS);
  const state: Counting = { options, warmup, iterations, findings: [], verdict: 'error' };
  return runCheck<Counting>(scenario, context, {
    state,
    warmup,
    iterations,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    async *work(run) {
      yield* openPage(run);
      run.verdict = yield* answer(run);
    },
    async lookAtFailure({ subject }, failure) {
      if (!(subject instanceof PageUnderTest)) return {};
      return (await lookAtFailedStep(subject.page, failure, scenario.url)) ?? {};
    },
    pageClosed({ subject, browser }) {
      if (!(subject instanceof PageUnderTest) || subject.page.isClosed()) return undefined;
      return new Promise<void>((resolve) => {
        subject.page.once('close', () => resolve());
        browser?.onLost(() => resolve());
      });
    },
    letGo,
    outcome: ({ subject, measurements, decision, findings, memory, verdict }) => ({
      mode: 'iterations',
      verdict,
      settledLate: subject?.settledLate ?? 0,
      skippedMs: Math.round(subject?.skippedMs ?? 0),
      samples: measurements ? countView(measurements.evidence).samples : [],
      decision,
      findings,
      memory: {
        memoryTrend: describeTrend(memory?.trend(), false),
        memoryStats: memory?.stats() ?? noMemory.memoryStats,
      },
    }),
  });
}

async function* openPage(run: Run): AsyncGenerator<LeakEvent> {
  const { phases, abort, clock, log, options, scenario } = run;
  const browser = yield* launch(run);
  const { name, root, family } = browser;
  if (family !== 'chromium' && family !== 'node') {
    throw new LeakwrightError('leaks.unsupported', `${name} shows no heap, so iterations cannot be checked in it.`, {
      hint: 'Use a duration check, which watches the memory of its processes, or Chromium.',
    });
  }
  yield phases.begin('load');
  const limits = pageLimits(options, scenario);
  run.subject = browser.openSubject
    ? await browser.openSubject(scenario, limits, clock, abort.signal)
    : await PageUnderTest.load(browser, scenario, limits, clock, abort.signal);
  if (root) {
    // From here on: what a browser takes to start, and to load the page, is no growth.
    run.memory = new TreeMemoryWatch(root, { clock, log });
    run.memory.start();
  }
  yield phases.end('load');
}

/** A step may take a quarter of the time there is, and at least half a minute; a page that is still arriving may take half of it. */
function pageLimits(
  { stepTimeoutMs, timeoutMs = DEFAULT_TIMEOUT_MS, clockMs }: CheckOptions,
  { timeouts }: Scenario,
): PageLimits {
  const { actionMs = 0, navigationMs = 0 } = timeouts ?? {};
  const stepMs =
    stepTimeoutMs ??
    Math.min(timeoutMs, Math.max(SHORTEST_STEP_LIMIT_MS, timeoutMs / 4, actionMs * 1.1, navigationMs * 1.1));
  return { stepMs, loadMs: Math.max(stepMs, timeoutMs / 2), clockMs };
}

/** While the plan wants more: measure. Then decide, then explain. */
async function* answer(run: Run): AsyncGenerator<LeakEvent, Verdict> {
  const { log, scenario, context, warnings } = run;
  const { measurements, failure } = yield* measureInTime(run);
  measurements.noteDriven();
  const decision = decide(measurements.evidence);
  run.decision = decision;
  const isLost = isTrackingLost(failure) || isLate(run.abort.signal);
  if (failure !== undefined && decision.leaks.length === 0 && !isLost) throw failure as Error;
  warnings.push(...decision.warnings);
  const toldBeside = comparedIn(measurements.evidence) && decision.verdict !== 'inconclusive';
  if (failure !== undefined && !toldBeside)
    warnings.push(`The check did not end as planned: ${describeError(failure)}`);
  if (decision.leaks.length === 0) {
    yield* run.phases.skip(['explain'], 'no leak was found');
    return decision.verdict;
  }
  yield run.phases.begin('explain');
  const { workspaceFolder } = context;
  const seen = { subject: run.subject!, measurements, decision, workspaceFolder };
  const thresholds = { ...defaultThresholds, ...scenario.thresholds };
  run.findings = await explainInTime({ ...seen, thresholds, ignore: scenario.ignore ?? [], log }, warnings, {
    isOver: isLate(run.abort.signal),
    leftMs: timeLeft(run).leftMs,
    ...defined({ signal: context.signal }),
  });
  yield run.phases.end('explain');
  for (const finding of run.findings) yield { type: 'finding', finding };
  const counted = leaksOf(run.findings);
  log.debug(`${run.findings.length} findings, ${counted.length} counted.`);
  return counted.length > 0 ? 'leak' : 'clean';
}

interface Measured {
  readonly measurements: Measurements;
  /** What ended the measuring early. */
  readonly failure: unknown;
}

async function* measureInTime(run: Run): AsyncGenerator<LeakEvent, Measured> {
  const seen = () => run.measurements?.evidence;
  const stop = keepTimeForLines(timeLeft(run), seen, (reason) => run.abort.abort(reason));
  try {
    return yield* measureAnew(run);
  } finally {
    stop();
  }
}

/** Measures, and does so anew where another inspector of the heap took away what tells objects apart. */
async function* measureAnew(run: Run): AsyncGenerator<LeakEvent, Measured> {
  const { context, subject } = run;
  for (let attempt = 1; ; attempt += 1) {
    // What was done until now is warm-up, and one more iteration with the counters read before it.
    const warmup = attempt === 1 ? run.warmup : subject!.begun + 1;
    const measurements = startMeasuring(run, warmup);
    yield* warmUp(run, measurements, attempt === 1 ? run.warmup : 1);
    try {
      yield* measure(run, measurements);
      return { measurements, failure: undefined };
    } catch (failure) {
      const { lostWorker } = measurements;
      const byWindows = isTrackingLost(failure) && subject instanceof PageUnderTest && subject.closedWindows > 0;
      const inWorker = isTrackingLost(failure) && subject instanceof PageUnderTest && lostWorker !== undefined;
      const attempts = inWorker ? 1 : byWindows ? ATTEMPTS_BESIDE_WINDOWS : MOST_ATTEMPTS;
      if (isTrackingLost(failure) && attempt < attempts) {
        const message = `${describeError(failure)} The count began anew.`;
        run.warnings.push(message);
        yield { type: 'warning', message };
        await measurements.abandon();
        continue;
      }
      // What the count and the survivors prove is kept, whatever fails after them; a person who stops a check wants its end.
      const proves = isTrackingLost(failure) || countIsComplete(measurements.evidence);
      if (context.signal?.aborted === true || !proves) throw failure;
      if (byWindows || inWorker) yield* lookAtUnnumbered(run, measurements, subject, lostWorker);
      const reason: unknown = isLate(run.abort.signal) ? run.abort.signal.reason : failure;
      measurements.note({ saw: 'failure', message: describeError(reason) });
      return { measurements, failure: reason };
    }
  }
}

/** What can be seen where each iteration has the objects numbered anew; nothing where that fails, too. */
async function* lookAtUnnumbered(
  run: Run,
  measurements: Measurements,
  subject: PageUnderTest,
  worker: HeapNumber | undefined,
): AsyncGenerator<LeakEvent> {
  await measurements.abandon();
  const why = worker === undefined ? 'windows that close' : 'pages that are loaded beside a worker';
  yield run.phases.begin('escalate', undefined, `${why} leave nothing else to tell objects apart by`);
  try {
    const cdp = worker === undefined ? subject.cdp : measurements.studyOf(worker).cdp;
    const seen = yield* comparing(run, subject, cdp);
    measurements.note({ ...seen, ...defined({ heap: worker }) });
  } catch (error) {
    if (run.context.signal?.aborted === true) throw error;
    run.log.debug(`Snapshots could not be compared: ${describeError(error)}`);
  }
  yield run.phases.end('escalate');
}

function comparing(run: Run, subject: PageUnderTest, cdp: GuardedCdp): ReturnType<typeof compareSnapshots> {
  const { options, clock, context, abort } = run;
  return compareSnapshots(subject, cdp, {
    to: options.escalateTo ?? DEFAULT_ESCALATE_TO,
    reach: options.escalateTo ?? DEFAULT_REACH,
    until: followUntil(run),
    now: () => clock.monotonic(),
    workspaceFolder: context.workspaceFolder,
    signal: abort.signal,
  });
}

/** Whether the time of the check is over. */
function isLate({ reason }: AbortSignal): boolean {
  return reason instanceof LeakwrightError && reason.code === 'timeout';
}

function isTrackingLost(failure: unknown): boolean {
  return failure instanceof LeakwrightError && failure.code === 'leaks.trackingLost';
}

function startMeasuring(run: Run, warmup: number): Measurements {
  const { options, clock, browser, subject, iterations } = run;
  const page = subject instanceof PageUnderTest ? subject : undefined;
  const measurements = new Measurements({
    subject: subject!,
    browser: `${browser!.name} ${browser!.version}`,
    settings: {
      warmup,
      iterations,
      escalateTo: (options.escalateTo ?? DEFAULT_ESCALATE_TO) + warmup - run.warmup,
      deep: options.deep ?? false,
      ...(subject!.age ? { ages: true } : {}),
      ...(page ? { compares: true } : {}),
      ...(options.escalateTo === undefined ? farther(subject!, DEFAULT_REACH + warmup - run.warmup) : {}),
    },
    clock,
    followUntil: () => followUntil(run),
    ...(page ? { compare: () => comparing(run, page, page.cdp) } : {}),
    treeBytes: async () => await run.memory?.sample(),
  });
  run.measurements = measurements;
  return measurements;
}

/** How far what is still open after the usual follow-up is followed: growth, where iterations cost little; readings, everywhere. */
const farther = ({ sprint }: Subject, iterations: number): { reach?: number; lateLook: number } =>
  sprint ? { reach: iterations, lateLook: iterations } : { lateLook: iterations };

function timeLeft({ options, clock, startedMonotonic }: Run): { readonly limitMs: number; readonly leftMs: number } {
  const limitMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return { limitMs, leftMs: Math.max(0, startedMonotonic + limitMs - clock.monotonic()) };
}

function followUntil(run: Run): number {
  return run.clock.monotonic() + (run.options.escalationBudgetMs ?? timeLeft(run).leftMs * FOLLOW_UP_SHARE);
}

async function* warmUp(
  { phases, subject }: Run,
  measurements: Measurements,
  warmup: number,
): AsyncGenerator<LeakEvent> {
  if (warmup === 0) {
    yield* phases.skip(['warmup'], 'no warm-up was asked for');
    return;
  }
  yield phases.begin('warmup', warmup);
  for (let iteration = 1; iteration <= warmup; iteration += 1) {
    const isLast = iteration === warmup;
    if (isLast) await measurements.warmedUp();
    await subject!.iterate(isLast ? 'settle' : 'frame');
    yield { type: 'iteration', phase: 'warmup', iteration, of: warmup };
  }
  yield phases.end('warmup');
}

async function* measure(run: Run, measurements: Measurements): AsyncGenerator<LeakEvent> {
  const { phases, subject, log } = run;
  const beganAt = subject!.url();
  let current: Phase | undefined;
  const seen = new Set<Phase>();
  for (;;) {
    const step = plan(measurements.evidence);
    log.debug(`Next: ${step.do}.`);
    const next = phaseOf(step);
    if (current !== undefined && (step.do === 'decide' || (next && next.phase !== current))) {
      yield phases.end(current);
      if (current === 'count') yield* noticeUrl(run, beganAt);
      current = undefined;
    }
    if (step.do === 'decide') break;
    if (next && current === undefined) {
      current = next.phase;
      seen.add(current);
      yield phases.begin(next.phase, next.iterations === 0 ? undefined : next.iterations, next.reason);
    }
    yield* measurements.take(step);
  }
  const skipped = (['attribute', 'escalate'] as const).filter((phase) => !seen.has(phase));
  if (skipped.length > 0) yield* phases.skip(skipped, 'nothing was left to follow');
}

async function* noticeUrl(run: Run, beganAt: string): AsyncGenerator<LeakEvent> {
  const endedAt = run.subject!.url();
  if (endedAt === beganAt) return;
  const message = `An iteration does not end where it began: at ${beganAt} first, at ${endedAt} after the last. What it does not undo looks like a leak.`;
  run.warnings.push(message);
  yield { type: 'warning', message };
}

/** What was seen is written however the check ended. A file that cannot be written is a warning. */
async function writeEvidence({
  options: { evidenceFile },
  scenario,
  context,
  measurements,
  warnings,
}: Run): Promise<void> {
  if (evidenceFile === undefined || !measurements) return;
  try {
    await writeFile(evidenceFile, `${JSON.stringify(maskerFor(scenario, context.showUrls)(measurements.evidence))}\n`);
  } catch (error) {
    warnings.push(`The evidence could not be written: ${describeError(error)}`);
  }
}

async function letGo(run: Run): Promise<void> {
  const { browser, subject, warnings } = run;
  await writeEvidence(run);
  try {
    if (subject && !subject.guard.ended) await subject.teardown();
  } catch (error) {
    warnings.push(describeError(error));
  }
  // The last word on memory, while there is still something to measure.
  if (browser && subject) await run.memory?.sample();
  warnings.push(...(subject?.errors.warnings() ?? []), ...(subject?.notices ?? []));
  subject?.release();
  await run.measurements?.close();
}
