import type { Page } from 'playwright';
import { type ProcessIdentity, type ProcessReader } from '../processes/index.ts';
import type { Store } from '../stores/index.ts';
import { defined, type Clock, LeakwrightError, type Log, count, describeError, toolVersion } from '../support/index.ts';
import { closeCaptured } from './cursors.ts';
import { captureHeapSnapshot } from './heapSnapshot.ts';
import { Housekeeping } from './housekeeping.ts';
import { loadPlaywright } from './loadPlaywright.ts';
import { mapPages } from './mapPages.ts';
import type { Session } from './managedSession.ts';
import {
  type CleanupSummary,
  type CloseReason,
  type LaunchRequest,
  type SessionEvent,
  type SessionInfo,
  type SessionLimits,
  defaultLimits,
} from './model.ts';
import { PageProbe } from './pageProbe.ts';
import type { OpenSessionOptions } from './openSession.ts';
import type { HostCalls } from './protocol.ts';
import type { CapturedRequest } from './requestCapture.ts';
import { ownIdentity } from './sessionProcesses.ts';

/** Time between two updates of a session, in ms: people cannot read faster ones. */
const CHANGE_EVERY_MS = 250;
/** How often each browser's process is checked for being stopped (SIGSTOP), in ms. */
const WATCH_EVERY_MS = 1000;

export interface SessionHostOptions {
  readonly open: (options: OpenSessionOptions) => Promise<Session>;
  readonly reader: ProcessReader;
  readonly store: Store<CapturedRequest>;
  /** Whether the store takes this machine's memory. Default: true. */
  readonly storeIsHere?: boolean;
  readonly emit: (event: SessionEvent) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** The sessions of one client, and what it may ask of them. */
export class SessionHost {
  readonly #options: SessionHostOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #probes = new Map<string, PageProbe>();
  readonly #opening = new Set<AbortController>();
  /** Calls under way that can be cancelled. */
  readonly #tickets = new Map<number, AbortController>();
  readonly #ending = new Set<Promise<unknown>>();
  readonly #changed = new Set<string>();
  readonly #housekeeping: Housekeeping;
  #limits: SessionLimits = defaultLimits;
  #client: ProcessIdentity | undefined;
  #changeTimer: NodeJS.Timeout | undefined;
  #watchTimer: NodeJS.Timeout | undefined;
  #shutDownReason: CloseReason | undefined;
  #shutDown: Promise<readonly CleanupSummary[]> | undefined;

  constructor(options: SessionHostOptions) {
    this.#options = options;
    this.#housekeeping = new Housekeeping({
      sessions: () => [...this.#sessions.values()],
      store: options.store,
      ...defined({ storeIsHere: options.storeIsHere }),
      limits: () => this.#limits,
      onAlert: (alert) => options.emit({ type: 'memoryAlert', alert }),
      onDone: (statistics) => options.emit({ type: 'housekeeping', statistics }),
      clock: options.clock,
      log: options.log,
    });
  }

  start(): void {
    this.#housekeeping.start();
    this.#watchTimer = setInterval(() => void this.#watch(), WATCH_EVERY_MS);
    this.#watchTimer.unref();
  }

