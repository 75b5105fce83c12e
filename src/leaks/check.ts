import { type Clock, LeakwrightError, type Log, describeError, silentLog, systemClock } from '../support/index.ts';
import type {
  BoundedGrowth,
  CheckResult,
  CleanupVerification,
  CounterSample,
  Finding,
  LeakEvent,
  Verdict,
} from './model.ts';
import { DEFAULT_ITERATIONS, DEFAULT_WARMUP, type Scenario, defaultThresholds } from '../scenarios/index.ts';
import { BEHIND_FOLLOWED } from './judge/rules/releasedByPage.ts';
import type { Counters } from './measure/counters.ts';
import { HeapStudy } from './measure/heapStudy.ts';
import type { LeakBrowser, OpenLeakBrowser } from './drive/leakBrowser.ts';
import { type LookOptions, lookInside } from './lookInside.ts';
import { openedPagesFinding } from './drive/openedPages.ts';
import { PageUnderTest } from './drive/pageUnderTest.ts';
import { Phases } from './drive/phases.ts';
import {
  type CheckFacts,
  createResult,
  describeCheckError,
  nameOf,
  nothingLeft,
  relativeFile,
} from './explain/result.ts';
import { type Runaway, findRunaway, growsEvenly } from './judge/runaway.ts';
import { type Suspicion, bytesGrow, countsThings, findSuspicions, seemsToRise, thingsRose } from './judge/suspicion.ts';
import { TreeMemoryWatch, describeTrend, noMemory } from './measure/treeMemory.ts';

export interface CheckOptions {
  /** Counted iterations. Default: the scenario's, or 7. */
  readonly iterations?: number;
  /** Iterations before the count. Default: the scenario's, or 3. */
  readonly warmup?: number;
  /** Look into the heap even when nothing grows. */
  readonly deep?: boolean;
  /** Iterations in all up to which suspicious growth is followed. Default: 60. */
  readonly escalateTo?: number;
  /** Milliseconds for a single step of the scenario (load, iteration). Default: 30,000. */
  readonly stepTimeoutMs?: number;
  /** Virtual time that passes in each iteration, in ms. Default: none, time passes as it does. */
  readonly clockMs?: number;
  /** Where to write what the verdict rests on, as JSON. */
  readonly evidenceFile?: string;
  /** Milliseconds for following suspicious growth further. Default: 30,000. */
  readonly escalationBudgetMs?: number;
  /** Milliseconds for the whole check. Default: 300,000. */
  readonly timeoutMs?: number;
}

export interface CheckContext {
  readonly openBrowser: OpenLeakBrowser;
  /** Files in reports are named relative to it. */
  readonly workspaceFolder: string;
  readonly signal?: AbortSignal;
  readonly log?: Log;
  readonly clock?: Clock;
}

const DEFAULT_ESCALATE_TO = 60;
const DEFAULT_ESCALATION_MS = 30_000;
/** Iterations of up to this take no noticeable time where they turn out not to be needed. */
const QUICK_ITERATION_MS = 300;
/** A counter that goes on with this share of its rate has not come to a limit. */
const KEEPS_RISING = 0.6;
/**
 * Up to this heap, objects are tracked while the count goes on: a collection every 50 ms costs a few ms then. Larger heaps
 * are only tracked once it has ended.
 */
const TRACKED_HEAP_BYTES = 32 * 1024 * 1024;
/**
 * Checks a scenario for leaks. Yields what happens as it happens; its value is the result, which the last event carries
 * too. It never throws: what goes wrong is a result with the verdict `error`. The browser is ended in every case.
 */
export async function* checkLeaks(
  scenario: Scenario,
  options: CheckOptions,
  context: CheckContext,
): AsyncGenerator<LeakEvent, CheckResult> {
  const check = new LeakCheck(scenario, options, context);
  return yield* check.run();
}

class LeakCheck {
  readonly #scenario: Scenario;
  readonly #options: CheckOptions;
  readonly #context: CheckContext;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #startedAt: number;
  readonly #startedMonotonic: number;
  readonly #warmup: number;
  readonly #iterations: number;
  readonly #warnings: string[] = [];
  readonly #samples: CounterSample[] = [];
  readonly #abort = new AbortController();
  #browser: LeakBrowser | undefined;
  #browserName: CheckResult['browser'] = { name: 'unknown', version: '' };
  #subject: PageUnderTest | undefined;
  #study: HeapStudy | undefined;
  /** What was read before the last iteration of the warm-up. */
  #warmedUp: Counters | undefined;
  #memory: TreeMemoryWatch | undefined;
  #escalatedTo: number | undefined;
  #bounded: readonly BoundedGrowth[] = [];
  readonly #workerStudies: HeapStudy[] = [];
  readonly #phases: Phases;
  #findings: readonly Finding[] = [];

