import { type Clock, plainText } from '../../support/index.ts';
import type { PendingPlace } from '../measure/pageHooks/index.ts';
import {
  type DocumentSeen,
  type DocumentState,
  finishAnimations,
  leaveAnimations,
  waitForFrame,
  waitForIdle,
  waitForQuiet,
  watchMutations,
} from './inPage.ts';
import type { IsolatedWorld } from './isolatedWorld.ts';
import type { PendingWork, PeriodicWork, WorkKind } from './iterationFacts.ts';
import type { PageTime } from './pageTime.ts';
import type { RequestsInFlight } from './requestsInFlight.ts';

/**
 * How long a wait is. `rest`: until all is over and the DOM was quiet for 50 ms; `pause`: the same with 16 ms, where what comes
 * late comes late after each iteration; `frame`: all is over, nothing is read after it; `sprint`: the same without a frame; `load`: a page that was just loaded;
 * `step`: between two steps of an iteration, as long as a person would wait.
 */
export type Wait = 'rest' | 'pause' | 'frame' | 'sprint' | 'load' | 'step';

interface Limits {
  readonly frames: number;
  readonly quietMs: number;
  /** Timers that are due later are not waited for. Milliseconds of the page's time from the end of the step. */
  readonly timersMs: number;
  /** Requests, animations, loops that take longer are not waited for. Milliseconds of real time. */
  readonly workMs: number;
  readonly framesMs: number;
  readonly workersMs: number;
  /** What sockets and databases are asked: a socket may be one that never answers. */
  readonly answersMs: number;
}

const TAIL_LIMIT_MS = 10_000;
/** Where time cannot be skipped, ten iterations have to fit into a check. */
const REAL_TAIL_LIMIT_MS = 6_000;
const ITERATION = { timersMs: TAIL_LIMIT_MS, workMs: 10_000, framesMs: 3000, workersMs: 5000, answersMs: 2000 };
const LIMITS: Readonly<Record<Wait, Limits>> = {
  rest: { frames: 2, quietMs: 50, ...ITERATION },
  pause: { frames: 1, quietMs: 16, ...ITERATION },
  frame: { frames: 1, quietMs: 0, ...ITERATION },
  sprint: { frames: 0, quietMs: 0, ...ITERATION },
  // Polling begins with the page: its timers are not told from one-shot work yet.
  load: { frames: 2, quietMs: 50, timersMs: 300, workMs: 4000, framesMs: 500, workersMs: 1000, answersMs: 500 },
  // Longer, and a notification that closes itself after 3 s would be gone before it can be clicked away.
  step: { frames: 0, quietMs: 0, timersMs: 600, workMs: 2000, framesMs: 600, workersMs: 1000, answersMs: 600 },
};

/** A page whose DOM still changes then is read as it is, and the report says so. */
const QUIET_LIMIT_MS = 2000;
/** A page whose DOM changed all that time, twice, draws without end (a spinner, a clock): it is given this long from then on. */
const RESTLESS_LIMIT_MS = 500;
/** Timers that are due sooner are waited for as they are. */
const SHORT_MS = 30;
/** Requests and animations are asked about again after so long. */
const ASK_AGAIN_MS = 200;
/** From this many times on, a timer that is set when it fires is a chain. */
const CHAIN_LENGTH = 3;
/** An interval that has fired for so long is asked about again after this share of that: one of 16 ms would take 600 questions. */
const INTERVAL_SHARE = 0.25;
/** How much faster the page's time passes while something is drawn step by step. */
const FAST_PACE = 4;
/** Places of periodic work that are remembered. */
const MAX_PERIODIC = 500;

export interface Settled {
  /** False when something was still going on at the limit. */
  readonly ended: boolean;
  /** Nothing at all goes on that could move what is to be clicked: no interval, loop, timer, request or animation. */
  readonly calm: boolean;
  readonly waitedMs: number;
  readonly skippedMs: number;
  /** Milliseconds of the page's time that its timers needed, skipped or not. */
  readonly timersMs: number;
  readonly waitedFor: readonly WorkKind[];
  readonly tail: readonly PendingWork[];
  /** Requests and sockets that were begun since the iteration began, waited for or not. */
  readonly requests: number;
  /** Elements were pressed, and nothing that can be seen from outside came of it. */
  readonly silent: boolean;
}

