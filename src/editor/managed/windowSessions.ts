import { workspace } from 'vscode';
import type {
  CleanupSummary,
  HousekeepingStatistics,
  LaunchRequest,
  PageSample,
  RendererLabel,
  SessionClient,
  SessionEvent,
  SessionInfo,
} from '../../sessions/index.ts';
import { LeakwrightError, type Log } from '../../support/index.ts';
import { setContextKey } from '../contextKeys.ts';
import { engine } from '../lazyBundles.ts';
import { sessionLimits } from './sessionSettings.ts';

/** The managed sessions of this window. Their host is a process of its own, which starts with the first launch. */
export class WindowSessions {
  readonly #log: Log;
  readonly #listeners = new Set<(event: SessionEvent) => void>();
  readonly #configuration;
  #client: SessionClient | undefined;
  #stopListening: (() => void) | undefined;
  #launching = 0;

  constructor(log: Log) {
    this.#log = log;
    this.#configuration = workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('leakwright')) return;
      this.#client?.setLimits(sessionLimits()).catch((error: unknown) => log.warn(String(error)));
    });
  }

  get sessions(): readonly SessionInfo[] {
    return this.#client?.sessions ?? [];
  }

  /** The session, where there is exactly one and no other is being launched: commands then need not ask which one is meant. */
  get only(): SessionInfo | undefined {
    return this.sessions.length === 1 && this.#launching === 0 ? this.sessions[0] : undefined;
  }

  /** What housekeeping did so far; undefined before the first launch. */
  get statistics(): HousekeepingStatistics | undefined {
    return this.#client?.statistics;
  }

  /** Events of the host, fired after this window's own list is up to date. */
  onEvent(listener: (event: SessionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Which page is in which renderer of a session. */
  async mapPages(id: string): Promise<readonly RendererLabel[]> {
    return (await this.#client?.ask('mapPages', id)) ?? [];
  }

  /** What each page of a session holds at the moment. */
  async samplePages(id: string): Promise<readonly PageSample[]> {
    return (await this.#client?.ask('samplePages', id)) ?? [];
  }

  async focusPage(id: string, page: string): Promise<void> {
    await this.#client?.ask('focusPage', id, page);
  }

  /** Writes a page's heap snapshot to a file given by an absolute path. */
  async captureHeapSnapshot(id: string, file: string, page: string | undefined): Promise<void> {
    await this.#client?.captureHeapSnapshot(id, file, page);
  }

  /** @throws LeakwrightError when there is no browser, or it does not start */
  async launch(request: LaunchRequest, signal?: AbortSignal): Promise<SessionInfo> {
    const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
    const complete = folder === undefined ? request : { workspaceFolder: folder, ...request };
    this.#launching += 1;
    try {
      const session = await this.client.launch(complete, signal);
      this.#log.info(`Session '${session.name}' started: ${session.browser.name} ${session.browser.version}.`);
      return session;
    } finally {
      this.#launching -= 1;
    }
  }

  async close(id: string): Promise<CleanupSummary> {
    if (!this.#client) throw new LeakwrightError('sessions.notFound', `There is no session ${id}.`);
    return await this.#client.close(id);
  }

  async closeAll(): Promise<readonly CleanupSummary[]> {
    return (await this.#client?.closeAll()) ?? [];
  }

  /** Ends the host, which cleans up every session first. */
  async dispose(): Promise<void> {
    this.#configuration.dispose();
    this.#listeners.clear();
    this.#stopListening?.();
    const client = this.#client;
    this.#client = undefined;
    await client?.dispose();
  }

  /** The client, whose host starts with the first call that needs one. */
  get client(): SessionClient {
    if (this.#client) return this.#client;
    const client = new (engine().SessionClient)({ log: this.#log, limits: sessionLimits() });
    this.#stopListening = client.onEvent((event) => {
      setContextKey('leakwright.hasSessions', client.sessions.length > 0);
      for (const listener of this.#listeners) listener(event);
    });
    this.#client = client;
    return client;
  }
}
