import type { Browser, BrowserContext, Page } from 'playwright';
import {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessReader,
  endTree,
  livingIn,
  identityKey,
  identityOf,
  membersOf,
} from '../processes/index.ts';
import { type Clock, LeakwrightError, describeError, poll } from '../support/index.ts';
import { type StepPlan, runStep, summarizeCleanup } from './cleanupSteps.ts';
import type { CleanupStep, CleanupStepName, CleanupSummary, CloseReason, ResourceCounts } from './model.ts';
import type { SessionResources } from './resources.ts';
import { removeSessionFolder } from './sessionFolder.ts';
import {
  endSessionProcesses,
  type SessionTraces,
  countOwnFiles,
  exclusiveMemoryOf,
  findSessionProcesses,
} from './sessionProcesses.ts';

/** What a session's clean-up has to work with. */
export interface CleanupSubject {
  readonly id: string;
  readonly name: string;
  readonly browser: Browser;
  /** Whether the browser is ours to end; else only what we made in it is. */
  readonly owned: boolean;
  /** Whether nothing that the browser may still write is needed: then it is killed without closing it first. */
  readonly endAtOnce: boolean;
  /** For a browser that another server closes: see `OpenedBrowser`. */
  readonly beforeClose?: () => Promise<string | undefined>;
  readonly ownPages: () => readonly Page[];
  readonly ownContexts: () => readonly BrowserContext[];
  readonly resources: SessionResources;
  readonly reader: ProcessReader;
  readonly root: ProcessIdentity | undefined;
  /** The browser's processes as last seen. */
  readonly lastProcesses: () => readonly ProcessIdentity[];
  readonly traces: SessionTraces;
  readonly clock: Clock;
  /** Open descriptors of this process before the session was opened. */
  readonly filesBefore: number;
  /** For tests: stands in for a step. */
  readonly override?: Partial<Record<CleanupStepName, () => Promise<number>>>;
}

/** How long each step may take, in ms. An ordinary session needs some ten ms for each, under heavy load seconds. */
const LIMITS: Readonly<Record<CleanupStepName, number>> = {
  requests: 2000,
  videos: 2000,
  cursors: 2000,
  pages: 2000,
  contexts: 3000,
  browser: 8000,
  connection: 2000,
  state: 2000,
  verify: 15_000,
  emergency: 15_000,
};
/** A browser that did not answer one step in time gets no more than this for the next. */
const UNRESPONSIVE_LIMIT_MS = 500;

const STOPPED = 'The browser is stopped (SIGSTOP) and answers nothing.';
const STOPPED_POLL_MS = 250;
const DISCONNECT_PATIENCE_MS = 1500;

/**
 * Closes a session and verifies that nothing of it is left. Steps run in order, each isolated, timed and limited; a failing
 * one never stops the next. Then processes and files are checked, and remaining processes are killed. Never rejects.
 */
export async function cleanUpSession(subject: CleanupSubject, reason: CloseReason): Promise<CleanupSummary> {
  return await new Cleanup(subject, reason).run();
}

class Cleanup {
  readonly #subject: CleanupSubject;
  readonly #reason: CloseReason;
  readonly #steps: CleanupStep[] = [];
  readonly #errors: { step: CleanupStepName; message: string }[] = [];
  /** What a step takes away besides what it is named for. */
  readonly #also = { downloads: 0, dialogs: 0 };
  #initial: ResourceCounts = noResources;
  /** The browser's processes before anything was done. */
  #members: readonly ProcessInfo[] = [];
  /** Bytes. */
  #memoryBefore = 0;
  /** A stopped browser does not answer, so no command is sent to it. */
  #stopped = false;
  #responsive = true;
  #emergency = false;
  #verified = false;
  #survivors: readonly ProcessIdentity[] = [];
  #remaining: readonly string[] = [];

  constructor(subject: CleanupSubject, reason: CloseReason) {
    this.#subject = subject;
    this.#reason = reason;
  }

