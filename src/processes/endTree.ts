import { type Clock, describeError, systemClock } from '../support/index.ts';
import { type ForcedStep, forceByTreeKill, forceProcesses } from './endTree/force.ts';
import { TreeMembership, protectedPids } from './endTree/membership.ts';
import { type SendSignal, signalProcess } from './endTree/signals.ts';
import {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessReader,
  type ProcessTable,
  identityKey,
  isAlive,
  sameProcess,
} from './process.ts';

/** What the ending of one tree says while it goes on. `gone` and `survived` are last, and only one of them comes. */
export type EndTreeEvent =
  | { readonly type: 'asked'; readonly how: 'request' | 'signal' }
  /** The request could not be made (`reason` for people); a signal follows. */
  | { readonly type: 'askFailed'; readonly reason: string }
  | { readonly type: 'waiting'; readonly living: number; readonly graceMs: number }
  | { readonly type: 'forced'; readonly how: ForcedStep; readonly living: number }
  | { readonly type: 'gone'; readonly ended: number; readonly durationMs: number }
  | { readonly type: 'survived'; readonly survivors: readonly ProcessInfo[]; readonly durationMs: number };

export interface EndTreeOptions {
  readonly reader: ProcessReader;
  /**
   * Processes known to belong to the tree beside what its root leads, as last seen: they are ended even when the root
   * has died before them. Those whose pid means another process by now are left alone.
   */
  readonly members?: readonly ProcessIdentity[];
  /**
   * Processes around the tree that end by themselves when it does (a wrapper that waits for it and cleans up, its display).
   * They are asked by a signal only when the rest has been gone for a while.
   */
  readonly followers?: readonly ProcessIdentity[];
  /**
   * Asks the tree to end itself (CDP `Browser.close` …); when it rejects, the root gets a SIGTERM instead. Without it
   * the root gets a SIGTERM at once (not on Windows, which has none).
   */
  readonly askNicely?: (signal: AbortSignal) => Promise<void>;
  /** How long the tree may take to end itself, in ms; 0 forces at once. Default 2000. */
  readonly graceMs?: number;
  /** When to give up after the grace time and report survivors, in ms. Default 5000. */
  readonly forceMs?: number;
  /**
   * `auto`: a process group that the root leads belongs to the tree, and the forced step kills it in one call. `never`:
   * groups say nothing and each process is killed by itself, for driver trees, which live in the group of the shell job or
   * test runner around them.
   */
  readonly group?: 'auto' | 'never';
  readonly onEvent?: (event: EndTreeEvent) => void;
  /** For tests. */
  readonly clock?: Clock;
  readonly send?: SendSignal;
  readonly selfPid?: number;
  readonly platform?: NodeJS.Platform;
  /** The forced step on Windows. */
  readonly treeKill?: (pid: number) => Promise<void>;
}

export type EndTreeResult = { readonly root: ProcessIdentity; readonly durationMs: number } & (
  | { readonly outcome: 'ended'; readonly forced: boolean; readonly ended: number }
  /** Nothing of the tree was alive; `reason` says when its pid means another process now. */
  | { readonly outcome: 'alreadyGone'; readonly reason: string }
  | { readonly outcome: 'survived'; readonly ended: number; readonly survivors: readonly ProcessInfo[] }
  | { readonly outcome: 'refused'; readonly reason: string }
);

/**
 * Time between two polls while a tree ends itself: longer where a poll costs more, so that polling many trees on a slow
 * machine does not take the processor from the trees.
 */
const POLL_MS = { least: 8, most: 40, timesCost: 8 } as const;
/**
 * After SIGKILL a tree ends within some ten ms, and the kernel needs the processor for that: meanwhile only one process's
 * state is read, not all processes (*a hundredth of the work*).
 */
const FORCED_POLL_MS = { least: 2, most: 20, timesCost: 8 } as const;
/** A process that lives this long after a SIGKILL gets another one: it may have been forked during the first. */
const FORCE_AGAIN_MS = 100;

/** How long followers may take to notice that the rest has ended, in ms. */
const FOLLOW_MS = 700;

/**
 * Ends a process tree and verifies it: requests an end, waits while watching for new members, kills the rest, polls until
 * all are gone, and reports survivors. Never touches init, the kernel, ourselves or our ancestors, nor a process whose start
 * time is not the one that was seen.
 *
 * @returns how it ended; it rejects only when processes cannot be read at all
 */
export async function endTree(root: ProcessIdentity, options: EndTreeOptions): Promise<EndTreeResult> {
  const ending = new Ending(root, options);
  return await ending.run();
}