  constructor(scenario: Scenario, options: CheckOptions, context: CheckContext) {
    this.#scenario = scenario;
    this.#options = options;
    this.#context = context;
    this.#clock = context.clock ?? systemClock;
    this.#log = context.log ?? silentLog;
    this.#phases = new Phases(this.#clock);
    this.#warnings.push(...(scenario.warnings ?? []));
    this.#startedAt = this.#clock.now();
    this.#startedMonotonic = this.#clock.monotonic();
    this.#warmup = Math.max(0, options.warmup ?? scenario.warmup ?? DEFAULT_WARMUP);
    this.#iterations = Math.max(2, options.iterations ?? scenario.iterations ?? DEFAULT_ITERATIONS);
  }

  async *run(): AsyncGenerator<LeakEvent, CheckResult> {
    const { signal, workspaceFolder } = this.#context;
    const limitMs = this.#options.timeoutMs ?? 300_000;
    const onAbort = (): void => this.#abort.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const late = (): void =>
      this.#abort.abort(
        new LeakwrightError('timeout', `The check took longer than ${limitMs / 1000} s.`, {
          hint: 'Where the page or the machine is slow, give it more with --timeout, or with timeout in its task.',
        }),
      );
    const limit = setTimeout(late, limitMs);
    let cleaned = false;
    try {
      yield {
        type: 'checkStarted',
        name: nameOf(this.#scenario, workspaceFolder),
        ...relativeFile(this.#scenario, workspaceFolder),
        url: this.#scenario.url,
        warmup: this.#warmup,
        iterations: this.#iterations,
      };
      let verdict: Verdict = 'error';
      let error: CheckResult['error'];
      try {
        verdict = yield* this.#runPhases();
      } catch (failure) {
        error = describeCheckError(failure, this.#abort.signal, this.#scenario, workspaceFolder);
        this.#log.debug(`The check ended early: ${describeError(failure)}`);
      }
      yield this.#phases.begin('cleanup');
      const cleanup = await this.#cleanUp();
      cleaned = true;
      yield this.#phases.end('cleanup');
      const result = createResult(this.#facts(), verdict, error, cleanup);
      yield { type: 'checkEnded', result };
      return result;
    } finally {
      // A consumer that stops listening ends the generator here.
      if (!cleaned) await this.#cleanUp();
      clearTimeout(limit);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async *#runPhases(): AsyncGenerator<LeakEvent, Verdict> {
    yield this.#phases.begin('launch');
    this.#abort.signal.throwIfAborted();
    this.#browser = await this.#context.openBrowser({ signal: this.#abort.signal });
    const { name, version, root, family } = this.#browser;
    this.#browserName = { name, version };
    yield { type: 'browserReady', name, version, pid: root?.pid ?? 0 };
    yield this.#phases.end('launch');
    if (family !== 'chromium') {
      throw new LeakwrightError('leaks.unsupported', `${name} shows no heap, so iterations cannot be checked in it.`, {
        hint: 'Use a duration check, which watches the memory of its processes, or Chromium.',
      });
    }

    yield this.#phases.begin('load');
    const limits = { stepMs: this.#options.stepTimeoutMs ?? 30_000 };
    this.#subject = await PageUnderTest.load(this.#browser, this.#scenario, limits, this.#clock, this.#abort.signal);
    if (root) {
      // From here on: what a browser takes to start, and to load the page, is no growth.
      this.#memory = new TreeMemoryWatch(root, { clock: this.#clock, log: this.#log });
      this.#memory.start();
    }
    yield this.#phases.end('load');

    yield* this.#warmUp();
    yield* this.#count();
    const suspicions = findSuspicions(this.#samples);
    if (suspicions.length === 0 && !this.#options.deep) {
      yield* this.#phases.skip(['attribute', 'escalate', 'explain'], 'nothing grew');
      return 'clean';
    }
    const opened = suspicions.find(({ counter }) => counter === 'pages');
    if (!opened) return yield* this.#lookInside(suspicions);
    yield* this.#phases.skip(['attribute', 'escalate', 'explain'], 'each iteration leaves a page open');
    const finding = await openedPagesFinding(this.#subject, opened.perIteration, this.#reportOptions);
    this.#findings = [finding];
    yield { type: 'finding', finding };
    return finding.ignored === undefined ? 'leak' : 'clean';
  }

  async *#warmUp(): AsyncGenerator<LeakEvent> {
    const subject = this.#subject!;
    if (this.#warmup === 0) {
      yield* this.#phases.skip(['warmup'], 'no warm-up was asked for');
      return;
    }
    yield this.#phases.begin('warmup', this.#warmup);
    for (let iteration = 1; iteration <= this.#warmup; iteration += 1) {
      const isLast = iteration === this.#warmup;
      // What a first reading changes (what it compiles, what a first collection clears) is warm-up, too.
      if (isLast) this.#warmedUp = await subject.read();
      await subject.iterate(isLast ? 'settle' : 'breathe');
      yield { type: 'iteration', phase: 'warmup', iteration, of: this.#warmup };
    }
    yield this.#phases.end('warmup');
  }

  async *#count(): AsyncGenerator<LeakEvent> {
    const subject = this.#subject!;
    yield this.#phases.begin('count', this.#iterations);
    const beganAt = subject.page.url();
    const first = await this.#sample(0);
    // Things are counted exactly: where some came with the last iteration, some may with each.
    if (this.#options.deep || thingsRose(this.#warmedUp, first)) await this.#track();
    for (let iteration = 1; iteration <= this.#iterations; iteration += 1) {
      let treeBytes: Promise<number | undefined> | undefined;
      await subject.iterate(iteration === this.#iterations ? 'settle' : 'pause', () => {
        this.#study?.workEnded();
        // Read while the page is waited for anyway.
        treeBytes = this.#memory?.sample();
      });
      const sample = await this.#sample(iteration, treeBytes);
      await this.#study?.cut();
      yield { type: 'iteration', phase: 'count', iteration, of: this.#iterations, sample };
      // Growth that multiplies would end the page before the count ends; what leaks is plain by then.
      const left = findRunaway(this.#samples)?.iterationsLeft;
      if (left !== undefined && left < this.#iterations - iteration) break;
      if (!this.#study && iteration < this.#iterations && seemsToRise(this.#samples)) await this.#track();
    }
    const endedAt = subject.page.url();
    if (endedAt !== beganAt) {
      const message = `An iteration does not end where it began: at ${beganAt} first, at ${endedAt} after the last. What it does not undo looks like a leak.`;
      this.#warnings.push(message);
      yield { type: 'warning', message };
    }
    yield this.#phases.end('count');
  }

  /** @param memory what the processes hold, for people to see beside the counters; it decides nothing */
  async #sample(iteration: number, memory = this.#memory?.sample()): Promise<CounterSample> {
    const [counters, treeBytes] = await Promise.all([this.#subject!.read(), memory]);
    const sample = {
      iteration,
      atMs: Math.round(this.#clock.monotonic() - this.#startedMonotonic),
      ...counters,
      ...(treeBytes === undefined ? {} : { treeBytes }),
    };
    this.#samples.push(sample);
    return sample;
  }

  /** From here on objects are told apart by iteration: where something seems to rise, fewer iterations are needed later. */
  async #track(): Promise<void> {
    if (this.#samples.at(-1)!['jsHeapBytes']! > TRACKED_HEAP_BYTES) return;
    this.#study = new HeapStudy(this.#subject!);
    await this.#study.track(false);
  }

  async *#lookInside(suspicions: readonly Suspicion[]): AsyncGenerator<LeakEvent, Verdict> {
    const subject = this.#subject!;
    this.#study ??= new HeapStudy(subject);
    const look = yield* lookInside(this.#lookOptions(this.#study, suspicions));
    const looks = [look];
    for (const worker of subject.workers.live) {
      if (!bytesGrow(worker.heapBytes)) continue;
      const study = new HeapStudy(subject, worker.cdp);
      this.#workerStudies.push(study);
      const grown = [{ counter: 'workerHeapBytes', perIteration: 0 }];
      looks.push(yield* lookInside(this.#lookOptions(study, grown)));
    }
    this.#findings = looks.flatMap(({ findings }) => findings);
    this.#bounded = looks.flatMap(({ bounded }) => bounded);
    this.#escalatedTo = looks.findLast(({ escalatedTo }) => escalatedTo !== undefined)?.escalatedTo;
    for (const finding of this.#findings) yield { type: 'finding', finding };
    if (this.#findings.some((finding) => finding.ignored === undefined)) return 'leak';
    if (this.#findings.length > 0 || look.escalatedTo === undefined) return 'clean';
    const rising = await this.#stillRising(
      suspicions.filter(({ counter }) => look.anyReleased !== true || !BEHIND_FOLLOWED.has(counter)),
    );
    if (look.runaway && (await this.#goesOnMultiplying(look.runaway))) rising.push('jsHeapBytes');
    if (rising.length === 0) return 'clean';
    this.#warnings.push(`What makes ${rising.join(', ')} rise could not be told.`);
    return 'inconclusive';
  }

  /** Whether the heap gained since the count at least what it gained an iteration at the end of it. */
  async #goesOnMultiplying({ factor }: Runaway): Promise<boolean> {
    const iterations = this.#subject!.begun - this.#warmup - (this.#samples.length - 1);
    const [former, last] = this.#samples.slice(-2).map(({ jsHeapBytes }) => jsHeapBytes ?? 0);
    if (iterations === 0 || former === undefined || last === undefined) return true;
    const { jsHeapBytes = 0 } = await this.#subject!.read();
    return jsHeapBytes - last >= (last - former) * factor * iterations * KEEPS_RISING;
  }

  /** Counters of things that rose during the count and went on rising until now. */
  async #stillRising(suspicions: readonly Suspicion[]): Promise<string[]> {
    const before = this.#samples.at(-1)!;
    const iterations = this.#subject!.begun - this.#warmup - (this.#samples.length - 1);
    const now = await this.#subject!.read();
    return suspicions
      .filter(({ counter }) => countsThings(counter) || counter === 'backingStoreBytes')
      .filter(({ counter, perIteration }) => {
        const rate = ((now[counter] ?? 0) - (before[counter] ?? 0)) / iterations;
        return rate >= perIteration * KEEPS_RISING;
      })
      .map(({ counter }) => counter);
  }

  get #reportOptions(): Pick<LookOptions, 'workspaceFolder' | 'thresholds' | 'ignore'> {
    return {
      workspaceFolder: this.#context.workspaceFolder,
      thresholds: { ...defaultThresholds, ...this.#scenario.thresholds },
      ignore: this.#scenario.ignore ?? [],
    };
  }

  /** What an iteration of the count took, its reading included. */
  #iterationMs(): number {
    const [first, last] = [this.#samples[0]!, this.#samples.at(-1)!];
    return (last.atMs - first.atMs) / (this.#samples.length - 1);
  }

  #lookOptions(study: HeapStudy, suspicions: readonly Suspicion[]): LookOptions {
    return {
      subject: this.#subject!,
      study,
      suspicions,
      runaway: findRunaway(this.#samples),
      iterations: this.#iterations,
      escalateTo: this.#options.escalateTo ?? DEFAULT_ESCALATE_TO,
      goesOnMeanwhile: this.#iterationMs() <= QUICK_ITERATION_MS && growsEvenly(this.#samples),
      escalationBudgetMs: this.#options.escalationBudgetMs ?? DEFAULT_ESCALATION_MS,
      ...this.#reportOptions,
      phases: this.#phases,
      clock: this.#clock,
      log: this.#log,
      warn: (message) => void this.#warnings.push(message),
    };
  }

  async #cleanUp(): Promise<CleanupVerification> {
    const browser = this.#browser;
    const subject = this.#subject;
    this.#browser = undefined;
    try {
      if (subject && !subject.guard.ended) await subject.teardown();
    } catch (error) {
      this.#warnings.push(describeError(error));
    }
    // The last word on memory, while there is still something to measure.
    if (browser && subject) await this.#memory?.sample();
    this.#memory?.stop();
    this.#warnings.push(...(subject?.errors.warnings() ?? []));
    const closing = [this.#study, ...this.#workerStudies].map((study) => study?.close());
    subject?.release();
    const [cleanup] = await Promise.all([browser ? browser.close() : nothingLeft, ...closing]);
    return cleanup;
  }

  #facts(): CheckFacts {
    return {
      scenario: this.#scenario,
      workspaceFolder: this.#context.workspaceFolder,
      browser: this.#browserName,
      startedAt: this.#startedAt,
      durationMs: Math.round(this.#clock.monotonic() - this.#startedMonotonic),
      warmup: this.#warmup,
      iterations: this.#iterations,
      escalatedTo: this.#escalatedTo,
      settledLate: this.#settledLate,
      samples: this.#samples,
      findings: this.#findings,
      bounded: this.#bounded,
      warnings: this.#warnings,
      memory: {
        memoryTrend: describeTrend(this.#memory?.trend(), false),
        memoryStats: this.#memory?.stats() ?? noMemory.memoryStats,
      },
    };
  }

  get #settledLate(): number {
    return this.#subject?.settledLate ?? 0;
  }
}