/** Waits until what an iteration has started is over, and the page has come to rest. */
export class Settling {
  readonly #world: IsolatedWorld;
  readonly #clock: Clock;
  readonly #requests: RequestsInFlight;
  readonly #time: PageTime;
  readonly #readPlaces: () => Promise<PendingPlace[]>;
  /** Places whose work goes on whatever an iteration does, by kind and stack. */
  readonly #periodic = new Map<string, PeriodicWork>();
  /** How many were pending at each place after the iteration before. */
  #left = new Map<string, number>();
  /** How often in a row nothing but the DOM kept the page from coming to rest. */
  #restless = 0;
  #seen: DocumentSeen | undefined;
  #seenBefore: DocumentSeen | undefined;

  constructor(parts: {
    world: IsolatedWorld;
    clock: Clock;
    requests: RequestsInFlight;
    time: PageTime;
    readPlaces: () => Promise<PendingPlace[]>;
  }) {
    this.#world = parts.world;
    this.#clock = parts.clock;
    this.#requests = parts.requests;
    this.#time = parts.time;
    this.#readPlaces = parts.readPlaces;
  }

  /** What the page does all the time, as far as it was noticed. */
  get periodic(): readonly PeriodicWork[] {
    return [...this.#periodic.values()];
  }

  /** Whether requests are open that never end by themselves: time does not stand still for others then. */
  get hasOpenRequests(): boolean {
    return this.#requests.anyOpen;
  }

  /** Watches documents from their beginning: a page that was quiet while it loaded need not be waited for after it. */
  async watchNewDocuments(): Promise<void> {
    await this.#world.callInNewDocuments(watchMutations);
  }

  beginIteration(): void {
    this.#requests.beginIteration();
    this.#seenBefore = this.#seen;
  }

  async settle(wait: Wait): Promise<Settled> {
    const run = new Run(LIMITS[wait], this.#clock, this.#time.skips);
    for (;;) {
      const state = await this.#quiet(run);
      const places = await this.#workOver(run, state);
      if (places === 'again') continue;
      const isStep = wait === 'step';
      const endless = isStep ? false : this.#learn(places, run, wait === 'load');
      if (run.intervalsMs > 0 && !endless) run.waitedFor.add('timer');
      const tail = isStep ? [] : this.#tail(places);
      return {
        ended: run.gaveUp === 0 && state.quiet,
        calm: places.length === 0 && state.animationMs === 0 && !this.#requests.anyOpen,
        waitedMs: Math.round(run.elapsed),
        skippedMs: Math.round(run.skippedMs),
        timersMs: endless ? run.pageMs - run.intervalsMs : run.pageMs,
        waitedFor: [...run.waitedFor],
        tail,
        requests: this.#requests.begun,
        silent: run.waitedFor.size === 0 && tail.length === 0 && this.#requests.begun === 0 && this.#onlyPressed(),
      };
    }
  }

  #onlyPressed(): boolean {
    const [before, after] = [this.#seenBefore, this.#seen];
    return (
      before?.document === after?.document &&
      before?.mutations === after?.mutations &&
      before?.effects === after?.effects &&
      (after?.presses ?? 0) > (before?.presses ?? 0)
    );
  }

  /** @returns what goes on and is not waited for, or 'again' where work was waited for and the page has to be quiet anew */
  async #workOver(run: Run, state: Omit<DocumentState, 'seen'>): Promise<PendingPlace[] | 'again'> {
    let waited = false;
    if (state.animationMs > 0 || state.viewTransition) {
      if (run.animationsMs > run.limits.workMs) {
        await this.#world.call(leaveAnimations);
        run.gaveUp += 1;
      } else {
        await this.#animate(run, state);
        waited = true;
      }
    }
    for (;;) {
      const places = await this.#readPlaces();
      const own = places.filter((place) => this.#isOwn(place, run) && run.isInTime(place));
      if (own.length === 0 && this.#requests.count === 0) return waited ? 'again' : places;
      waited = true;
      await this.#waitFor(own, run);
    }
  }

  /** Waits for some of it: what comes of that is seen when the page is read again. */
  async #waitFor(own: readonly PendingPlace[], run: Run): Promise<void> {
    for (const { kind } of own) if (kind !== 'interval') run.waitedFor.add(kind);
    const of = (kind: PendingPlace['kind']): readonly PendingPlace[] => own.filter((place) => place.kind === kind);
    const [frames, timers] = [of('frames'), [...of('timer'), ...of('interval')]];
    const [workers, answers] = [of('worker'), of('answer')];
    if (this.#requests.count > 0) {
      run.waitedFor.add('request');
      if (run.elapsed > run.limits.workMs) this.#giveUp(run, () => this.#requests.leave());
      else await this.#requests.idle(this.#clock.monotonic() + ASK_AGAIN_MS);
    } else if (of('idle').length > 0) {
      await this.#world.call(waitForIdle);
    } else if (frames.length > 0) {
      if (run.framesMs > run.limits.framesMs) this.#giveUp(run, () => this.#markPeriodic(frames));
      else await run.timed('framesMs', async () => await this.#nextFrame());
    } else if (workers.length > 0) {
      if (run.workersMs > run.limits.workersMs) this.#giveUp(run, () => this.#markPeriodic(workers));
      else await run.timed('workersMs', async () => await this.#clock.sleep(10));
    } else if (answers.length > 0) {
      if (run.answersMs > run.limits.answersMs) {
        // Nothing answers here (a log that is sent): later iterations have nothing to wait for.
        this.#markPeriodic(answers);
        run.waitedFor.delete('answer');
      } else await run.timed('answersMs', async () => await this.#clock.sleep(5));
    } else if (timers.length > 0) {
      const next = timers.reduce((first, timer) => (run.waitFor(timer) < run.waitFor(first) ? timer : first));
      // Set again and again for so long: this never ends by itself.
      if (run.noteWait(next) && run.elapsed > REAL_TAIL_LIMIT_MS) {
        if (next.kind === 'interval') run.endlessIntervals = true;
        else run.gaveUp += 1;
        this.#markPeriodic([next]);
      } else await this.#passTime(Math.max(1, Math.ceil(run.waitFor(next)) + 1), run, timers);
    }
  }

  #giveUp(run: Run, leave: () => void): void {
    run.gaveUp += 1;
    leave();
  }

  async #nextFrame(): Promise<void> {
    // What is drawn step by step takes fewer frames where the page's time passes faster.
    this.#time.pace = FAST_PACE;
    try {
      await this.#world.call(waitForFrame);
    } finally {
      this.#time.pace = 1;
    }
  }

  async #passTime(ms: number, run: Run, timers: readonly PendingPlace[]): Promise<void> {
    run.pageMs += ms;
    if (timers.every(({ kind }) => kind === 'interval')) run.intervalsMs += ms;
    const isElsewhere = timers.some((timer) => timer.elsewhere === true);
    if (isElsewhere || !this.#time.skips || (ms < SHORT_MS && !this.#time.isSkipping)) {
      await this.#clock.sleep(ms);
      return;
    }
    await this.#time.skip(ms, this.#requests.anyOpen);
    run.skippedMs += ms;
  }

  async #animate(run: Run, { animationMs, viewTransition }: Omit<DocumentState, 'seen'>): Promise<void> {
    run.waitedFor.add(viewTransition ? 'view-transition' : 'animation');
    await run.timed('animationsMs', async () => {
      if (this.#time.skips && animationMs > SHORT_MS) await this.#world.call(finishAnimations);
      else await this.#clock.sleep(Math.min(Math.max(animationMs, 5), ASK_AGAIN_MS));
    });
  }

  /** The page is quiet, and what requests there were have ended. */
  async #quiet(run: Run): Promise<Omit<DocumentState, 'seen'>> {
    const { frames, quietMs } = run.limits;
    if (frames === 0) return { quiet: true, animationMs: 0, viewTransition: false };
    const limit = this.#restless < 2 ? QUIET_LIMIT_MS : RESTLESS_LIMIT_MS;
    for (;;) {
      const state = await this.#world.call(waitForQuiet, frames, quietMs, limit);
      // An adopted page, or one that a frame wrote itself into, is watched from here on.
      if (state === null) await this.#world.call(watchMutations);
      else {
        this.#restless = state.quiet ? 0 : this.#restless + 1;
        this.#seen = state.seen;
        return state;
      }
    }
  }

  /** An interval may be an iteration's own (a countdown), and end by itself: not between its steps, nor in a page that was just loaded. */
  #isOwn({ kind, key, fresh }: PendingPlace, { limits }: Run): boolean {
    const mayEnd = kind !== 'interval' || (limits !== LIMITS.step && limits !== LIMITS.load);
    return mayEnd && fresh > 0 && !this.#periodic.has(kind + key);
  }

