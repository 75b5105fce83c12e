import { EventEmitter } from 'node:events';
import { LeakwrightError } from '../../support/index.ts';
import { type CDPSession, GuardedCdp } from './cdp.ts';
import type { PageGuard } from './pageGuard.ts';

/** Workers that are read at most: each costs a collection an iteration. */
const MAX_WORKERS = 8;

/** A dedicated worker of the page: a heap of its own. */
export interface WorkerTarget {
  readonly url: string;
  readonly cdp: GuardedCdp;
  /** Bytes of its heap after each counted iteration; shorter than the count for workers that came later. */
  readonly heapBytes: number[];
}

interface AttachedEvent {
  readonly sessionId: string;
  readonly targetInfo: { readonly type: string; readonly url: string };
}

/**
 * The dedicated workers of a page. Playwright's sessions do not lead to those of workers, so messages are passed through
 * the page's session (`Target.sendMessageToTarget`), the way the protocol had before flat sessions.
 */
export class WorkerTargets {
  readonly #cdp: GuardedCdp;
  readonly #guard: PageGuard;
  readonly #workers = new Map<string, WorkerTarget & { readonly channel: WorkerChannel }>();

  private constructor(cdp: GuardedCdp, guard: PageGuard) {
    this.#cdp = cdp;
    this.#guard = guard;
  }

  static async attach(cdp: GuardedCdp, guard: PageGuard): Promise<WorkerTargets> {
    const targets = new WorkerTargets(cdp, guard);
    cdp.session.on('Target.attachedToTarget', (event) => targets.#attached(event));
    cdp.session.on('Target.detachedFromTarget', ({ sessionId }) => targets.#detached(sessionId));
    cdp.session.on('Target.receivedMessageFromTarget', ({ sessionId, message }) =>
      targets.#workers.get(sessionId)?.channel.receive(message),
    );
    await cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    return targets;
  }

  get live(): readonly WorkerTarget[] {
    return [...this.#workers.values()];
  }

  /** Collects garbage in all workers and reads their heaps. @returns bytes in all; undefined without workers */
  async readHeaps(): Promise<number | undefined> {
    if (this.#workers.size === 0) return undefined;
    let total = 0;
    for (const { cdp, heapBytes } of this.#workers.values()) {
      try {
        await cdp.send('HeapProfiler.collectGarbage');
        const { usedSize } = await cdp.send('Runtime.getHeapUsage');
        heapBytes.push(usedSize);
        total += usedSize;
      } catch (error) {
        // A worker may end at any time; the check itself may not.
        if (this.#guard.ended) throw error;
      }
    }
    return total;
  }

  #attached({ sessionId, targetInfo }: AttachedEvent): void {
    if (targetInfo.type !== 'worker' || this.#workers.size >= MAX_WORKERS) return;
    const channel = new WorkerChannel(async (message) => {
      await this.#cdp.session.send('Target.sendMessageToTarget', { sessionId, message });
    });
    const gone = (): Error =>
      new LeakwrightError('leaks.pageHung', `A worker of the page does not answer any more (${targetInfo.url}).`, {
        hint: 'A script in it runs without end.',
      });
    const cdp = new GuardedCdp(channel as unknown as CDPSession, this.#guard, gone);
    this.#workers.set(sessionId, { url: targetInfo.url, cdp, heapBytes: [], channel });
    channel.send('HeapProfiler.enable', {}).catch(() => undefined);
  }

  #detached(sessionId: string): void {
    this.#workers.get(sessionId)?.channel.close();
    this.#workers.delete(sessionId);
  }
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** One worker's end of the protocol, with the calls and events of a CDP session. */
class WorkerChannel extends EventEmitter {
  readonly #post: (message: string) => Promise<void>;
  readonly #pending = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #lastId = 0;
  #closed = false;

  constructor(post: (message: string) => Promise<void>) {
    super();
    this.#post = post;
  }

  async send(method: string, params: unknown = {}): Promise<unknown> {
    if (this.#closed) throw new Error('Target closed: the worker has ended.');
    const id = (this.#lastId += 1);
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    // Both may fail when the worker ends; the answer is what the caller waits for.
    answer.catch(() => undefined);
    try {
      await this.#post(JSON.stringify({ id, method, params }));
    } catch (error) {
      this.#pending.delete(id);
      throw error;
    }
    return await answer;
  }

  receive(message: string): void {
    const { id, method, params, result, error } = JSON.parse(message) as Answer;
    if (id === undefined) {
      if (method !== undefined) this.emit(method, params);
      return;
    }
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) pending?.reject(new Error(error.message));
    else pending?.resolve(result);
  }

  close(): void {
    this.#closed = true;
    for (const call of this.#pending.values()) call.reject(new Error('Target closed: the worker has ended.'));
    this.#pending.clear();
  }
}
