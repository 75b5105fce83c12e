import type { CDPSession } from 'playwright';
import type { CheckGuard } from './checkGuard.ts';

/** How long a protocol call may take before the page counts as hung: a forced GC of a heap of GBs takes seconds. */
export const CALL_LIMIT_MS = 30_000;

/** A snapshot of a heap of GBs takes this long. */
const SNAPSHOT_LIMIT_MS = 300_000;

export type { CDPSession };

/** A CDP session whose calls end with the check and have a limit. */
export class GuardedCdp {
  readonly session: CDPSession;
  readonly #guard: CheckGuard;
  readonly #hung: () => Error;
  readonly #limitMs: number;

  /** @param limitMs how long the page may be busy with something else before it counts as hung */
  constructor(session: CDPSession, guard: CheckGuard, hung: () => Error, limitMs = CALL_LIMIT_MS) {
    this.#limitMs = limitMs;
    this.session = session;
    this.#guard = guard;
    this.#hung = hung;
  }

  /** Fits `CDPSession.send`, typed by the protocol. */
  readonly send: CDPSession['send'] = (method, params) =>
    this.#guard.during(this.session.send(method, params), this.#limitMs, this.#hung);

  /** The same for calls that are long by nature: snapshots. */
  readonly sendLong: CDPSession['send'] = (method, params) =>
    this.#guard.during(this.session.send(method, params), SNAPSHOT_LIMIT_MS, this.#hung);

  /** Waits for the next event of a name. Earlier listeners receive it first. */
  async next(event: 'HeapProfiler.lastSeenObjectId', limitMs = this.#limitMs): Promise<void> {
    let listener: (() => void) | undefined;
    const arrived = new Promise<void>((resolve) => {
      listener = resolve;
      this.session.once(event, listener);
    });
    try {
      await this.#guard.during(arrived, limitMs, this.#hung);
    } finally {
      this.session.off(event, listener!);
    }
  }
}
