import { randomBytes } from 'node:crypto';
import { type JournalEntry, currentPlace, forgetSession, recordSession, updateSession } from '../journal/index.ts';
import { type ProcessIdentity, type ProcessReader, createProcessReader, identityOf } from '../processes/index.ts';
import { MemoryRecordStore, type Store } from '../stores/index.ts';
import {
  defined,
  type Clock,
  type Log,
  LeakwrightError,
  abortable,
  describeError,
  silentLog,
  systemClock,
} from '../support/index.ts';
import { findAttachedBrowser } from './attachedBrowser.ts';
import type { CleanupSubject } from './cleanUpSession.ts';
import { rememberDisabledFeatures } from './disabledFeatures.ts';
import { openGridBrowser } from './gridBrowser.ts';
import { releaseFromGuard, watchOver } from './guard.ts';
import { type OpenedBrowser, beginLaunch, connectBrowser, contextOptions, offerEndpoints } from './launchBrowser.ts';
import { type LoadedPlaywright, loadPlaywright } from './loadPlaywright.ts';
import { Session } from './managedSession.ts';
import type { EndpointKind, LaunchRequest, SessionEndpoints } from './model.ts';
import type { CapturedRequest } from './requestCapture.ts';
import { createSessionFolder, removeSessionFolder } from './sessionFolder.ts';
import {
  type EndedProcesses,
  endSessionProcesses,
  countOwnFiles,
  findLaunchedRoot,
  ownIdentity,
  tracesOf,
} from './sessionProcesses.ts';

/** How long a cancelled launch may go on, and how often its browser is searched for meanwhile, in ms. */
const ABANDON_PATIENCE_MS = 15_000;
const ABANDON_POLL_MS = 25;

export interface OpenSessionOptions extends LaunchRequest {
  readonly purpose: 'session' | 'check';
  /** Cancels the launch at any moment, and leaves nothing. */
  readonly signal?: AbortSignal;
  /** On whose behalf. Default: this process. */
  readonly client?: ProcessIdentity;
  /**
   * Whether a small process watches over this one and cleans up should it be killed. Default: for a check. The session
   * host has its client for that.
   */
  readonly guard?: boolean;
  /** Where captured requests rest. Default: in this process. */
  readonly store?: Store<CapturedRequest>;
  /** Called often, whenever what `info()` says may have changed. */
  readonly onChange?: () => void;
  readonly log?: Log;
  readonly reader?: ProcessReader;
  readonly clock?: Clock;
  /** For tests: stands in for steps of the clean-up. */
  readonly cleanupOverride?: CleanupSubject['override'];
}

/**
 * Opens a session in this process: journalled before its browser is launched, all its files in a folder of its own. Loads
 * Playwright: not for the extension host.
 *
 * @throws LeakwrightError `browsers.notFound`, `browsers.launchFailed`, `usage`, or the signal's reason
 */
export async function openSession(options: OpenSessionOptions): Promise<Session> {
  options.signal?.throwIfAborted();
  return await new SessionOpening(options).open();
}

class SessionOpening {
  readonly #id = randomBytes(5).toString('hex');
  readonly #options: OpenSessionOptions;
  readonly #reader: ProcessReader;
  readonly #log: Log;
  readonly #warnings: string[] = [];
  /** What is on record; undefined until there is something to clean up. */
  #entry: JournalEntry | undefined;
  #journalled = false;
  #playwright: LoadedPlaywright | undefined;
  /** The launch under way: giving it up does not stop it by itself. */
  #launching: Promise<unknown> | undefined;

  constructor(options: OpenSessionOptions) {
    this.#options = options;
    this.#reader = options.reader ?? createProcessReader();
    this.#log = options.log ?? silentLog;
  }

