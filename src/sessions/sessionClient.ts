import type { ChildProcess } from 'node:child_process';
import { type ProcessIdentity, type ProcessReader, createProcessReader } from '../processes/index.ts';
import { LeakwrightError, type Log, abortable, describeError, silentLog, poll } from '../support/index.ts';
import { forkProgram } from './guard.ts';
import { type CallName, HostConnection } from './hostConnection.ts';
import {
  type CleanupSummary,
  type HousekeepingStatistics,
  type LaunchRequest,
  type SessionEvent,
  type SessionInfo,
  type SessionLimits,
  addStatistics,
  noHousekeeping,
} from './model.ts';
import type { HostCalls } from './protocol.ts';
import { recoverSessions } from './recoverSessions.ts';
import { ownIdentity } from './sessionProcesses.ts';

export interface SessionClientOptions {
  readonly log?: Log;
  /** Used for launches that name none: where to look for the user's own Playwright. */
  readonly workspaceFolder?: string;
  readonly limits?: Partial<SessionLimits>;
  readonly reader?: ProcessReader;
  /** How long a host without sessions is kept for the next launch, in ms. Default: a minute. */
  readonly hostRestMs?: number;
  /** For tests: starts the host. */
  readonly fork?: () => ChildProcess;
}

const HOST_REST_MS = 60_000;
/** Of lost sessions that are remembered: more than a host may have. */
const MAX_LOST = 1000;
/**
 * How long a host may take to clean up and exit after its channel closed, before it is killed: longer than all its own
 * limits.
 */
const DISPOSE_PATIENCE_MS = 70_000;

/**
 * The client's end of a session host. Light: it loads no Playwright, so it may live in the extension host. The host starts
 * with the first launch, and again after it was lost or ended. A host without sessions is ended, since a process that lives
 * on does not return the memory of its sessions to the system (Playwright alone takes some 100 MB). When this process ends,
 * however it ends, the host cleans up and exits.
 */
export class SessionClient {
  readonly #options: SessionClientOptions;
  readonly #log: Log;
  readonly #reader: ProcessReader;
  readonly #listeners = new Set<(event: SessionEvent) => void>();
  /** What the host last said of each session. */
  readonly #sessions = new Map<string, SessionInfo>();
  #limits: Partial<SessionLimits>;
  #connection: Promise<HostConnection> | undefined;
  /** Calls under way: a host with a call is not ended. */
  #asking = 0;
  #resting: NodeJS.Timeout | undefined;
  /** Hosts that are ending. */
  readonly #leaving = new Set<Promise<void>>();
  #housekeeping = { earlierHosts: noHousekeeping, thisHost: noHousekeeping };
  /** Sessions of hosts that died, for the next one to take out of the store. */
  #lost: readonly string[] = [];
  #disposed = false;

