import type { Clock, Log } from '../../support/index.ts';
import { HolderProbe } from '../exactLine/holderProbe.ts';
import type { BoundedGrowth, Finding, LeakEvent } from '../model.ts';
import type { IgnoreRule, Thresholds } from '../scenario/scenario.ts';
import { explain } from './explain.ts';
import { GrowthWatch } from './growthWatch.ts';
import type { HeapStudy, StudyResult } from './heapStudy.ts';
import { hasCandidates, judge } from './judge.ts';
import type { PageUnderTest } from './pageUnderTest.ts';
import type { Phases } from './phases.ts';
import { RunawayWatch, multiplies } from './runaway.ts';
import { type Suspicion, countsThings } from './suspicion.ts';

/** The last iterations of an escalation, told apart from the rest: does it still grow? */
const LAST_STRETCH = 10;
/** As few as can say whether growth goes on, for pages that cannot take more. */
const SHORT_STRETCH = 2;
/** Iterations that tell growth that multiplies from garbage. */
const CONFIRMING_ITERATIONS = 2;
/** Iterations during which holders that may have grown are read one by one. */
const SIZE_ITERATIONS = 3;

export interface LookOptions {
  readonly subject: PageUnderTest;
  readonly study: HeapStudy;
  /** Whether the study has tracked the count already. */
  readonly tracked: boolean;
  readonly suspicions: readonly Suspicion[];
  /** True where the count showed already that each iteration adds more than the one before. */
  readonly isRunaway: boolean;
  /** Iterations to tell apart where the count was not tracked. */
  readonly iterations: number;
  readonly escalateTo: number;
  readonly escalationBudgetMs: number;
  readonly workspaceFolder: string;
  readonly thresholds: Thresholds;
  readonly ignore: readonly IgnoreRule[];
  readonly phases: Phases;
  readonly clock: Clock;
  readonly log: Log;
  readonly warn: (message: string) => void;
}

export interface LookResult {
  readonly findings: readonly Finding[];
  readonly bounded: readonly BoundedGrowth[];
  /** Whether the browser keeps things that the page has ended. */
  readonly anyReleased?: boolean;
  /** Iterations in all after growth was followed; undefined where the first snapshot showed nothing to follow. */
  readonly escalatedTo?: number;
}

/** Looks into one heap, the page's or a worker's: what survives, what goes on growing, who holds it, which line it is. */
export async function* lookInside(options: LookOptions): AsyncGenerator<LeakEvent, LookResult> {
  return yield* new Look(options).run();
}

class Look {
  readonly #options: LookOptions;
  #isRunaway: boolean;

  constructor(options: LookOptions) {
    this.#options = options;
    this.#isRunaway = options.isRunaway;
  }

  async *run(): AsyncGenerator<LeakEvent, LookResult> {
    const { subject, study, suspicions, phases, log, workspaceFolder, thresholds, ignore } = this.#options;
    const thingsRose = suspicions.some(({ counter }) => countsThings(counter));
    const first = yield* this.#attribute(!thingsRose);
    log.debug(`First snapshot: ${describeStudy(first)}.`);
    const mayLeak =
      thingsRose || hasCandidates({ ...first, groups: first.analysis.groups }) || (await this.#mayGrow(first));
    yield phases.end('attribute');
    if (!mayLeak) {
      yield* phases.skip(['escalate', 'explain'], 'nothing survives from the iterations');
      return { findings: [], bounded: [] };
    }

    const second = yield* this.#escalate();
    const escalatedTo = subject.begun;
    log.debug(`Second snapshot: ${describeStudy(second)}.`);
    const judgement = judge({ ...second, groups: second.analysis.groups, escalated: true });
    yield phases.begin('explain');
    const { findings, bounded } = await explain({
      subject,
      study,
      judgement,
      second,
      isRunaway: this.#isRunaway,
      suspicions,
      workspaceFolder,
      thresholds,
      ignore,
      log,
    });
    yield phases.end('explain');
    return { findings, bounded: [...judgement.bounded, ...bounded], anyReleased: judgement.anyReleased, escalatedTo };
  }

  async *#attribute(quick: boolean): AsyncGenerator<LeakEvent, StudyResult> {
    const { subject, study, tracked, suspicions, iterations, phases } = this.#options;
    const rose = suspicions.map(({ counter }) => counter).join(', ');
    yield phases.begin('attribute', tracked ? undefined : iterations, rose === '' ? 'asked for' : `${rose} rose`);
    if (!tracked) {
      await study.prepare();
      await study.track(false);
      for (let iteration = 1; iteration <= iterations; iteration += 1) {
        await subject.iterate('settle', study.workEnded);
        await study.cut();
        yield { type: 'iteration', phase: 'attribute', iteration, of: iterations };
      }
    }
    return await study.snapshot(quick);
  }

