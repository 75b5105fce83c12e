import type { Page } from 'playwright';
import { type Clock, plainText } from '../../support/index.ts';
import {
  installPageHooks,
  knowPageHooks,
  limitReports,
  type PendingPlace,
  markIteration,
  markKnownFrames,
  startIterations,
} from '../measure/pageHooks/index.ts';
import type { Scenario, UseOptions } from '../../scenarios/index.ts';
import type { SourceTextsOptions } from '../explain/sources/index.ts';
import { CALL_LIMIT_MS, GuardedCdp } from './cdp.ts';
import { type Counters, enableCounters, readCounters } from '../measure/counters.ts';
import { type CoveredIteration, FunctionsRun } from './functionsRun.ts';
import { countMutations, filterInterfaces, waitForFrame } from './inPage.ts';
import { IsolatedWorld } from './isolatedWorld.ts';
import type { LeakBrowser } from './leakBrowser.ts';
import { pageSourceAccess } from './pageSourceAccess.ts';
import { OpenWindows } from './openWindows.ts';
import { PageErrors } from './pageErrors.ts';
import { PageEvents } from './pageEvents.ts';
import { PageGuard } from './pageGuard.ts';
import { type LateWork, lateWorkOf } from './lateWork.ts';
import type { IterationFacts, PeriodicWork, UnreachedPart } from './iterationFacts.ts';
import { PageSteps, type StepLimits, hungError, openPage } from './pageSteps.ts';
import { readAllPlaces } from './pendingPlaces.ts';
import { PageTime } from './pageTime.ts';
import { QuickClicks } from './quickClicks.ts';
import { RequestsInFlight } from './requestsInFlight.ts';
import { type Settled, Settling, type Wait } from './settle.ts';
import type { ClicksInPage, Subject } from './subject.ts';
import { WorkerTargets } from './workerTargets.ts';

/** Milliseconds. */
export interface PageLimits extends StepLimits {
  /** The page's time that passes after each iteration beside what its work needs. */
  readonly clockMs?: number | undefined;
}

/** Iterations whose facts are kept. */
const MAX_FACTS = 1000;

/** The page of a check: loads it, runs iterations on it, reads it. Everything it awaits ends with the check. */
export class PageUnderTest implements Subject {
  readonly page: Page;
  readonly cdp: GuardedCdp;
  readonly guard: PageGuard;
  readonly workers: WorkerTargets;
  readonly errors: PageErrors;
  readonly hooked = true;
  /** The options of the page's context, as the scenario gives them. */
  readonly use: UseOptions;
  readonly #scenario: Scenario;
  readonly #steps: PageSteps;
  readonly #limits: PageLimits;
  readonly #settling: Settling;
  readonly #world: IsolatedWorld;
  readonly #events: PageEvents;
  readonly #time: PageTime;
  readonly #quick: QuickClicks;
  readonly #late: LateWork;
  /** Moves the clock of an adopted page on, where it has one. */
  readonly #passTime: ((ms: number) => Promise<void>) | undefined;
  /** Nothing ran by itself after the last iteration. */
  #isCalm = false;
  readonly #facts: IterationFacts[] = [];
  /** Iterations begun since the page was loaded, warm-up included. */
  #begun = 0;
  /** Whether there may be frames that have not been told which iteration it is. */
  #framesChanged = true;
  readonly #windows: OpenWindows;
  settledLate = 0;
  skippedMs = 0;

