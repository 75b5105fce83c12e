import { LeakwrightError } from '../support/index.ts';

interface Pending {
  readonly what: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export interface PendingLimits {
  readonly maxPending: number;
  readonly timeoutMs: number;
}

const pendingDefaults: PendingLimits = { maxPending: 1000, timeoutMs: 5 * 60_000 };

/**
 * Calls that wait for their answer. Bounded in number (when full, the oldest quarter is given up first, so that a host
 * that answers nothing cannot make its client grow) and in time.
 */
export class PendingCalls {
  readonly #pending = new Map<number, Pending>();
  readonly #limits: PendingLimits;
  #nextId = 1;

  constructor(limits: PendingLimits = pendingDefaults) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Registers a call. The id goes with the message; the promise settles with the answer, or when it is given up. */
  add(what: string): { readonly id: number; readonly answer: Promise<unknown> } {
    if (this.#pending.size >= this.#limits.maxPending) this.#dropOldestQuarter();
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = new Promise<unknown>((resolve, reject) => {
      const { timeoutMs } = this.#limits;
      const timer = setTimeout(() => {
        this.fail(
          id,
          new LeakwrightError('timeout', `The session host did not answer '${what}' within ${timeoutMs} ms.`),
        );
      }, timeoutMs);
      timer.unref();
      this.#pending.set(id, { what, resolve, reject, timer });
    });
    return { id, answer };
  }

  resolve(id: number, value: unknown): void {
    this.#take(id)?.resolve(value);
  }

  fail(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  failAll(error: Error): void {
    for (const id of this.#pending.keys()) this.fail(id, error);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending) clearTimeout(pending.timer);
    this.#pending.delete(id);
    return pending;
  }

  #dropOldestQuarter(): void {
    // A Map gives its keys in the order they came.
    const oldest = [...this.#pending.keys()].slice(0, Math.ceil(this.#limits.maxPending / 4));
    for (const id of oldest) {
      const { what } = this.#pending.get(id)!;
      const message = `The call '${what}' was given up: ${this.#limits.maxPending} others wait for the session host.`;
      this.fail(id, new LeakwrightError('sessions.protocol', message));
    }
  }
}