  /** The calls of the protocol. Each may reject with an error for people. */
  readonly calls: HostCalls = {
    hello: async ({ client, limits, lost }) => {
      this.#client = client;
      this.#setLimits(limits);
      void this.#forgetCaptured(lost);
      return { host: await ownIdentity(this.#options.reader), toolVersion: toolVersion() };
    },
    launch: (request, ticket) => this.#cancellable(ticket, (signal) => this.#launch(request, signal)),
    close: async (id) => await this.#find(id).close('requested'),
    closeAll: () => this.#closeAll('requested'),
    list: () => Promise.all([...this.#sessions.values()].map((session) => session.info())),
    openUrl: async (id, url) => {
      const session = this.#find(id);
      await session.open(url);
      return await session.info();
    },
    heapSnapshot: (id, file, page, ticket) =>
      this.#cancellable(ticket, (signal) => captureHeapSnapshot(this.#findPage(id, page), file, signal)),
    focusPage: async (id, page) => await this.#findPage(id, page).bringToFront(),
    // Does not touch the session: a view that shows it must not keep it from being idle.
    mapPages: async (id) => await mapPages(this.#find(id).resources.pages),
    samplePages: async (id) => {
      const { resources } = this.#find(id);
      let probe = this.#probes.get(id);
      if (!probe) this.#probes.set(id, (probe = new PageProbe()));
      return await probe.sample(resources.pages);
    },
    openCursor: async (id, filter) => {
      const { resources } = this.#find(id);
      resources.touch();
      return await resources.cursors.open(filter);
    },
    readCursor: async (id, cursor, limit) => {
      const { resources } = this.#find(id);
      resources.touch();
      return await resources.cursors.read(cursor, limit);
    },
    setLimits: async (limits) => this.#setLimits(limits),
    devices: async (workspaceFolder) => Object.keys(loadPlaywright(workspaceFolder).api.devices),
    cancel: (ticket) => this.#tickets.get(ticket)?.abort(),
  };

  async #cancellable<T>(ticket: number | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    if (ticket !== undefined) this.#tickets.set(ticket, controller);
    try {
      return await work(controller.signal);
    } finally {
      if (ticket !== undefined) this.#tickets.delete(ticket);
    }
  }

  /** Cleans up everything, launches under way included. The host takes no more sessions. */
  async shutDown(reason: CloseReason): Promise<readonly CleanupSummary[]> {
    this.#shutDownReason ??= reason;
    this.#shutDown ??= this.#endEverything(this.#shutDownReason);
    return await this.#shutDown;
  }

  async #endEverything(reason: CloseReason): Promise<readonly CleanupSummary[]> {
    this.#housekeeping.stop();
    clearInterval(this.#watchTimer);
    for (const controller of this.#opening) {
      controller.abort(new LeakwrightError('aborted', 'The session host is ending.'));
    }
    const summaries = await this.#closeAll(reason);
    // Sessions that were closing already, and launches that had to be given up.
    await Promise.allSettled(this.#ending);
    clearTimeout(this.#changeTimer);
    return summaries;
  }

  async #forgetCaptured(sessionIds: readonly string[]): Promise<void> {
    const { store, log } = this.#options;
    try {
      for (const id of sessionIds) await closeCaptured(store, id);
    } catch (error) {
      log.warn(`What lost sessions captured could not be taken out: ${describeError(error)}`);
    }
  }

  #find(id: string): Session {
    const session = this.#sessions.get(id);
    if (!session) {
      throw new LeakwrightError('sessions.notFound', `There is no session '${id}' any more.`, {
        hint: 'Launch a new one.',
      });
    }
    return session;
  }

  /** @param page its place among the session's pages, or its target's id */
  #findPage(id: string, page: number | string): Page {
    const session = this.#find(id);
    const found = typeof page === 'number' ? session.resources.pages[page] : this.#probes.get(id)?.page(page);
    if (found) return found;
    throw new LeakwrightError(
      'sessions.notFound',
      typeof page === 'number' ? `The session has no page ${page + 1}.` : 'The session has no such page any more.',
      { hint: 'Open a page in it first.' },
    );
  }

  #setLimits(limits: Partial<SessionLimits>): SessionLimits {
    this.#limits = { ...this.#limits, ...limits };
    return this.#limits;
  }

  async #launch(request: LaunchRequest, signal: AbortSignal): Promise<SessionInfo> {
    if (this.#shutDown) throw new LeakwrightError('sessions.hostLost', 'The session host is ending.');
    const { maxConcurrentSessions } = this.#limits;
    if (this.#sessions.size + this.#opening.size >= maxConcurrentSessions) {
      throw new LeakwrightError(
        'sessions.limit',
        `There are ${count(maxConcurrentSessions, 'session')} already, which is the limit.`,
        { hint: 'Close one, or raise the setting leakwright.maxConcurrentSessions.' },
      );
    }
    const ending = new AbortController();
    this.#opening.add(ending);
    const opening = this.#open(request, AbortSignal.any([signal, ending.signal]));
    return await this.#remember(opening.finally(() => this.#opening.delete(ending)));
  }

  async #open(request: LaunchRequest, signal: AbortSignal): Promise<SessionInfo> {
    const { open, reader, store, clock, log } = this.#options;
    // Changes are sent once the session is known by its id.
    const known: { id?: string } = {};
    const session = await open({
      ...request,
      purpose: 'session',
      signal,
      ...(this.#client && { client: this.#client }),
      reader,
      store,
      clock,
      log,
      onChange: () => {
        if (known.id !== undefined) this.#noteChange(known.id);
      },
    });
    if (signal.aborted) {
      // The launch was cancelled just before it was done.
      await session.close(this.#shutDownReason ?? 'aborted');
      throw signal.reason;
    }
    known.id = session.id;
    this.#sessions.set(session.id, session);
    session.onClosing((closing) => void this.#remember(this.#ended(session.id, closing)));
    const info = await session.info();
    this.#options.emit({ type: 'sessionStarted', session: info });
    return info;
  }

  async #ended(id: string, closing: Promise<CleanupSummary>): Promise<void> {
    this.#probes.get(id)?.dispose();
    this.#probes.delete(id);
    const summary = await closing;
    this.#sessions.delete(id);
    this.#changed.delete(id);
    this.#options.emit({ type: 'sessionEnded', id, summary });
  }

  async #remember<T>(promise: Promise<T>): Promise<T> {
    this.#ending.add(promise);
    try {
      return await promise;
    } finally {
      this.#ending.delete(promise);
    }
  }

  async #closeAll(reason: CloseReason): Promise<readonly CleanupSummary[]> {
    return await Promise.all([...this.#sessions.values()].map((session) => session.close(reason)));
  }

  #noteChange(id: string): void {
    this.#changed.add(id);
    this.#changeTimer ??= setTimeout(() => {
      this.#changeTimer = undefined;
      void this.#tellChanges();
    }, CHANGE_EVERY_MS);
  }

  async #tellChanges(): Promise<void> {
    const ids = [...this.#changed];
    this.#changed.clear();
    for (const id of ids) {
      const info = await this.#sessions.get(id)?.info();
      if (info && this.#sessions.has(id)) this.#options.emit({ type: 'sessionChanged', session: info });
    }
  }

  /** A stopped browser closes no connection: only its process tells. */
  async #watch(): Promise<void> {
    for (const session of this.#sessions.values()) {
      if (!session.root) continue;
      try {
        const info = await this.#options.reader.readProcess(session.root.pid);
        session.setState(info?.state === 'stopped' ? 'unresponsive' : 'ready');
      } catch {
        // Could not be read: the next check follows in a second.
      }
    }
  }
}
