import { EventEmitter } from 'node:events';
import type { Browser } from 'playwright';
import { LeakwrightError } from '../../support/index.ts';
import { type CDPSession, GuardedCdp } from './cdp.ts';
import type { UnreachedPart } from './iterationFacts.ts';
import { limitReports } from '../measure/pageHooks/index.ts';
import type { PageGuard } from './pageGuard.ts';

/** Parts that are read at most: each costs a collection an iteration. */
const MAX_PARTS = 8;

/** A worker may compute for seconds. One that answers later than this is not asked again: each reading would wait for it. */
const ANSWER_LIMIT_MS = 10_000;

/** The browser's names of targets that have a heap of their own, and ours. */
const KINDS: Readonly<Record<string, WorkerTarget['kind']>> = {
  worker: 'worker',
  iframe: 'frame',
  service_worker: 'service-worker',
  shared_worker: 'shared-worker',
};

/** A part of the page with a heap of its own: a worker of any kind, or a frame of another site. */
export interface WorkerTarget {
  readonly kind: 'worker' | 'frame' | 'service-worker' | 'shared-worker';
  readonly url: string;
  readonly cdp: GuardedCdp;
  /** Bytes of its heap after each counted iteration; shorter than the count for parts that came later. */
  readonly heapBytes: number[];
}

interface AttachedEvent {
  readonly sessionId: string;
  readonly targetInfo: { readonly type: string; readonly url: string };
}

/**
 * The parts of a page that are targets of their own. Playwright's sessions do not lead to those of workers, so messages are
 * passed through the session of the page, or of the frame that the part belongs to (`Target.sendMessageToTarget`), the way the
 * protocol had before flat sessions.
 */
export class WorkerTargets {
  readonly #guard: PageGuard;
  readonly #parts = new Map<string, WorkerTarget & { readonly channel: WorkerChannel }>();
  /** By session: what ends has no heap any more, and is missed no longer. */
  readonly #missed = new Map<string, UnreachedPart>();
  /** Dedicated workers that ended since the iteration began. */
  #ended = 0;
  /** The session of the browser, which alone leads to shared workers. */
  #ofBrowser: CDPSession | undefined;

  private constructor(guard: PageGuard) {
    this.#guard = guard;
  }