  /**
   * Work that was there before the first iteration, intervals that have not ended when an iteration has, and timers that are set anew
   * whenever they fire, are the page's own.
   *
   * @returns whether an interval was waited for that does not end
   */
  #learn(places: readonly PendingPlace[], run: Run, all: boolean): boolean {
    const endless = places.filter((place) => place.kind === 'interval' && this.#isOwn(place, run));
    this.#markPeriodic([
      ...endless,
      ...places.filter(({ kind, key }) => all || (kind === 'timer' && run.isChain(key))),
    ]);
    return endless.length > 0 || run.endlessIntervals;
  }

  #markPeriodic(places: readonly PendingPlace[]): void {
    for (const { kind, key } of places) {
      if (this.#periodic.size >= MAX_PERIODIC) continue;
      this.#periodic.set(kind + key, { kind: kind === 'interval' ? 'timer' : kind, what: placeName(key) });
    }
  }

  /**
   * What this iteration leaves to come. A place that has as many pending as after the iteration before (a loop, a timer that is
   * set anew each time) adds nothing.
   */
  #tail(places: readonly PendingPlace[]): PendingWork[] {
    const left = new Map<string, number>();
    const tail: PendingWork[] = [];
    for (const { kind, key, count, dueInMs } of places) {
      if (kind === 'interval') continue;
      left.set(kind + key, count);
      const more = count - (this.#left.get(kind + key) ?? 0);
      if (more <= 0) continue;
      tail.push({
        kind,
        count: more,
        ...(kind === 'timer' ? { dueInMs: Math.max(0, Math.round(dueInMs)) } : {}),
        what: placeName(key),
      });
    }
    for (const [address, count] of this.#requests.unawaited()) {
      left.set(`request${address}`, count);
      const more = count - (this.#left.get(`request${address}`) ?? 0);
      if (more > 0) tail.push({ kind: 'request', count: more, what: plainText(address, 200) });
    }
    this.#left = left;
    return tail;
  }
}

