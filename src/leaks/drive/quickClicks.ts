import type { Clock } from '../../support/index.ts';
import { clickInPage } from './clickInPage.ts';
import type { IsolatedWorld } from './isolatedWorld.ts';
import type { WorkKind } from './iterationFacts.ts';
import type { PageTime } from './pageTime.ts';
import type { Settled } from './settle.ts';

/** Clicks inside the page go on for so long at a time, in ms. */
const CLICKING_MS = 1000;
/** Work that ends while the page's time is skipped. Frames are drawn, animations run, and workers answer in real time. */
const SKIPPED_WORK: ReadonlySet<WorkKind> = new Set(['timer', 'idle', 'request']);
/** Iterations at a time whose work takes time, until it is known how much. */
const FIRST_CLICKS = 5;
/** Iterations by the mouse that tell how much time the next ones need. */
const LAST_ITERATIONS = 10;
/** Timers that an iteration sets one after the other may come a little later than when the mouse clicked. */
const REST_FACTOR = 1.1;

/** Iterations as events inside the page, hundreds a second: of pages whose work ends at once, or with time that can be skipped. */
export class QuickClicks {
  readonly #world: IsolatedWorld;
  readonly #time: PageTime;
  readonly #clock: Clock;
  /** Whether an iteration had anything to wait for, or began what is answered from outside. */
  #isAsynchronous = false;
  /** Whether some of that takes real time. */
  #needsRealTime = false;
  /** The page's time that the timers of the last iterations needed, in ms. What the first did once is not waited for again. */
  readonly #timersMs: number[] = [];
  /** What an iteration took last, in real ms. */
  #clickedMs: number | undefined;

  constructor(world: IsolatedWorld, time: PageTime, clock: Clock) {
    this.#world = world;
    this.#time = time;
    this.#clock = clock;
  }

  get isAsynchronous(): boolean {
    return this.#isAsynchronous;
  }

  /** Learns from an iteration by the mouse what iterations need. */
  learn({ waitedFor, tail, requests, ended, timersMs }: Settled): void {
    this.#isAsynchronous ||= waitedFor.length > 0 || tail.length > 0 || requests > 0;
    this.#needsRealTime ||= tail.length > 0 || !ended || waitedFor.some((kind) => !SKIPPED_WORK.has(kind));
    this.#timersMs.push(timersMs);
    if (this.#timersMs.length > LAST_ITERATIONS) this.#timersMs.shift();
  }

  /**
   * @param onlySynchronous whether iterations that start what is waited for cannot be done so
   * @param outside whether anything answers in its own time: frames of other sites, requests that stay open
   */
  can(onlySynchronous: boolean, outside: boolean): boolean {
    if (this.#isImmediate) return true;
    return !(onlySynchronous && this.#isAsynchronous) && !outside && !this.#needsRealTime && this.#time.skips;
  }

  /** Whether nothing has to be waited for, and time passes by itself. */
  get #isImmediate(): boolean {
    return !this.#isAsynchronous && !this.#time.isSkipping;
  }

  /**
   * @param inFrames whether a frame is drawn after each iteration
   * @returns iterations done, and the milliseconds of the page's time that were skipped in them
   */
  async run(
    steps: readonly string[],
    iterations: number,
    inFrames: boolean,
  ): Promise<{ readonly done: number; readonly skippedMs: number }> {
    if (this.#isImmediate)
      return { done: await this.#world.call(clickInPage, steps, iterations, CLICKING_MS, 0, inFrames), skippedMs: 0 };
    const many = this.#clickedMs === undefined ? FIRST_CLICKS : Math.floor(CLICKING_MS / this.#clickedMs);
    const clicks = Math.max(1, Math.min(iterations, many));
    const restMs = Math.ceil(Math.max(...this.#timersMs) * REST_FACTOR) + 1;
    const began = this.#clock.monotonic();
    const skippedMs = clicks * (restMs + 1);
    // By the page's clock nothing but the number of clicks ends them.
    const limitMs = skippedMs + CLICKING_MS;
    const done = await this.#time.skipDuring(
      skippedMs,
      async () => await this.#world.call(clickInPage, steps, clicks, limitMs, restMs, inFrames),
    );
    if (done > 0) this.#clickedMs = (this.#clock.monotonic() - began) / done;
    return { done, skippedMs };
  }
}