  private constructor(parts: {
    page: Page;
    cdp: GuardedCdp;
    guard: PageGuard;
    steps: PageSteps;
    workers: WorkerTargets;
    scenario: Scenario;
    limits: PageLimits;
    settling: Settling;
    world: IsolatedWorld;
    events: PageEvents;
    time: PageTime;
    clock: Clock;
    passTime: ((ms: number) => Promise<void>) | undefined;
  }) {
    this.#passTime = parts.passTime;
    this.#time = parts.time;
    this.#quick = new QuickClicks(parts.world, parts.time, parts.clock);
    this.#late = lateWorkOf(parts.cdp, parts.clock);
    this.#world = parts.world;
    this.#events = parts.events;
    this.page = parts.page;
    this.errors = new PageErrors(parts.events);
    this.cdp = parts.cdp;
    this.guard = parts.guard;
    this.workers = parts.workers;
    this.#scenario = parts.scenario;
    this.#steps = parts.steps;
    this.use = parts.scenario.use ?? {};
    this.#limits = parts.limits;
    this.#settling = parts.settling;
    const changed = (): void => {
      this.#framesChanged = true;
    };
    this.#windows = new OpenWindows(parts.page, parts.events);
    parts.events.on('frameattached', changed);
    parts.events.on('framedetached', changed);
    parts.events.on('framenavigated', changed);
  }

  /**
   * Opens a page with our hooks in it, runs the scenario's `setup`, loads the URL, waits until it is at rest, and runs
   * `prepare`. An adopted page is taken as it is.
   *
   * @throws LeakwrightError `leaks.pageUnreachable`, `leaks.scenarioFailed`, `leaks.pageHung`, `leaks.browserDied`
   */
  static async load(
    browser: LeakBrowser,
    scenario: Scenario,
    limits: PageLimits,
    clock: Clock,
    signal: AbortSignal | undefined,
  ): Promise<PageUnderTest> {
    const page = await openPage(browser, scenario, limits);
    const events = new PageEvents(page);
    const guard = new PageGuard(browser, page, events, signal);
    const hung = (): Error => hungError(page);
    const cdp = new GuardedCdp(await browser.openCdp(page), guard, hung, Math.max(limits.stepMs, CALL_LIMIT_MS));
    const steps = new PageSteps(page, guard, scenario, limits);
    const world = new IsolatedWorld(cdp);
    const time = new PageTime(cdp.session, clock, browser.ownsTime === true);
    const requests = new RequestsInFlight(page, events, clock);
    const workers = await WorkerTargets.attach(cdp, guard, page.context().browser());
    const readPlaces = async (): Promise<PendingPlace[]> => requests.endUnread(await readAllPlaces(cdp, workers));
    const settling = new Settling({ world, clock, requests, time, readPlaces });
    const passTime = browser.passTime && (async (ms: number) => await browser.passTime!(page, ms));
    const subject = new PageUnderTest({
      passTime,
      page,
      cdp,
      guard,
      steps,
      workers,
      scenario,
      limits,
      settling,
      world,
      events,
      time,
      clock,
    });
    scenario.lookInto?.(
      page,
      async (fn, ...args) => await world.call(fn, ...args),
      async () => (await subject.#settle('step')).calm,
    );
    if (browser.adoptsPage === true) {
      await Promise.all([cdp.send('Page.enable'), enableCounters(cdp)]);
      await startIterations(cdp);
      // Nothing passes yet: what the page starts from now on goes by its owner's clock.
      if (limits.clockMs !== undefined) await passTime?.(0);
      await subject.settle('load');
      return subject;
    }
    await Promise.all([
      // Its popups, too.
      page.context().addInitScript(limitReports),
      page.addInitScript(installPageHooks),
      cdp.send('Page.enable'),
      settling.watchNewDocuments(),
      enableCounters(cdp),
    ]);
    await steps.run('setup');
    await steps.open();
    // The hooks are found while the page comes to rest.
    await knowPageHooks(cdp);
    await subject.settle('load');
    if (scenario.prepare) {
      await steps.run('prepare');
      await subject.settle('load');
    }
    return subject;
  }

  url(): string {
    return this.page.url();
  }

  sourceAccess(): Pick<SourceTextsOptions, 'pageUrl' | 'asPage'> {
    return pageSourceAccess(this.page, this.use);
  }

  get closedWindows(): number {
    return this.#windows.closed;
  }

  /** Number of the iteration that began last, from 1, warm-up included. */
  get begun(): number {
    return this.#begun;
  }

  /** What was noticed of the latest iterations, warm-up included, beside what was read after them. */
  get facts(): readonly IterationFacts[] {
    return this.#facts;
  }

  get unreached(): readonly UnreachedPart[] {
    return this.workers.unreached;
  }

  /** What the page does all the time, whatever an iteration does: it is not waited for. */
  get periodic(): readonly PeriodicWork[] {
    return this.#settling.periodic;
  }

  /**
   * Runs one iteration and waits until what it started is over, whatever `wait` says: with `settle` also until the page was at
   * rest for a while, with `pause` for a moment, with `frame` only for a frame where nothing is read after.
   *
   * @param onWorkEnded called when the scenario's own steps are done, before the wait
   */
  async iterate(wait: 'settle' | 'pause' | 'frame', onWorkEnded?: () => void): Promise<IterationFacts> {
    await this.#iterate();
    onWorkEnded?.();
    return await this.#endIteration(wait === 'settle' ? 'rest' : wait);
  }

  /** Runs an iteration or two and sees which functions of the page run in their steps. */
  async iterateCovered(): Promise<CoveredIteration> {
    return await new FunctionsRun(this.cdp).watch(async (around) => {
      await this.#iterate(async (steps) => {
        await around(async () => {
          await steps();
          await this.#world.call(waitForFrame);
        });
      });
      const { silent } = await this.#endIteration('rest');
      return { silent, calm: this.#isCalm };
    });
  }