  constructor(options: SessionClientOptions = {}) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
    this.#reader = options.reader ?? createProcessReader();
    this.#limits = options.limits ?? {};
  }

  /** A client whose host runs. */
  static async start(options: SessionClientOptions = {}): Promise<SessionClient> {
    const client = new SessionClient(options);
    await client.#connect();
    return client;
  }

  /** @returns how to stop listening */
  onEvent(listener: (event: SessionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is known without asking. */
  get sessions(): readonly SessionInfo[] {
    return [...this.#sessions.values()];
  }

  /** The host's process, once there is one. */
  async host(): Promise<ProcessIdentity | undefined> {
    return (await this.#connection)?.hello.host;
  }

  /**
   * Launches a browser, attaches to one, or connects to a server.
   *
   * @throws LeakwrightError `browsers.notFound`, `browsers.launchFailed`, `sessions.limit`, `sessions.hostLost`, `usage`;
   *   or the signal's reason, and then nothing is left
   */
  async launch(request: LaunchRequest, signal?: AbortSignal): Promise<SessionInfo> {
    const { workspaceFolder } = this.#options;
    const complete = workspaceFolder === undefined ? request : { workspaceFolder, ...request };
    return await this.#call('launch', [complete], signal);
  }

  /** Asks the host for something of a session: `client.ask('openUrl', id, url)`. */
  async ask<Name extends CallName>(
    name: Name,
    ...args: Parameters<HostCalls[Name]>
  ): Promise<Awaited<ReturnType<HostCalls[Name]>>> {
    return await this.#call(name, args);
  }

  async close(id: string): Promise<CleanupSummary> {
    return await this.#call('close', [id]);
  }

  /** Starts no host: without one there are no sessions. */
  async closeAll(): Promise<readonly CleanupSummary[]> {
    return this.#connection ? await this.#call('closeAll', []) : [];
  }

  async list(): Promise<readonly SessionInfo[]> {
    return this.#connection ? await this.#call('list', []) : [];
  }

  /** Writes a page's heap snapshot, of the first page by default, to a file given by an absolute path. */
  async captureHeapSnapshot(
    id: string,
    file: string,
    page: number | string = 0,
    signal?: AbortSignal,
  ): Promise<{ readonly bytes: number }> {
    return await this.#call('heapSnapshot', [id, file, page], signal);
  }

  /** The names of the devices that Playwright can emulate. */
  async devices(): Promise<readonly string[]> {
    const { workspaceFolder } = this.#options;
    return await this.#call('devices', workspaceFolder === undefined ? [] : [workspaceFolder]);
  }

  async setLimits(limits: Partial<SessionLimits>): Promise<void> {
    this.#limits = { ...this.#limits, ...limits };
    if (this.#connection) await this.#call('setLimits', [limits]);
  }

  /** What housekeeping did so far, summed over all hosts of this client. */
  get statistics(): HousekeepingStatistics {
    return addStatistics(this.#housekeeping.earlierHosts, this.#housekeeping.thisHost);
  }

  /** Ends the host, which cleans up every session first. Resolves when it is gone. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    clearTimeout(this.#resting);
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.end(DISPOSE_PATIENCE_MS);
    await Promise.all(this.#leaving);
    this.#listeners.clear();
    this.#sessions.clear();
  }

  async #call<Name extends CallName>(
    name: Name,
    args: Parameters<HostCalls[Name]>,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<HostCalls[Name]>>> {
    signal?.throwIfAborted();
    clearTimeout(this.#resting);
    this.#asking += 1;
    try {
      const connection = await abortable(this.#connect(), signal);
      return await connection.call(name, args, signal);
    } finally {
      this.#asking -= 1;
      this.#restIfIdle();
    }
  }

  /** Ends the host when it has had no session and no call for a while. */
  #restIfIdle(): void {
    clearTimeout(this.#resting);
    if (this.#disposed || !this.#connection || this.#asking > 0 || this.#sessions.size > 0) return;
    this.#resting = setTimeout(() => {
      const leaving = this.#letGo(this.#connection).finally(() => this.#leaving.delete(leaving));
      this.#leaving.add(leaving);
    }, this.#options.hostRestMs ?? HOST_REST_MS);
    this.#resting.unref();
  }

  async #letGo(connecting: Promise<HostConnection> | undefined): Promise<void> {
    // The next call starts another, whether or not this one is gone by then.
    this.#connection = undefined;
    const connection = await connecting?.catch(() => undefined);
    await connection?.end(DISPOSE_PATIENCE_MS);
    this.#log.debug('The session host had no session for a while and was ended.');
  }

  async #connect(): Promise<HostConnection> {
    if (this.#disposed) throw new LeakwrightError('sessions.hostLost', 'The session host has been ended.');
    if (!this.#connection) {
      const connection = this.#open();
      this.#connection = connection;
      connection.catch(() => {
        if (this.#connection === connection) this.#connection = undefined;
      });
    }
    return await this.#connection;
  }

  async #open(): Promise<HostConnection> {
    const child = (this.#options.fork ?? (() => forkProgram('host')))();
    const connection = new HostConnection(child, {
      onEvent: (event) => this.#receive(event),
      onLost: (how) => {
        this.#connection = undefined;
        clearTimeout(this.#resting);
        if (!this.#disposed) void this.#cleanUpAfterHost(connection, how);
      },
    });
    const { earlierHosts, thisHost } = this.#housekeeping;
    this.#housekeeping = { earlierHosts: addStatistics(earlierHosts, thisHost), thisHost: noHousekeeping };
    const lost = this.#lost;
    await connection.greet({ client: await ownIdentity(this.#reader), limits: this.#limits, lost });
    this.#lost = this.#lost.filter((id) => !lost.includes(id));
    return connection;
  }

  #receive(event: SessionEvent): void {
    if (event.type === 'sessionStarted' || event.type === 'sessionChanged') {
      this.#sessions.set(event.session.id, event.session);
    } else if (event.type === 'sessionEnded') {
      this.#sessions.delete(event.id);
      this.#restIfIdle();
    } else if (event.type === 'housekeeping') {
      this.#housekeeping.thisHost = event.statistics;
    } else if (event.type === 'warning') {
      this.#log.warn(event.message);
    }
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error(`A listener of session events failed: ${describeError(error)}`);
      }
    }
  }

  /** The host is dead and cannot clean up: we do. */
  async #cleanUpAfterHost(connection: HostConnection, how: string): Promise<void> {
    const sessions = this.sessions;
    this.#sessions.clear();
    this.#lost = [...this.#lost, ...sessions.map(({ id }) => id)].slice(-MAX_LOST);
    this.#log.error(`The session host ended unexpectedly (${how}); its sessions are cleaned up.`);
    const { host } = connection.hello;
    await poll(async () => !(await this.#reader.lives(host)), 20, Infinity);
    const { recovered } = await recoverSessions({ reader: this.#reader, log: this.#log, host });
    this.#receive({ type: 'hostLost', sessions, recovered, message: `The session host ended unexpectedly (${how}).` });
  }
}
