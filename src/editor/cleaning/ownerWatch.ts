import type { Disposable } from 'vscode';
import type { OwnedTree, WatchedOwner } from '../../orphans/index.ts';
import {
  type ProcessIdentity,
  type ProcessTable,
  ancestorsOf,
  identityOf,
  sameProcess,
} from '../../processes/index.ts';
import { inBackground } from '../log.ts';
import type { ProcessWatch } from '../processTree/processWatch.ts';
import type { ShownTree } from '../processTree/row.ts';
import { setting } from '../settings.ts';
import type { Aftermath } from './aftermath.ts';
import { type CleanUpContext, endTrees } from './cleanUp.ts';
import { listenToOwners } from './ownerSources.ts';

/**
 * Once its owner is dead, the launcher of a browser is unknown, so samples are taken while owners live, even
 * when the view is hidden. Stop ends a debuggee at once: two seconds is the shortest-lived browser we may miss. Tasks run
 * for hours (`watch`), and end by themselves more often; a terminal is open all day, and mostly nothing runs in it.
 */
const BEAT_MS = { debug: 2000, task: 5000, terminal: 10_000 } as const;
/**
 * What ends by itself gets this long, in ms: browsers that Playwright launched need 0.13 s, a polite close 2 s. A profile that
 * changed within the last 2 s is never removed, as its browser may just be starting: so not earlier than that.
 */
const SETTLE_MS = [2500, 2500] as const;

/** A test run launches hundreds of browsers; the last are those that may be there at its end. */
const MAX_SEEN = 50;

/** Debug sessions and tasks run in terminals: whose a browser is says the narrower one. */
const NARROWEST_FIRST = ['debug', 'task', 'terminal'] as const;

interface RunningOwner {
  readonly owner: WatchedOwner;
  /** Ms since the epoch. */
  readonly beganAt: number;
  /** Of a terminal, once it was seen. */
  shell?: ProcessIdentity;
  readonly pids: Set<number>;
  /** The browsers seen under it, by the key of their tree. */
  readonly seen: Map<string, OwnedTree>;
}

interface OwnerWatchOptions {
  readonly context: CleanUpContext;
  /** An owner has ended and this is what it left, once what ends by itself has: asks, as the setting wants it. */
  readonly offer: (owner: WatchedOwner, aftermath: Aftermath) => Promise<void>;
  /** An owner has ended; what it left is not known yet. */
  readonly onEnding: (owner: WatchedOwner) => void;
  /** What it left is known. @param beganAt ms since the epoch */
  readonly onEnded: (owner: WatchedOwner, aftermath: Aftermath, beganAt: number) => Promise<void>;
}

/**
 * Watches debug sessions, tasks and terminals while they run, so that what they leave behind can be named; and when one ends
 * and browsers of it live on without it, offers to clean up.
 */
export class OwnerWatch implements Disposable {
  readonly #options: OwnerWatchOptions;
  readonly #watch: ProcessWatch;
  readonly #running = new Map<string, RunningOwner>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #sources: Disposable;
  readonly #stopListening: () => void;