class Ending {
  readonly #root: ProcessIdentity;
  readonly #options: EndTreeOptions;
  readonly #clock: Clock;
  readonly #send: SendSignal;
  readonly #platform: NodeJS.Platform;
  readonly #selfPid: number;
  readonly #startedAt: number;
  readonly #membership: TreeMembership;
  readonly #asked = new Set<string>();
  #forced = false;
  #livingPids: ReadonlySet<number> = new Set();
  #groupHoldsOthers = false;
  /** Pids of the followers and of the processes that these start. */
  readonly #followers = new Set<number>();
  #onlyFollowersSince: number | undefined;

  constructor(root: ProcessIdentity, options: EndTreeOptions) {
    this.#root = { pid: root.pid, startTime: root.startTime };
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#send = options.send ?? ((pid, signal) => process.kill(pid, signal));
    this.#platform = options.platform ?? process.platform;
    this.#selfPid = options.selfPid ?? process.pid;
    this.#startedAt = this.#clock.monotonic();
    for (const { pid } of options.followers ?? []) this.#followers.add(pid);
    this.#membership = new TreeMembership(this.#root, [...(options.members ?? []), ...(options.followers ?? [])], {
      selfPid: this.#selfPid,
      byGroup: options.group !== 'never',
    });
  }

  async run(): Promise<EndTreeResult> {
    const table = await this.#options.reader.readTable();
    if (!Number.isInteger(this.#root.pid) || this.#root.pid <= 1)
      return this.#refused(`pid ${this.#root.pid} is the system's own`);
    const now = table.processes.get(this.#root.pid);
    const rootIsThere = now !== undefined && sameProcess(now, this.#root);
    if (rootIsThere && protectedPids(table, this.#selfPid).has(this.#root.pid))
      return this.#refused(
        this.#root.pid === this.#selfPid
          ? `pid ${this.#root.pid} is Leakwright itself`
          : `Leakwright itself runs under pid ${this.#root.pid}`,
      );

    let living = this.#membersIn(table);
    if (living.length === 0) {
      const reason =
        now && !rootIsThere
          ? `pid ${this.#root.pid} belongs to another process by now`
          : `pid ${this.#root.pid} is not running`;
      return { root: this.#root, durationMs: this.#elapsed(), outcome: 'alreadyGone', reason };
    }

    living = await this.#letItEnd(living);
    if (living.length > 0) living = await this.#force(living);
    return living.length === 0 ? this.#ended() : this.#survived(living);
  }

  /** Requests an end, then waits until all are dead or the grace time is over. Returns the members still alive. */
  async #letItEnd(living: ProcessInfo[]): Promise<ProcessInfo[]> {
    const graceMs = this.#options.graceMs ?? 2_000;
    const root = living.find((info) => info.pid === this.#root.pid);
    // A stopped process cannot answer, so waiting for it would only cost time.
    if (graceMs <= 0 || root?.state === 'stopped') return living;
    if (this.#platform === 'win32' && !this.#options.askNicely) return living;

    const giveUp = new AbortController();
    let requestIsOut = this.#options.askNicely !== undefined && root !== undefined;
    if (requestIsOut) {
      this.#emit({ type: 'asked', how: 'request' });
      void this.#options.askNicely!(giveUp.signal).catch((error: unknown) => {
        if (giveUp.signal.aborted) return;
        requestIsOut = false;
        this.#emit({ type: 'askFailed', reason: describeError(error) });
      });
    }
    try {
      const until = this.#startedAt + graceMs;
      let last = -1;
      let pollMs: number = POLL_MS.least;
      while (living.length > 0 && this.#clock.monotonic() < until) {
        if (!requestIsOut || !living.some((info) => info.pid === this.#root.pid)) await this.#signalTops(living);
        if (living.length !== last) this.#emit({ type: 'waiting', living: living.length, graceMs });
        last = living.length;
        await this.#clock.sleep(pollMs);
        const lookedAt = this.#clock.monotonic();
        living = await this.#look();
        pollMs = pause(POLL_MS, this.#clock.monotonic() - lookedAt);
      }
      return living;
    } finally {
      giveUp.abort();
    }
  }

  /**
   * SIGTERM, once each, to the members without a living parent in the tree: the root at first; the browser when it was
   * its driver that ended; the rest when a root dies and leaves children behind.
   */
  async #signalTops(living: readonly ProcessInfo[]): Promise<void> {
    if (this.#platform === 'win32') return;
    const due = this.#dueAmong(living);
    const pids = new Set(due.map((info) => info.pid));
    for (const info of due) {
      const key = identityKey(info);
      if (pids.has(info.ppid) || this.#asked.has(key)) continue;
      this.#asked.add(key);
      if (this.#asked.size === 1) this.#emit({ type: 'asked', how: 'signal' });
      await signalProcess(this.#options.reader, this.#send, info, 'SIGTERM');
    }
  }

  /** The tree's own members, or the followers when those are gone and they had time to notice. */
  #dueAmong(living: readonly ProcessInfo[]): readonly ProcessInfo[] {
    if (this.#followers.size === 0) return living;
    const own = living.filter((info) => !this.#followers.has(info.pid));
    if (own.length > 0) return own;
    this.#onlyFollowersSince ??= this.#clock.monotonic();
    return this.#clock.monotonic() - this.#onlyFollowersSince < FOLLOW_MS ? [] : living;
  }

  /** Kills until no member lives or the time is over. Returns the survivors. */
  async #force(living: ProcessInfo[]): Promise<ProcessInfo[]> {
    this.#forced = true;
    const until = this.#clock.monotonic() + (this.#options.forceMs ?? 5_000);
    while (living.length > 0 && this.#clock.monotonic() < until) {
      await this.#untilDead(await this.#strike(living, until), FORCE_AGAIN_MS);
      living = await this.#look();
    }
    return living;
  }

  /** Waits until none of these lives, or for `ms`. Each poll reads one process only: the first that is still alive. */
  async #untilDead(processes: readonly ProcessInfo[], ms: number): Promise<void> {
    const until = this.#clock.monotonic() + ms;
    for (const info of processes) {
      for (;;) {
        const askedAt = this.#clock.monotonic();
        if (!(await this.#options.reader.lives(info))) break;
        if (askedAt >= until) return;
        await this.#clock.sleep(pause(FORCED_POLL_MS, this.#clock.monotonic() - askedAt));
      }
    }
  }

  /** Returns the processes that got the signal. */
  async #strike(living: readonly ProcessInfo[], until: number): Promise<readonly ProcessInfo[]> {
    if (this.#platform === 'win32') {
      this.#emit({ type: 'forced', how: 'treeKill', living: living.length });
      await forceByTreeKill(this.#root, living, this.#options.reader, this.#send, this.#options.treeKill);
      return living;
    }
    return await forceProcesses(living, {
      reader: this.#options.reader,
      send: this.#send,
      groupId: this.#options.group === 'never' ? undefined : this.#ownGroup(living),
      look: () => this.#look(),
      isLate: () => this.#clock.monotonic() >= until,
      clock: this.#clock,
      onStep: (how, count) => this.#emit({ type: 'forced', how, living: count }),
    });
  }

  /** A cheap sample of members and new processes. Only a sample of all processes proves that no member is left. */
  async #look(): Promise<ProcessInfo[]> {
    const { reader } = this.#options;
    const quick = this.#membersIn(await reader.readTable({ only: this.#livingPids }));
    return quick.length > 0 ? quick : this.#membersIn(await reader.readTable());
  }

  #membersIn(table: ProcessTable): ProcessInfo[] {
    const living = this.#membership.update(table);
    const ours = new Set(living.map((info) => info.pid));
    this.#livingPids = ours;
    if (this.#followers.size > 0) {
      // A process that a follower starts from now on is part of its clean-up.
      for (const info of living)
        if (this.#followers.has(info.ppid) && info.pid !== this.#root.pid && !this.#isOwn(info))
          this.#followers.add(info.pid);
    }
    this.#groupHoldsOthers = false;
    for (const info of table.processes.values()) {
      if (info.groupId === this.#root.pid && isAlive(info) && !ours.has(info.pid)) this.#groupHoldsOthers = true;
    }
    return living;
  }

  #isOwn(info: ProcessInfo): boolean {
    return (this.#options.members ?? []).some((member) => sameProcess(member, info));
  }

  /** The root's process group where the root leads it and all that is in it is ours to end. */
  #ownGroup(living: readonly ProcessInfo[]): number | undefined {
    const inhabited = living.some((info) => info.groupId === this.#root.pid);
    return inhabited && !this.#groupHoldsOthers ? this.#root.pid : undefined;
  }

  #ended(): EndTreeResult {
    const durationMs = this.#elapsed();
    const ended = this.#membership.everCount;
    this.#emit({ type: 'gone', ended, durationMs });
    return { root: this.#root, durationMs, outcome: 'ended', forced: this.#forced, ended };
  }

  #survived(survivors: readonly ProcessInfo[]): EndTreeResult {
    const durationMs = this.#elapsed();
    this.#emit({ type: 'survived', survivors, durationMs });
    const ended = this.#membership.everCount - survivors.length;
    return { root: this.#root, durationMs, outcome: 'survived', ended, survivors };
  }

  #refused(reason: string): EndTreeResult {
    return { root: this.#root, durationMs: this.#elapsed(), outcome: 'refused', reason };
  }

  #elapsed(): number {
    return this.#clock.monotonic() - this.#startedAt;
  }

  #emit(event: EndTreeEvent): void {
    this.#options.onEvent?.(event);
  }
}

/** Sleeps in proportion to the cost of the last poll, so that polling takes only a part of the processor. */
function pause(limits: { readonly least: number; readonly most: number; readonly timesCost: number }, costMs: number) {
  return Math.min(limits.most, Math.max(limits.least, costMs * limits.timesCost));
}