  static async attach(cdp: GuardedCdp, guard: PageGuard, browser: Browser | null): Promise<WorkerTargets> {
    const targets = new WorkerTargets(guard);
    await Promise.all([targets.#watch(cdp), targets.#watchShared(cdp, browser)]);
    return targets;
  }

  /** Leaves the browser, which may live on. */
  release(): void {
    this.#ofBrowser?.detach().catch(() => undefined);
  }

  beginIteration(): void {
    this.#ended = 0;
  }

  /**
   * Whether nobody is left to answer so many questions to workers. A worker that ends itself (`close()`) tells its page nothing. One that
   * is starting is no target yet, so as many must have been seen to end.
   */
  areGone(owing: number): boolean {
    const all = [...this.#parts.values(), ...this.#missed.values()];
    return owing > 0 && this.#ended >= owing && !all.some(({ kind }) => kind === 'worker');
  }

  get live(): readonly WorkerTarget[] {
    return [...this.#parts.values()];
  }

  /** Frames of other sites: their documents have our hooks, like those of the page. */
  get frames(): readonly WorkerTarget[] {
    return this.live.filter(({ kind }) => kind === 'frame');
  }

  /** Parts whose heaps are not read. */
  get unreached(): readonly UnreachedPart[] {
    const byName = new Map([...this.#missed.values()].map((part) => [`${part.kind} ${part.url}`, part]));
    return [...byName.values()].slice(0, MAX_UNREACHED);
  }

  /**
   * Collects garbage in all parts and reads their heaps.
   *
   * @param sharedWorkers as many the page holds: where none can be reached, they are named
   * @returns bytes in all of workers and of frames; absent without any
   */
  async readHeaps(sharedWorkers = 0): Promise<{ readonly workerHeapBytes?: number; readonly frameHeapBytes?: number }> {
    if (sharedWorkers > 0 && !this.#ofBrowser)
      this.#missed.set('shared-worker', {
        kind: 'shared-worker',
        url: '',
        reason: 'the browser gives no session that leads to it',
      });
    const totals: { workerHeapBytes?: number; frameHeapBytes?: number } = {};
    for (const { kind, cdp, heapBytes } of this.#parts.values()) {
      const counter = kind === 'frame' ? 'frameHeapBytes' : 'workerHeapBytes';
      try {
        await cdp.send('HeapProfiler.collectGarbage');
        const { usedSize } = await cdp.send('Runtime.getHeapUsage');
        heapBytes.push(usedSize);
        totals[counter] = (totals[counter] ?? 0) + usedSize;
      } catch (error) {
        // A part may end at any time; the check itself may not.
        if (this.#guard.ended) throw error;
      }
    }
    return totals;
  }

  async #watch(cdp: GuardedCdp): Promise<void> {
    this.#receive(cdp);
    await cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  }

  #receive(cdp: GuardedCdp): void {
    cdp.session.on('Target.attachedToTarget', (event) => this.#attached(cdp, event));
    cdp.session.on('Target.detachedFromTarget', ({ sessionId }) => {
      const part = this.#parts.get(sessionId) ?? this.#missed.get(sessionId);
      if (part?.kind === 'worker') this.#ended += 1;
      this.#missed.delete(sessionId);
      this.#detached(sessionId);
    });
    cdp.session.on('Target.receivedMessageFromTarget', ({ sessionId, message }) =>
      this.#parts.get(sessionId)?.channel.receive(message),
    );
  }

  /**
   * Shared workers belong to a browser context, not to a page: no session of a page leads to them. All in the page's context are its
   * own, as far as can be told.
   */
  async #watchShared(page: GuardedCdp, browser: Browser | null): Promise<void> {
    if (!browser) return;
    try {
      const session = await browser.newBrowserCDPSession();
      this.#ofBrowser = session;
      const cdp = new GuardedCdp(session, this.#guard, () => new Error('The browser does not answer.'));
      const { targetInfo } = await page.send('Target.getTargetInfo');
      this.#receive(cdp);
      session.on('Target.targetCreated', ({ targetInfo: { type, targetId, browserContextId } }) => {
        if (type !== 'shared_worker' || browserContextId !== targetInfo.browserContextId) return;
        // One that has ended by then has no heap.
        session.send('Target.attachToTarget', { targetId, flatten: false }).catch(() => undefined);
      });
      await cdp.send('Target.setDiscoverTargets', { discover: true, filter: [{ type: 'shared_worker' }] });
    } catch (error) {
      if (this.#guard.ended) throw error;
      // Some browsers that are attached to give no session of their own.
      this.#ofBrowser = undefined;
    }
  }

  #attached(parent: GuardedCdp, { sessionId, targetInfo: { type, url } }: AttachedEvent): void {
    const kind = KINDS[type];
    if (kind === undefined || this.#parts.size >= MAX_PARTS) {
      const reason =
        kind === undefined ? 'its heap cannot be read' : `more than ${MAX_PARTS} parts of the page have heaps`;
      const missed = kind ?? MISSED_KINDS[type];
      if (missed !== undefined) this.#miss(sessionId, { kind: missed, url, reason });
      return;
    }
    const channel = new WorkerChannel(async (message) => {
      await parent.session.send('Target.sendMessageToTarget', { sessionId, message });
    });
    const gone = (): Error => {
      this.#detached(sessionId);
      this.#miss(sessionId, { kind, url, reason: 'it does not answer: a script in it runs without end' });
      return new LeakwrightError('leaks.pageHung', `A ${kind} of the page does not answer any more (${url}).`, {
        hint: 'A script in it runs without end.',
      });
    };
    const cdp = new GuardedCdp(channel as unknown as CDPSession, this.#guard, gone, ANSWER_LIMIT_MS);
    this.#parts.set(sessionId, { kind, url, cdp, heapBytes: [], channel });
    channel.send('HeapProfiler.enable', {}).catch(() => undefined);
    if (kind !== 'frame')
      channel.send('Runtime.evaluate', { expression: `(${limitReports.toString()})()` }).catch(() => undefined);
    // Frames have frames and workers of their own. One that has gone by then has none.
    if (kind === 'frame') this.#watch(cdp).catch(() => undefined);
  }

  #miss(sessionId: string, part: UnreachedPart): void {
    if (this.#missed.size < MAX_MISSED) this.#missed.set(sessionId, part);
  }

  #detached(sessionId: string): void {
    this.#parts.get(sessionId)?.channel.close();
    this.#parts.delete(sessionId);
  }
}

/** Targets whose heaps are not read, by the browser's names. */
const MISSED_KINDS: Readonly<Record<string, UnreachedPart['kind']>> = {
  worklet: 'worklet',
  audio_worklet: 'worklet',
  shared_storage_worklet: 'worklet',
};
const MAX_UNREACHED = 50;
/** So many that live at the same time are known apart, so that they are forgotten when they end. */
const MAX_MISSED = 2000;

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