  constructor(options: OwnerWatchOptions) {
    this.#options = options;
    this.#watch = options.context.watch;
    this.#stopListening = options.context.watch.onDidChange((trees) => this.#note(trees));
    this.#sources = listenToOwners({
      begin: (owner, pid) => {
        const { pids } = this.#begin(owner);
        if (pid !== undefined) pids.add(pid);
      },
      end: (owner) => this.#end(owner),
    });
  }

  /** Who is watched now. */
  get owners(): readonly WatchedOwner[] {
    return [...this.#running.values()].map(({ owner }) => owner);
  }

  dispose(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#stopListening();
    this.#running.clear();
    this.#setBeat();
    this.#sources.dispose();
  }

  #begin(owner: WatchedOwner): RunningOwner {
    const key = keyOf(owner);
    let running = this.#running.get(key);
    if (!running) {
      running = { owner, beganAt: Date.now(), pids: new Set(), seen: new Map() };
      this.#running.set(key, running);
      this.#setBeat();
    }
    return running;
  }

  #end(owner: WatchedOwner): void {
    const running = this.#running.get(keyOf(owner));
    if (!running) return;
    inBackground(this.#options.context.log, `After '${owner.name}'`, this.#lookAfter(running));
  }

  async #lookAfter(running: RunningOwner): Promise<void> {
    const { owner } = running;
    this.#watch.observations.noteOwnerEnded(owner, Date.now());
    this.#running.delete(keyOf(owner));
    this.#setBeat();
    // Nothing was ever launched in most terminals.
    if (owner.kind === 'terminal' && running.seen.size === 0) return;
    const mode = setting('afterDebugSession');
    this.#options.onEnding(owner);
    let browsers: readonly OwnedTree[] = [];
    let aftermath: Aftermath = { browsers, gone: [] };
    try {
      for (const delay of SETTLE_MS) {
        await this.#sleep(delay);
        browsers = (await this.#watch.refresh()).flatMap(({ owned }) =>
          owned && this.#isLeftBy(owned, owner) ? [owned] : [],
        );
        // One that is still dying looks like neither: it counts as soon as it is gone, or is left.
        if (browsers.length === 0 && !this.#someLive(running)) break;
      }
      aftermath = { browsers, gone: this.#goneOf(running) };
    } finally {
      await this.#options.onEnded(owner, aftermath, running.beganAt);
    }
    if (mode === 'clean') await this.#clean(owner, aftermath);
    else if (mode === 'ask' && browsers.length > 0) await this.#options.offer(owner, aftermath);
  }

  /** Whether a browser that was seen under this owner is still there. */
  #someLive({ seen }: RunningOwner): boolean {
    return this.#watch.trees.some(({ sample }) => seen.has(sample.key));
  }

  /** Browsers that were seen under an owner and have ended, as has the owner: their files have no owner. */
  #goneOf({ seen }: RunningOwner): OwnedTree[] {
    const living = new Set(this.#watch.trees.map(({ sample }) => sample.key));
    return [...seen]
      .filter(
        ([key, { status }]) =>
          !living.has(key) && (status === 'owned' || status === 'abandoned' || status === 'orphan'),
      )
      .map(([, owned]): OwnedTree => ({ ...owned, status: 'orphan' }));
  }

  /** Ends living orphans and removes the files of ended browsers: a debugger's Stop kills browsers and leaves their profiles. */
  async #clean(owner: WatchedOwner, { browsers, gone }: Aftermath): Promise<void> {
    const orphans = browsers.filter(({ status }) => status === 'orphan');
    if (orphans.length + gone.length === 0) return;
    this.#options.context.log.info(
      `'${owner.name}' left ${orphans.length} browsers and the files of ${gone.length}: cleaning up, as the setting asks.`,
    );
    await endTrees(this.#options.context, [...orphans, ...gone], { quiet: orphans.length === 0 });
  }

  #isLeftBy(owned: OwnedTree, owner: WatchedOwner): boolean {
    if (owned.status !== 'orphan' && owned.status !== 'abandoned') return false;
    const observed = this.#watch.observations.of(owned.tree.root)?.owner;
    return observed !== undefined && keyOf(observed) === keyOf(owner);
  }

  /** Remembers under which running session or task each browser lives. */
  #note(trees: readonly ShownTree[]): void {
    const { table } = this.#watch;
    if (!table || this.#running.size === 0) return;
    this.#endClosedShells(table);
    for (const { sample, owned } of trees) {
      const { root } = sample.tree;
      const above = new Set(ancestorsOf(table, root.pid).map(({ pid }) => pid));
      for (const { owner, pids, seen } of this.#byNarrowness()) {
        // `(chromium … &)` has no parent in its terminal any more, and is still of its session.
        const isInSession = (pid: number) => owner.kind === 'terminal' && root.sessionId === pid;
        const pid = [...pids].find((one) => above.has(one) || isInSession(one));
        const process = pid === undefined ? undefined : table.processes.get(pid);
        if (!process) continue;
        this.#watch.observations.noteOwner(root, { ...owner, identity: identityOf(process) });
        if (owned) seen.set(sample.key, owned);
        for (const key of seen.keys()) if (seen.size > MAX_SEEN) seen.delete(key);
        break;
      }
    }
  }

  /** A terminal whose shell has exited may stay open; the browsers in it are left behind from then on. */
  #endClosedShells(table: ProcessTable): void {
    for (const running of this.#running.values()) {
      const { owner } = running;
      if (owner.kind !== 'terminal') continue;
      const shell = table.processes.get(Number(owner.id));
      if (shell) running.shell ??= identityOf(shell);
      if (running.shell && !(shell && sameProcess(shell, running.shell))) this.#end(owner);
    }
  }

  #byNarrowness(): readonly RunningOwner[] {
    const rank = ({ owner }: RunningOwner) => NARROWEST_FIRST.indexOf(owner.kind);
    return [...this.#running.values()].sort((a, b) => rank(a) - rank(b));
  }

  #setBeat(): void {
    const narrowest = this.#byNarrowness()[0];
    this.#watch.watch('owners', narrowest && BEAT_MS[narrowest.owner.kind]);
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, ms);
      this.#timers.add(timer);
    });
  }
}

function keyOf({ kind, id }: Pick<WatchedOwner, 'kind' | 'id'>): string {
  return `${kind} ${id}`;
}