  async open(): Promise<Session> {
    const filesBefore = await countOwnFiles(this.#reader);
    let opened: OpenedBrowser | undefined;
    try {
      opened = await this.#reachBrowser();
      const playwright = this.#load();
      const endpoints = await this.#offerEndpoints(opened);
      this.#options.signal?.throwIfAborted();
      const session = new Session({
        options: this.#options,
        entry: this.#entry!,
        opened,
        playwright,
        endpoints,
        warnings: this.#warnings,
        reader: this.#reader,
        store: this.#options.store ?? new MemoryRecordStore(this.#options.clock),
        clock: this.#options.clock ?? systemClock,
        log: this.#log,
        filesBefore,
      });
      await session.start();
      if (session.isClosing) throw new LeakwrightError('browsers.launchFailed', 'The browser ended while it started.');
      return session;
    } catch (error) {
      await this.#abandon(opened);
      throw error;
    }
  }

  readonly #load = (): LoadedPlaywright => {
    if (this.#playwright) return this.#playwright;
    this.#playwright = loadPlaywright(this.#options.workspaceFolder);
    // An unknown device is an error before a browser is launched for it.
    contextOptions(this.#options, this.#playwright);
    return this.#playwright;
  };

  async #reachBrowser(): Promise<OpenedBrowser> {
    const { source, signal } = this.#options;
    if (source.kind === 'launch') {
      const prepare = (folder: string) => this.#prepare(folder);
      const site = await beginLaunch(this.#id, this.#options, source, this.#load, prepare);
      this.#launching = site.opening;
      const opened = await abortable(site.opening, signal);
      await this.#noteBrowser(site.executable);
      return opened;
    }
    const folder = await createSessionFolder(this.#id);
    await this.#prepare(folder);
    const playwright = this.#load();
    const connecting =
      source.kind === 'grid'
        ? openGridBrowser(this.#options, source, playwright, folder)
        : connectBrowser(this.#options, source, playwright, folder);
    try {
      const opened = await abortable(connecting, signal);
      const runningAs = source.kind === 'attach' && (await findAttachedBrowser(opened.browser, this.#reader));
      return runningAs ? { ...opened, runningAs } : opened;
    } catch (error) {
      // Closes a connection that is made after the cancellation.
      connecting.then((late) => late.browser.close()).catch(() => {});
      throw error;
    }
  }

  /** Puts on record, before a browser is launched, all that is needed to clean up after it. */
  async #prepare(folder: string): Promise<void> {
    const { source, purpose, client, signal } = this.#options;
    const self = await ownIdentity(this.#reader);
    const { bootId, pidNamespace } = currentPlace();
    this.#entry = {
      schema: 1,
      id: this.#id,
      createdAt: new Date().toISOString(),
      ...defined({ bootId, pidNamespace }),
      host: self,
      client: client ?? self,
      folder,
      ...(source.kind === 'launch' && source.profile !== undefined ? { profile: source.profile } : {}),
      purpose,
    };
    signal?.throwIfAborted();
    if (this.#guarded) watchOver(this.#entry, this.#log);
    try {
      await recordSession(this.#entry);
      this.#journalled = true;
    } catch (error) {
      // The clean-up works without the journal; only what follows a kill of this very process does not.
      this.#warn(describeError(error));
    }
    signal?.throwIfAborted();
  }

  /** Adds the browser to the record, now that it runs. */
  async #noteBrowser(executable: string): Promise<void> {
    const found = await findLaunchedRoot(this.#reader, tracesOf(this.#entry!));
    if (!found) {
      this.#warn('The process of the browser was not found, so its memory cannot be shown.');
      return;
    }
    const { source } = this.#options;
    if (source.kind === 'launch')
      void rememberDisabledFeatures(this.#load().version, found.root.commandLine, source.args ?? [], this.#log);
    const patch = {
      browser: { ...identityOf(found.root), executable },
      ...defined({ profile: found.profile }),
    };
    this.#entry = { ...this.#entry!, ...patch };
    if (this.#guarded) watchOver(this.#entry, this.#log);
    if (!this.#journalled) return;
    try {
      await updateSession(this.#id, patch);
    } catch (error) {
      this.#warn(describeError(error));
    }
  }

  async #offerEndpoints(opened: OpenedBrowser): Promise<SessionEndpoints> {
    const { source, purpose } = this.#options;
    if (source.kind === 'connect') return { playwright: source.endpoint };
    const wanted: readonly EndpointKind[] = this.#options.endpoints ?? (purpose === 'check' ? [] : ['playwright']);
    const { folder, profile } = this.#entry!;
    const offered = await offerEndpoints(opened, wanted, { name: this.#id, folder, profile });
    for (const warning of offered.warnings) this.#warn(warning);
    return source.kind === 'attach' ? { ...offered.endpoints, cdp: source.endpoint } : offered.endpoints;
  }

  get #guarded(): boolean {
    return this.#options.guard ?? this.#options.purpose === 'check';
  }

  #warn(message: string): void {
    this.#warnings.push(message);
    this.#log.warn(message);
  }

  /** Cleans up after a launch that failed or was cancelled, at whatever moment. */
  async #abandon(opened: OpenedBrowser | undefined): Promise<void> {
    const entry = this.#entry;
    if (!entry) return;
    if (this.#options.source.kind !== 'launch') await opened?.browser.close().catch(() => {});
    const { survivors } = await this.#endLaunch(entry);
    const reason = await removeSessionFolder(entry.folder, entry.id);
    if (reason !== undefined) this.#log.warn(`The folder '${entry.folder}' is left: ${reason}.`);
    if (survivors.length === 0 && reason === undefined) await forgetSession(entry.id).catch(() => {});
    releaseFromGuard(entry.id);
  }

  /** Playwright cannot cancel a launch, so its browser is ended each time it starts, until the launch has failed. */
  async #endLaunch(entry: JournalEntry): Promise<EndedProcesses> {
    const traces = tracesOf(entry);
    const settled = this.#launching?.then(
      () => true,
      () => true,
    );
    const deadline = performance.now() + ABANDON_PATIENCE_MS;
    for (;;) {
      const ended = await endSessionProcesses(this.#reader, traces, 0);
      const isOver = (await Promise.race([settled ?? true, systemClock.sleep(ABANDON_POLL_MS)])) === true;
      if (isOver || performance.now() > deadline) {
        return isOver ? await endSessionProcesses(this.#reader, traces, 0) : ended;
      }
    }
  }
}