  /** Whether old collections, strings or buffers that changed during the count grow by iterations: reads the live ones. */
  async #mayGrow(first: StudyResult): Promise<boolean> {
    const { subject, study, log } = this.#options;
    const { growth } = first.analysis;
    if (growth.length === 0) return false;
    const probe = new HolderProbe(study.cdp);
    const watch = new GrowthWatch(subject, probe, growth);
    await watch.read();
    for (let iteration = 0; iteration < SIZE_ITERATIONS; iteration += 1) {
      await subject.iterate('settle');
      await watch.read();
    }
    await probe.finish();
    const results = watch.results();
    for (const { growth: report, sizes, verdict } of results)
      log.debug(`${report.holder.name || report.className}: ${sizes.join(', ')}: ${verdict.answer}`);
    return results.some(({ verdict }) => verdict.answer === 'leak');
  }

  /** More iterations, to tell what goes on growing from what fills and stops. */
  async *#escalate(): AsyncGenerator<LeakEvent, StudyResult> {
    const { subject, study, escalateTo, escalationBudgetMs, phases, clock, warn } = this.#options;
    const target = Math.max(escalateTo, subject.begun + LAST_STRETCH);
    const total = target - subject.begun;
    yield phases.begin('escalate', total, 'to tell a leak from a cache that fills');
    const deadline = clock.monotonic() + escalationBudgetMs;
    let done = 0;
    const isLate = (): boolean => clock.monotonic() >= deadline;
    const runaway = new RunawayWatch();
    for (; done < total - LAST_STRETCH && !isLate() && !this.#isRunaway; done += 1) {
      const began = clock.monotonic();
      await subject.iterate('breathe');
      yield { type: 'iteration', phase: 'escalate', iteration: done + 1, of: total };
      if (!runaway.note(await subject.heapBytes(), clock.monotonic() - began)) continue;
      this.#isRunaway = await this.#multiplies();
      done += CONFIRMING_ITERATIONS;
      runaway.forget();
    }
    const stretch = this.#isRunaway ? SHORT_STRETCH : LAST_STRETCH;
    if (this.#isRunaway)
      warn('Each iteration adds more than the one before: growth was not followed until it ends the page.');
    else if (done < total - LAST_STRETCH)
      warn(`Time was short: growth was followed for ${subject.begun + LAST_STRETCH} iterations only.`);
    if (done > 0) await subject.settle();
    await study.track(true);
    for (let last = 0; last < stretch; last += 1) {
      await subject.iterate('breathe');
      done += 1;
      yield { type: 'iteration', phase: 'escalate', iteration: done, of: total };
    }
    await subject.settle();
    const second = await study.snapshot();
    yield phases.end('escalate');
    return second;
  }

  /** Whether each of some iterations adds more than the one before, garbage left out. */
  async #multiplies(): Promise<boolean> {
    const { subject } = this.#options;
    const read = async (): Promise<number> => {
      await subject.cdp.send('HeapProfiler.collectGarbage');
      return await subject.heapBytes();
    };
    const readings = [await read()];
    for (let iteration = 0; iteration < CONFIRMING_ITERATIONS; iteration += 1) {
      await subject.iterate('breathe');
      readings.push(await read());
    }
    return multiplies(readings);
  }
}

function describeStudy({ analysis }: StudyResult): string {
  const { nodeCount, groups, growth } = analysis;
  return `${nodeCount} objects, ${groups.length} groups, ${growth.length} grown`;
}
