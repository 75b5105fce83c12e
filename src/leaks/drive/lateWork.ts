import type { Clock } from '../../support/index.ts';
import { readPageCounters } from '../measure/pageHooks/index.ts';
import type { GuardedCdp } from './cdp.ts';
import type { Settled } from './settle.ts';

/** Iterations of the warm-up that are watched: what the first does once is not waited for again. */
const WATCHED = 2;
/** Script that runs later than this after an iteration seemed over is not noticed. ms */
const WINDOW_MS = 300;
/** Script that rests for so long has come to its end. ms */
const REST_MS = 150;
/** A page whose script does not rest within this time runs it whatever an iteration does. ms */
const LONGEST_MS = 2000;
const ASK_AGAIN_MS = 20;
/** An answer may take a little longer than the ones before. */
const MARGIN = 1.25;

/** What of a page answers in its own time without being seen to owe it: counters of the page hooks. */
const ANSWERERS = [
  'sharedWorkers',
  'audioContexts',
  'broadcastChannels',
  'peerConnections',
  'mediaTracks',
  'eventSources',
];

/**
 * Script of the page that runs after an iteration seemed to be over: the answer of a shared worker, the end of a sound, a message of a
 * server. It is learnt in the warm-up, on pages that have such objects, and waited for in real time from then on.
 */
export class LateWork {
  readonly #clock: Clock;
  readonly #counters: () => Promise<Readonly<Record<string, number>>>;
  readonly #scriptMs: () => Promise<number>;
  #watched = 0;
  #lateMs = 0;

  /** @param parts.scriptMs how long script of the page has run so far; what the inspector evaluates does not count */
  constructor(parts: {
    readonly clock: Clock;
    readonly counters: () => Promise<Readonly<Record<string, number>>>;
    readonly scriptMs: () => Promise<number>;
  }) {
    this.#clock = parts.clock;
    this.#counters = parts.counters;
    this.#scriptMs = parts.scriptMs;
  }

  /** Waits until an iteration is over, and then for what comes late, after which the page has to come to rest once more. */
  async settle(settle: () => Promise<Settled>): Promise<Settled> {
    const first = await settle();
    if (!(await this.#wait())) return first;
    const then = await settle();
    return {
      ...then,
      ended: first.ended && then.ended,
      waitedMs: first.waitedMs + then.waitedMs,
      skippedMs: first.skippedMs + then.skippedMs,
      timersMs: first.timersMs + then.timersMs,
      waitedFor: [...new Set([...first.waitedFor, 'answer' as const, ...then.waitedFor])],
      silent: false,
    };
  }

  /** @returns whether anything was waited for */
  async #wait(): Promise<boolean> {
    if (this.#watched < WATCHED) {
      this.#watched += 1;
      const counters = await this.#counters();
      const late = ANSWERERS.some((name) => (counters[name] ?? 0) > 0) ? await this.#watch() : 0;
      this.#lateMs = late > 0 ? Math.max(this.#lateMs, late) : 0;
      return late > 0;
    }
    if (this.#lateMs === 0) return false;
    await this.#clock.sleep(Math.ceil(this.#lateMs * MARGIN));
    return true;
  }

  /** When script ran for the last time, in ms from now; 0 where none did, and where it does not rest. */
  async #watch(): Promise<number> {
    const began = this.#clock.monotonic();
    let ran = await this.#scriptMs();
    let lateMs = 0;
    for (;;) {
      await this.#clock.sleep(ASK_AGAIN_MS);
      const [ms, at] = [await this.#scriptMs(), this.#clock.monotonic() - began];
      if (ms > ran) [ran, lateMs] = [ms, at];
      if (at - lateMs >= (lateMs === 0 ? WINDOW_MS : REST_MS)) return lateMs;
      if (at >= LONGEST_MS) return 0;
    }
  }
}

/** The late work of the page that a session belongs to. */
export const lateWorkOf = (cdp: GuardedCdp, clock: Clock): LateWork =>
  new LateWork({
    clock,
    counters: async () => await readPageCounters(cdp),
    async scriptMs() {
      const { metrics } = await cdp.send('Performance.getMetrics');
      return (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0) * 1000;
    },
  });
