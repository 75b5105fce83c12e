import type { Clock, Log } from '../support/index.ts';
import { HolderProbe } from './measure/probes/holderProbe.ts';
import type { BoundedGrowth, Finding, LeakEvent } from './model.ts';
import type { IgnoreRule, Thresholds } from '../scenarios/index.ts';
import { explain } from './explain/explain.ts';
import { GrowthWatch } from './measure/growthWatch.ts';
import type { HeapStudy, StudyResult } from './measure/heapStudy.ts';
import { hasCandidates, judge } from './judge/judge.ts';
import type { PageUnderTest } from './drive/pageUnderTest.ts';
import type { Phases } from './drive/phases.ts';
import { type Runaway, RunawayWatch, describeRunaway, findMultiplied, multiplies } from './judge/runaway.ts';
import { type Suspicion, countsThings } from './judge/suspicion.ts';

/** The last iterations of an escalation, told apart from the rest: does it still grow? */
const LAST_STRETCH = 10;
/** As few as can say whether growth goes on, for pages that cannot take more. */
const SHORT_STRETCH = 2;
/** Iterations to keep, of those that a page can still take, for finding who puts things where. */
const KEPT_TO_EXPLAIN = 2;
/** Iterations to tell apart at least, for a rule to say something of what is left of each. */
const FEWEST_TOLD_APART = 3;
/** Share of what survived that must still be there: a few may be on their way out. */
const NONE_WENT = 0.95;
/** Iterations that tell growth that multiplies from garbage. */
const CONFIRMING_ITERATIONS = 2;
/** Iterations during which holders that may have grown are read one by one. */
const SIZE_ITERATIONS = 3;

const NOT_FOLLOWED = 'Each iteration adds more than the one before: growth was not followed until it ends the page.';

export interface LookOptions {
  readonly subject: PageUnderTest;
  readonly study: HeapStudy;
  readonly suspicions: readonly Suspicion[];
  /** Where the count showed already that each iteration adds more than the one before. */
  readonly runaway: Runaway | undefined;
  /** Iterations to tell apart; some of them may have been in the count. */
  readonly iterations: number;
  readonly escalateTo: number;
  /** Whether iterations are so quick and growth so even that some more do no harm while a snapshot is read. */
  readonly goesOnMeanwhile: boolean;
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
  /** Where each iteration was seen to add more than the one before. */
  readonly runaway?: Runaway;
  /** Iterations in all after growth was followed; undefined where the first snapshot showed nothing to follow. */
  readonly escalatedTo?: number;
}

/** Looks into one heap, the page's or a worker's: what survives, what goes on growing, who holds it, which line it is. */
export async function* lookInside(options: LookOptions): AsyncGenerator<LeakEvent, LookResult> {
  return yield* new Look(options).run();
}

class Look {
  readonly #options: LookOptions;
  #runaway: Runaway | undefined;

  constructor(options: LookOptions) {
    this.#options = options;
    this.#runaway = options.runaway;
  }