/** One wait: what it waited for so far, and for how long. Milliseconds. */
class Run {
  readonly limits: Limits;
  readonly #clock: Clock;
  readonly #began: number;
  readonly #timersMs: number;
  /** How often a timer of a place was the next one. */
  readonly #waits = new Map<string, number>();
  readonly waitedFor = new Set<WorkKind>();
  skippedMs = 0;
  /** The page's time that was waited for timers, and how much of that for intervals alone. */
  pageMs = 0;
  intervalsMs = 0;
  endlessIntervals = false;
  framesMs = 0;
  workersMs = 0;
  answersMs = 0;
  animationsMs = 0;
  gaveUp = 0;

  constructor(limits: Limits, clock: Clock, skips: boolean) {
    this.limits = limits;
    this.#clock = clock;
    this.#began = clock.monotonic();
    this.#timersMs = skips ? limits.timersMs : Math.min(limits.timersMs, REAL_TAIL_LIMIT_MS);
  }

  get elapsed(): number {
    return this.#clock.monotonic() - this.#began;
  }

  isInTime({ kind, dueInMs }: PendingPlace): boolean {
    return !(kind === 'timer' || kind === 'interval') || this.pageMs + dueInMs <= this.#timersMs;
  }

  /** How long to wait for a place's timers: for all at once where the last is due in time, for there may be thousands. */
  waitFor({ kind, dueInMs, lastDueInMs }: PendingPlace): number {
    const ms = this.pageMs + lastDueInMs <= this.#timersMs ? lastDueInMs : dueInMs;
    return kind === 'interval' ? Math.max(ms, this.pageMs * INTERVAL_SHARE) : ms;
  }

  /** @returns whether the place sets its timer anew each time */
  noteWait({ key }: PendingPlace): boolean {
    this.#waits.set(key, (this.#waits.get(key) ?? 0) + 1);
    return this.isChain(key);
  }

  isChain(key: string): boolean {
    return (this.#waits.get(key) ?? 0) > CHAIN_LENGTH;
  }

  async timed(what: 'framesMs' | 'workersMs' | 'answersMs' | 'animationsMs', wait: () => Promise<void>): Promise<void> {
    const began = this.#clock.monotonic();
    await wait();
    this[what] += this.#clock.monotonic() - began;
  }
}

/** The innermost place of a stack, for people. */
function placeName(stack: string): string {
  const frame = stack.split('\n').find((line) => /^\s+at /.test(line)) ?? '';
  return plainText(frame.replace(/^\s+at /, ''), 200);
}
