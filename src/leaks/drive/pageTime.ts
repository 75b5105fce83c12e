import type { Clock } from '../../support/index.ts';
import type { CDPSession } from './cdp.ts';

/** How often the page's time is moved on by what has passed, once it is ours to move. */
const BEAT_MS = 16;
/** A page whose thread was busy for longer (a snapshot, a collection) is not made to catch up with that. */
const LONGEST_BEAT_MS = 250;
/** A budget that has not passed after this much more real time than it is long has been lost, as with a change of process. */
const LOST_MS = 3000;
/** Aging moves the time on in parts of this many ms, for this many ms of real time at most. */
const AGED_AT_ONCE_MS = 10_000;
const LONGEST_AGING_MS = 3000;
/** Tasks that may run at one moment of the page's time before it is moved on regardless (a chain of messages without end). */
const TASKS_AT_ONCE = 10_000;

/**
 * The time of a page. At first it passes as everybody's. Once some of it has been skipped (Chromium's virtual time, which
 * cannot be turned off again), it is moved on as real time passes, beat by beat, so that steps, navigation and whatever waits
 * in the page go on as before; only `skip` lets it run ahead. *Measured: in 1000 ms of real time 983 ms pass in the page.*
 */
export class PageTime {
  readonly #session: CDPSession;
  readonly #clock: Clock;
  readonly #allowed: boolean;
  #turn: Promise<unknown> = Promise.resolve();
  #running = false;
  #lost = 0;
  /** How much faster than real time the page's passes. */
  pace = 1;

  /** @param allowed whether the browser is ours alone and headless, so that no person sees its time */
  constructor(session: CDPSession, clock: Clock, allowed: boolean) {
    this.#session = session;
    this.#clock = clock;
    this.#allowed = allowed;
  }

  /** Whether time can be skipped. A browser that lost several budgets is left to pass its time as it does. */
  get skips(): boolean {
    return this.#allowed && this.#lost < 3;
  }

  /** Whether some has been skipped: from then on time is ours to move. */
  get isSkipping(): boolean {
    return this.#running;
  }

  /** Why time cannot be skipped though it was possible at first. */
  get failed(): boolean {
    return this.#allowed && this.#lost >= 3;
  }

  /**
   * Lets so much of the page's time pass at once.
   *
   * @param ms milliseconds
   * @param openRequests whether requests are open that may never end; others are given the time they take
   */
  async skip(ms: number, openRequests: boolean): Promise<void> {
    if (!this.#running) this.#run();
    const policy = openRequests ? 'advance' : 'pauseIfNetworkFetchesPending';
    await this.#inTurn(async () => await this.#pass(policy, Math.ceil(ms)));
  }

  /**
   * The same while something is done inside the page that needs its timers: `work` is sent first, and the time that it needs passes
   * at once. What it still waits for after that comes in real time.
   *
   * @param ms milliseconds, requests not counted
   */
  async skipDuring<T>(ms: number, work: () => Promise<T>): Promise<T> {
    if (!this.#running) this.#run();
    let done: Promise<T> | undefined;
    await this.#inTurn(async () => {
      done = work();
      // Its failure is for the caller, who awaits it when the time has passed.
      done.catch(() => undefined);
      await this.#pass('pauseIfNetworkFetchesPending', Math.ceil(ms));
    });
    return await done!;
  }

  /**
   * Moves the page's time on, without waiting for requests. A page that repeats something (an interval, a poll) does all of it
   * meanwhile, so this stops after 3 s of real time.
   *
   * @returns the milliseconds of the page's time that passed
   */
  async age(ms: number): Promise<number> {
    const end = this.#clock.monotonic() + LONGEST_AGING_MS;
    let passed = 0;
    while (passed < ms && this.skips && this.#clock.monotonic() < end) {
      const part = Math.min(AGED_AT_ONCE_MS, ms - passed);
      await this.skip(part, true);
      passed += part;
    }
    return passed;
  }

  /** Stops moving time: the page is about to be closed. */
  stop(): void {
    this.#running = false;
  }

  #run(): void {
    this.#running = true;
    void (async () => {
      let last = this.#clock.monotonic();
      while (this.#running) {
        await this.#clock.sleep(BEAT_MS);
        await this.#inTurn(async () => {
          if (!this.#running) return;
          const now = this.#clock.monotonic();
          const passed = Math.min(LONGEST_BEAT_MS, now - last) * this.pace;
          last = now;
          await this.#pass('advance', Math.max(1, Math.round(passed)));
        });
      }
      // A page that has ended has no time to move; earlier failures are in `failed`.
    })().catch(() => undefined);
  }

  async #inTurn(pass: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(pass, pass);
    this.#turn = mine.catch(() => undefined);
    await mine;
  }

  async #pass(policy: 'advance' | 'pauseIfNetworkFetchesPending', budget: number): Promise<void> {
    let expired: (() => void) | undefined;
    const passed = new Promise<true>((resolve) => {
      expired = () => resolve(true);
      this.#session.once('Emulation.virtualTimeBudgetExpired', expired);
    });
    try {
      // A busy thread answers late; the limit counts from its answer.
      await this.#session.send('Emulation.setVirtualTimePolicy', {
        policy,
        budget,
        maxVirtualTimeTaskStarvationCount: TASKS_AT_ONCE,
      });
      if (await this.#within(passed, LOST_MS)) this.#lost = 0;
      // A request that takes long holds time on purpose: the next beat moves it on again.
      else if (policy === 'advance') this.#lost += 1;
    } finally {
      this.#session.off('Emulation.virtualTimeBudgetExpired', expired!);
    }
  }

  async #within(passed: Promise<true>, ms: number): Promise<boolean> {
    const timeout = new AbortController();
    try {
      return await Promise.race([passed, this.#clock.sleep(ms, timeout.signal).then(() => false)]);
    } finally {
      timeout.abort();
    }
  }
}