  async run(): Promise<CleanupSummary> {
    const { clock, resources } = this.#subject;
    const startedAt = new Date(clock.now()).toISOString();
    const begin = clock.monotonic();
    try {
      const isLost = this.#reason === 'browser-lost' || this.#reason === 'connection-lost';
      this.#initial = await (isLost ? resources.countsBeforeLoss() : resources.counts());
    } catch (error) {
      this.#fail('state', `What the session held could not be counted: ${describeError(error)}`);
    }
    await this.#lookAtBrowser();
    const cleaned = new Map<CleanupStepName, number>();
    for (const plan of this.#plan()) cleaned.set(plan.name, await this.#step(plan));
    await this.#step(this.#planned('verify', () => this.#verify()));
    // When the check itself failed nothing is certain: kill, and check once more.
    if (!this.#verified) await this.#step(this.#planned('emergency', () => this.#verify()));
    return await this.#summarize(cleaned, startedAt, clock.monotonic() - begin);
  }

  async #lookAtBrowser(): Promise<void> {
    const { reader, root, owned } = this.#subject;
    if (!root) return;
    try {
      const table = await reader.readTable();
      this.#stopped = table.processes.get(root.pid)?.state === 'stopped';
      if (this.#stopped) this.#fail('browser', STOPPED);
      if (!owned) return;
      // Those seen earlier count too: when the browser itself has died, nothing else says whose its orphans were.
      const seen = this.#subject
        .lastProcesses()
        .map(({ pid, startTime }) => ({ now: table.processes.get(pid), startTime }));
      const living = seen.flatMap(({ now, startTime }) => (now?.startTime === startTime ? [now] : []));
      const members = new Map([...membersOf(table, root), ...living].map((info) => [info.pid, info]));
      this.#members = [...members.values()].filter((info) => info.state !== 'zombie');
      this.#memoryBefore = await exclusiveMemoryOf(reader, this.#members);
    } catch (error) {
      this.#fail('verify', `The browser's processes could not be read: ${describeError(error)}`);
    }
  }

  #planned(name: CleanupStepName, run: () => Promise<number>): StepPlan {
    return { name, limitMs: LIMITS[name], run: this.#subject.override?.[name] ?? run };
  }

  #plan(): StepPlan[] {
    const { browser, resources, owned } = this.#subject;
    return [
      this.#planned('requests', async () => {
        resources.stopTracking();
        return (await resources.capture?.stop()) ?? 0;
      }),
      // A recording ends with its page, and its file goes with the folder.
      this.#planned('videos', async () => this.#initial.videos),
      this.#planned('cursors', async () => await resources.cursors.clear()),
      // Pages and contexts of a browser that is ours end with it. Closing them one by one before would run no code of
      // theirs (Playwright closes pages without their unload handlers), take half as long again (*measured: 105 instead
      // of 75 ms*), and wait for pages that hang (*500 ms for one in an endless loop*). What hangs on them is ended first.
      this.#asking('pages', async () => {
        this.#also.dialogs = await resources.dismissDialogs();
        this.#also.downloads = await resources.cancelDownloads();
        const pages = this.#subject.ownPages();
        return owned ? pages.length : await allOf(pages, (page) => page.close({ runBeforeUnload: false }));
      }),
      this.#asking('contexts', async () => {
        const contexts = this.#subject.ownContexts();
        return owned ? contexts.length : await allOf(contexts, (context) => context.close());
      }),
      // For a browser that is not ours this only ends the connection.
      this.#asking('browser', async () => {
        const issue = await this.#subject.beforeClose?.();
        if (this.#subject.endAtOnce) await this.#endAtOnce();
        else await browser.close();
        if (issue !== undefined) throw new LeakwrightError('sessions.hostLost', issue);
        return owned ? 1 : 0;
      }),
      // The channel outlives the browser's answer by a moment; when it stays, the tree is ended below.
      this.#planned('connection', async () => {
        if (!this.#stopped) await this.#disconnected();
        if (browser.isConnected()) throw new Error('The connection to the browser is still open.');
        return 1;
      }),
      this.#planned('state', async () => {
        resources.clear();
        return 0;
      }),
    ];
  }

  /** A step that needs the browser's answer. */
  #asking(name: CleanupStepName, run: () => Promise<number>): StepPlan {
    return this.#planned(name, async () => {
      if (this.#stopped || !this.#subject.browser.isConnected()) return 0;
      const over = new AbortController();
      try {
        return await Promise.race([run(), this.#failWhenStopped(over.signal)]);
      } finally {
        over.abort();
      }
    });
  }

  /** Rejects as soon as the browser is seen stopped: waiting for its answer would only cost time. */
  async #failWhenStopped(over: AbortSignal): Promise<never> {
    const { reader, root, clock } = this.#subject;
    try {
      for (;;) {
        await clock.sleep(STOPPED_POLL_MS, over);
        if (root && (await reader.readProcess(root.pid))?.state === 'stopped') break;
      }
    } catch {
      // The step is over, or processes cannot be read: its own limit holds.
      return await new Promise(() => {});
    }
    this.#stopped = true;
    throw new Error(STOPPED);
  }

  async #step(plan: StepPlan): Promise<number> {
    const limitMs = this.#responsive ? plan.limitMs : Math.min(plan.limitMs, limitWhenUnresponsive(plan.name));
    const { timedOut, ...done } = await runStep({ ...plan, limitMs }, this.#subject.clock);
    this.#steps.push(done);
    if (timedOut) this.#responsive = false;
    if (done.error !== undefined) this.#fail(plan.name, done.error);
    return done.cleaned;
  }

  /** Takes half as long as a browser needs to write its profile to a folder that is then removed (*measured: 65, 150 ms*). */
  async #endAtOnce(): Promise<void> {
    const { reader, root, browser } = this.#subject;
    const members = this.#members.map((member) => identityOf(member));
    if (root && members.length > 0) await endTree(root, { reader, members, graceMs: 0 });
    else await browser.close();
  }

  /** Checks that all processes are gone, kills the others, and removes the session's files. */
  async #verify(): Promise<number> {
    const { reader, traces, owned, id } = this.#subject;
    if (owned) await this.#endProcesses(reader);
    const reason = await removeSessionFolder(traces.folder, id);
    this.#verified = true;
    this.#remaining = reason === undefined ? [] : [traces.folder];
    if (reason !== undefined) this.#fail('verify', `The folder '${traces.folder}' is left: ${reason}.`);
    return this.#members.length;
  }

  async #endProcesses(reader: ProcessReader): Promise<void> {
    const table = await reader.readTable();
    const left = this.#members.filter((member) => livingIn(table, member));
    if (left.length === 0 && (await findSessionProcesses(reader, this.#subject.traces, table)).length === 0) return;
    await this.#endByForce();
  }

  async #endByForce(): Promise<void> {
    const { reader, root, traces } = this.#subject;
    this.#emergency = true;
    const members = this.#members.map((member) => identityOf(member));
    const ending = root && (await endTree(root, { reader, members, graceMs: 0 }));
    const { survivors } = await endSessionProcesses(reader, traces, 0);
    const stubborn = ending?.outcome === 'survived' ? ending.survivors.map((info) => identityOf(info)) : [];
    this.#survivors = [...new Map([...stubborn, ...survivors].map((one) => [identityKey(one), one])).values()];
    await this.#disconnected();
  }

  /** Playwright learns of the end of a browser a little after it. */
  async #disconnected(): Promise<void> {
    const { browser, clock } = this.#subject;
    await poll(() => !browser.isConnected(), 5, DISCONNECT_PATIENCE_MS, clock);
  }

  #fail(step: CleanupStepName, message: string): void {
    this.#errors.push({ step, message });
  }

  async #summarize(
    cleaned: ReadonlyMap<CleanupStepName, number>,
    startedAt: string,
    durationMs: number,
  ): Promise<CleanupSummary> {
    const { id, name, reader, browser, filesBefore, owned } = this.#subject;
    for (const { pid } of this.#survivors) this.#fail('emergency', `Process ${pid} could not be ended.`);
    const survivors = this.#survivors;
    const memoryAfter = survivors.length === 0 ? 0 : await exclusiveMemoryOf(reader, survivors).catch(() => 0);
    return summarizeCleanup({
      sessionId: id,
      name,
      reason: this.#reason,
      startedAt,
      durationMs,
      owned,
      disconnected: !browser.isConnected(),
      initial: this.#initial,
      cleaned,
      also: this.#also,
      processesBefore: this.#members.length,
      survivors,
      // A folder that was never checked counts as left.
      remaining: this.#verified ? this.#remaining : [this.#subject.traces.folder],
      memoryRecoveredBytes: this.#memoryBefore - memoryAfter,
      errors: this.#errors,
      steps: this.#steps,
      emergency: this.#emergency,
      fileDescriptors: { before: filesBefore, after: await countOwnFiles(reader) },
    });
  }
}

const noResources: ResourceCounts = {
  requests: 0,
  requestsDropped: 0,
  pages: 0,
  contexts: 0,
  videos: 0,
  downloads: 0,
  dialogs: 0,
  workers: 0,
  cursors: 0,
};

function limitWhenUnresponsive(name: CleanupStepName): number {
  return name === 'pages' || name === 'contexts' || name === 'browser' ? UNRESPONSIVE_LIMIT_MS : Infinity;
}

/** Applies it to all items at once, and rejects with the first failure only after all have ended. */
async function allOf<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<number> {
  const results = await Promise.allSettled(items.map((item) => act(item)));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
  return items.length;
}