  /** Runs one iteration after which nothing is read but the bytes of the heap, garbage included. */
  async iterateOn(wait: 'frame' | 'sprint' = 'frame'): Promise<number> {
    await this.#iterate();
    const [bytes] = await Promise.all([this.heapBytes(), this.#endIteration(wait)]);
    return bytes;
  }

  /** Runs one iteration among many: where none had anything to wait for, the page is not given a frame. */
  get sprint(): (() => Promise<number>) | undefined {
    return this.#time.skips
      ? async () => await this.iterateOn(this.#quick.isAsynchronous ? 'frame' : 'sprint')
      : undefined;
  }

  get age(): ((ms: number) => Promise<number>) | undefined {
    if (!this.#time.skips) return undefined;
    return async (ms) => {
      const passed = await this.#time.age(ms);
      this.skippedMs += passed;
      return passed;
    };
  }

  async mutations(): Promise<number> {
    return await this.#world.call(countMutations);
  }

  async clickInPage(iterations: number, { onlySynchronous = false, inFrames = false }: ClicksInPage): Promise<number> {
    const { steps } = this.#scenario;
    const outside = this.workers.frames.length > 0 || this.#settling.hasOpenRequests;
    if (!steps || this.#framesChanged || !this.#quick.can(onlySynchronous, outside)) return 0;
    await markKnownFrames(this.cdp, this.#begun + 1);
    const { done, skippedMs } = await this.#quick.run(steps, iterations, inFrames);
    this.#begun += done;
    this.skippedMs += skippedMs;
    await this.#settle('frame');
    return done;
  }

  async #endIteration(wait: Wait): Promise<IterationFacts> {
    const before = this.#facts.at(-1);
    const settled = await this.#late.settle(async () => await this.#settle(wait));
    this.#isCalm = settled.calm;
    if (!settled.ended) this.settledLate += 1;
    const { waitedMs, skippedMs, waitedFor, tail, silent } = settled;
    this.skippedMs += skippedMs;
    this.#quick.learn(settled);
    const overlapped = before?.tail.some(({ dueInMs }) => dueInMs === undefined) ?? false;
    await this.#passClock();
    const facts = { iteration: this.#begun, waitedMs, skippedMs, waitedFor, tail, overlapped, silent };
    this.#facts.push(facts);
    if (this.#facts.length > MAX_FACTS) this.#facts.shift();
    return facts;
  }

  /** Lets the page's time pass as `--clock` says, and what is due in it happen. */
  async #passClock(): Promise<void> {
    const { clockMs } = this.#limits;
    if (clockMs === undefined) return;
    if (this.#time.skips) await this.#time.skip(clockMs, true);
    else if (this.#passTime) await this.#passTime(clockMs);
    else return;
    this.skippedMs += clockMs;
    await this.#settle('frame');
  }

  /** What a person should know of how the page was driven. */
  get notices(): readonly string[] {
    const notices: string[] = [...(this.#scenario.notices?.() ?? [])];
    if (this.#steps.notice !== undefined) notices.push(this.#steps.notice);
    const { clockMs } = this.#limits;
    if (clockMs !== undefined && !this.#time.skips && !this.#passTime)
      notices.push(
        'The time of the page could not be moved: that needs a headless Chromium which the check has launched.',
      );
    else if (this.#time.failed)
      notices.push('The page did not follow its time being moved: its work was waited for in real time.');
    for (const { kind, url, reason } of this.workers.unreached)
      notices.push(`Not looked into: a ${kind.replace('-', ' ')} (${plainText(url, 200)}), ${reason}.`);
    const overlapped = this.#facts.filter((facts) => facts.overlapped).length;
    // Once is periodic work that was noticed.
    if (overlapped > 1)
      notices.push(
        `${overlapped} of ${this.#facts.length} iterations began while work of the one before was going on.`,
      );
    return notices;
  }

  async #settle(wait: Wait): Promise<Settled> {
    // What a new document does is asked of its own hooks.
    if (this.#framesChanged) await knowPageHooks(this.cdp);
    return await this.#settling.settle(wait);
  }

  /** @param around what is done with the steps; they are only run by default */
  async #iterate(around = async (steps: () => Promise<void>): Promise<void> => await steps()): Promise<void> {
    this.#begun += 1;
    this.#settling.beginIteration();
    this.workers.beginIteration();
    const steps = async (): Promise<void> => await this.#steps.run('iteration', this.#begun);
    if (this.#framesChanged) {
      this.#framesChanged = false;
      await markIteration(this.cdp, this.#begun);
      await around(steps);
      return;
    }
    // What is sent first comes first: the page knows of the iteration before its steps begin.
    const marked = Promise.all([
      markKnownFrames(this.cdp, this.#begun),
      ...this.workers.frames.map(async ({ cdp }) => await markKnownFrames(cdp, this.#begun).catch(() => undefined)),
    ]);
    await around(steps);
    await marked;
  }

  /** Waits until the page is at rest, between iterations. */
  async settle(wait: 'rest' | 'load' = 'rest'): Promise<void> {
    if (!(await this.#settle(wait)).ended) this.settledLate += 1;
  }

  /** Bytes of the JavaScript heap, garbage included: a quick look. */
  async heapBytes(): Promise<number> {
    return (await this.cdp.send('Runtime.getHeapUsage')).usedSize;
  }

  /** Bytes of the JavaScript heap after a collection. */
  async heldBytes(): Promise<number> {
    await this.cdp.send('HeapProfiler.collectGarbage');
    return await this.heapBytes();
  }

  async read(): Promise<Counters> {
    return { ...(await readCounters(this.cdp, this.workers)), pages: await this.#windows.count() };
  }

  /** Which of the names are interfaces that script knows. */
  async exposedInterfaces(names: readonly string[]): Promise<ReadonlySet<string>> {
    const plain = [...new Set(names)];
    return new Set(await this.#world.call(filterInterfaces, plain));
  }

  /** Lets go of the page, which may live on. */
  release(): void {
    this.#time.stop();
    this.workers.release();
    this.guard.release();
    this.#events.release();
  }

  async teardown(): Promise<void> {
    await this.#steps.run('teardown');
  }
}