  async *run(): AsyncGenerator<LeakEvent, LookResult> {
    const { subject, study, suspicions, phases, log, warn, workspaceFolder, thresholds, ignore } = this.#options;
    const thingsRose = suspicions.some(({ counter }) => countsThings(counter));
    const first = yield* this.#attribute(!thingsRose && !this.#runaway);
    log.debug(`First snapshot: ${describeStudy(first)}.`);
    const multiplied = this.#runaway ? undefined : findMultiplied(survivorsOf(first));
    this.#runaway ??= multiplied;
    const mayLeak =
      this.#runaway !== undefined ||
      thingsRose ||
      hasCandidates({ ...first, groups: first.analysis.groups }) ||
      (await this.#mayGrow(first));
    yield phases.end('attribute');
    if (!mayLeak) {
      yield* phases.skip(['escalate', 'explain'], 'nothing survives from the iterations');
      return { findings: [], bounded: [] };
    }

    let second = first;
    if (this.#stretch() > 0) second = yield* this.#escalate();
    else {
      warn(NOT_FOLLOWED);
      yield* phases.skip(['escalate'], 'each iteration adds more than the one before');
    }
    if (multiplied && !goesOn(first, second)) {
      this.#runaway = undefined;
      second = yield* this.#escalate();
    }
    const escalatedTo = subject.begun;
    log.debug(`Second snapshot: ${describeStudy(second)}.`);
    const judgement = judge({
      ...second,
      groups: second.analysis.groups,
      escalated: second !== first,
      multiplies: this.#runaway !== undefined,
    });
    yield phases.begin('explain');
    const heldBefore = this.#runaway && (await this.#heldBytes());
    const { findings, bounded } = await explain({
      subject,
      study,
      judgement,
      second,
      ...(this.#runaway ? { iterationsLeft: this.#runaway.iterationsLeft } : {}),
      suspicions,
      workspaceFolder,
      thresholds,
      ignore,
      log,
    });
    // What multiplies is not followed far: that it goes on is seen while it is explained.
    const wentOn = heldBefore === undefined || subject.begun === escalatedTo || (await this.#heldBytes()) > heldBefore;
    yield phases.end('explain');
    return {
      findings: wentOn ? findings : [],
      bounded: [...judgement.bounded, ...bounded, ...(wentOn ? [] : findings.map(letGo))],
      anyReleased: judgement.anyReleased,
      ...(this.#runaway ? { runaway: this.#runaway } : {}),
      escalatedTo,
    };
  }

  async *#attribute(quick: boolean): AsyncGenerator<LeakEvent, StudyResult> {
    const { subject, study, suspicions, iterations, phases } = this.#options;
    const needed = this.#runaway ? FEWEST_TOLD_APART : iterations;
    // A page on which growth multiplies is asked for no iteration more than must be.
    const total = this.#runaway && study.toldApart > 0 ? 0 : Math.min(needed, iterations) - study.toldApart;
    const rose = suspicions.map(({ counter }) => counter).join(', ');
    yield phases.begin('attribute', total > 0 ? total : undefined, rose === '' ? 'asked for' : `${rose} rose`);
    if (total > 0) {
      if (!study.isTracking) await study.track(false);
      for (let iteration = 1; iteration <= total; iteration += 1) {
        await subject.iterate(iteration === total ? 'settle' : 'pause', study.workEnded);
        await study.cut();
        yield { type: 'iteration', phase: 'attribute', iteration, of: total };
      }
      this.#took(total);
    }
    const { studied } = await study.takeSnapshot(quick);
    if (this.#options.goesOnMeanwhile) await this.#goOnUntil(studied);
    return await studied;
  }

  /** While a snapshot is read, the page does iterations that will be needed should it show anything. */
  async #goOnUntil(studied: Promise<unknown>): Promise<void> {
    const { subject, escalateTo, clock } = this.#options;
    const state = { over: false };
    const end = (): void => {
      state.over = true;
    };
    studied.then(end, end);
    const runaway = new RunawayWatch();
    while (!state.over && subject.begun < escalateTo - LAST_STRETCH) {
      const began = clock.monotonic();
      if (runaway.note(await subject.iterateOn(), clock.monotonic() - began)) return;
    }
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
    for (; done < total - LAST_STRETCH && !isLate() && !this.#runaway; done += 1) {
      const began = clock.monotonic();
      const bytes = await subject.iterateOn();
      yield { type: 'iteration', phase: 'escalate', iteration: done + 1, of: total };
      if (!runaway.note(bytes, clock.monotonic() - began)) continue;
      this.#runaway = await this.#multiplies();
      done += CONFIRMING_ITERATIONS;
      runaway.forget();
    }
    const stretch = this.#stretch();
    if (this.#runaway) warn(NOT_FOLLOWED);
    else if (done < total - LAST_STRETCH)
      warn(`Time was short: growth was followed for ${subject.begun + LAST_STRETCH} iterations only.`);
    if (done > 0) await subject.settle();
    await study.track(true);
    for (let last = 0; last < stretch; last += 1) {
      await subject.iterate('breathe');
      done += 1;
      yield { type: 'iteration', phase: 'escalate', iteration: done, of: total };
    }
    this.#took(stretch);
    await subject.settle();
    const second = await study.snapshot();
    yield phases.end('escalate');
    return second;
  }

  /** Iterations of the last stretch; none where the page can take no more than it takes to explain. */
  #stretch(): number {
    if (!this.#runaway) return LAST_STRETCH;
    return Math.max(0, Math.min(SHORT_STRETCH, this.#runaway.iterationsLeft - KEPT_TO_EXPLAIN));
  }

  #took(iterations: number): void {
    if (!this.#runaway) return;
    const iterationsLeft = Math.max(0, this.#runaway.iterationsLeft - iterations);
    this.#runaway = { ...this.#runaway, iterationsLeft };
  }

  async #heldBytes(): Promise<number> {
    const { subject } = this.#options;
    await subject.cdp.send('HeapProfiler.collectGarbage');
    return await subject.heapBytes();
  }

  /** Whether each of some iterations adds more than the one before, garbage left out. */
  async #multiplies(): Promise<Runaway | undefined> {
    const { subject } = this.#options;
    const readings = [await this.#heldBytes()];
    for (let iteration = 0; iteration < CONFIRMING_ITERATIONS; iteration += 1) {
      await subject.iterate('breathe');
      readings.push(await this.#heldBytes());
    }
    return multiplies(readings) ? describeRunaway(readings) : undefined;
  }
}

/** What survives of each group from each of the iterations that were told apart first. */
function survivorsOf({ analysis, spans }: StudyResult): number[][] {
  const singles = spans.filter(({ first, last }) => first === last).length;
  return analysis.groups.map(({ survivors }) => survivors.slice(0, singles));
}

/**
 * Whether what multiplied does so still, and none of it went meanwhile: a cache that evicts at random also has the most
 * of its latest, but loses of its older ones with each iteration.
 */
function goesOn(before: StudyResult, after: StudyResult): boolean {
  const later = survivorsOf(after);
  return survivorsOf(before)
    .filter((counts) => findMultiplied([counts]))
    .some((counts) =>
      later.some((now) => findMultiplied([now]) && counts.every((count, index) => now[index]! >= count * NONE_WENT)),
    );
}

const letGo = ({ name, holder }: Finding): BoundedGrowth => ({
  name,
  reason: 'it multiplied, and was let go after that',
  ...(holder === undefined ? {} : { holder }),
});

function describeStudy({ analysis }: StudyResult): string {
  const { nodeCount, groups, growth } = analysis;
  return `${nodeCount} objects, ${groups.length} groups, ${growth.length} grown`;
}
