import { LRUCache } from 'lru-cache';
import type { BrowserTree } from '../browsers/index.ts';
import { type ProcessIdentity, type ProcessTable, identityKey, identityOf, sameProcess } from '../processes/index.ts';
import type { OwnerKind } from './model.ts';
import { defined } from '../support/index.ts';

/** An owner whose browsers are watched: a debug session, a task, a terminal. */
export interface WatchedOwner {
  readonly kind: Extract<OwnerKind, 'debug' | 'task' | 'terminal'>;
  /** Unique among the owners of its kind in this editor. */
  readonly id: string;
  /** What the user calls it: `Launch e2e`. */
  readonly name: string;
  /** Its process, where it tells. */
  readonly identity?: ProcessIdentity;
}

/** A parent a tree had while we watched. */
interface SeenParent {
  readonly identity: ProcessIdentity;
  readonly name: string;
  readonly commandLine: readonly string[];
}

export interface TreeObservation {
  readonly owner?: WatchedOwner;
  /** When the owner's session, task or terminal ended, ms since the epoch. */
  readonly ownerEndedAt?: number;
  /** The parent it had for at least two samples, so not one that only passed it on. */
  readonly settledParent?: SeenParent;
  /** When the tree or its parent last used the processor, ms since the epoch. */
  readonly lastBusyAt: number;
  readonly orphanSince?: number;
}

interface Entry {
  owner?: WatchedOwner;
  ownerEndedAt?: number;
  lastParent?: SeenParent;
  settledParent?: SeenParent;
  lastBusyAt: number;
  orphanSince?: number;
  cpuMs: number;
  sampledAt: number;
}

export interface OwnerObservationsOptions {
  /** How many trees are remembered; the one not heard of for longest goes first. Default 1000. */
  readonly capacity?: number;
  /** Forgotten when not heard of for this long, in ms. Default one hour. */
  readonly ttlMs?: number;
}

/** Below this share of one processor a browser counts as idle (*measured: 0.1-0.8 % with a blank page*). */
const IDLE_SHARE = 0.02;

/**
 * Evidence collected while owners lived, which disappears with them. The editor notes its debug sessions, tasks and
 * terminals here and passes every sample; a terminal command has none of it and judges by the present evidence alone.
 */
export class OwnerObservations {
  readonly #trees: LRUCache<string, Entry>;
  readonly #ended: LRUCache<string, number>;

  constructor(options: OwnerObservationsOptions = {}) {
    const ttl = options.ttlMs ?? 60 * 60_000;
    const max = options.capacity ?? 1000;
    this.#trees = new LRUCache({ max, ttl, updateAgeOnGet: true });
    this.#ended = new LRUCache({ max, ttl });
  }

  /**
   * This tree runs under that owner. The first owner noted keeps it: a browser does not change hands. Only a terminal gives
   * way: debug sessions and tasks run in terminals, and may say later which process is theirs.
   */
  noteOwner(root: ProcessIdentity, owner: WatchedOwner): void {
    const entry = this.#entry(root);
    if (!entry.owner || (entry.owner.kind === 'terminal' && owner.kind !== 'terminal')) entry.owner = owner;
  }

  /** The debug session, task or terminal is over; `at` in ms since the epoch. */
  noteOwnerEnded(owner: Pick<WatchedOwner, 'kind' | 'id'>, at: number): void {
    this.#ended.set(ownerKey(owner), at);
  }

  /** Records a sample: each tree's parent, and whether any of its processes used the processor. */
  observe(trees: readonly BrowserTree[], table: ProcessTable): void {
    for (const tree of trees) {
      const entry = this.#entry(tree.root);
      this.#seeParent(entry, tree, table);
      this.#seeWork(entry, tree, table);
    }
  }

  #seeParent(entry: Entry, tree: BrowserTree, table: ProcessTable): void {
    const parent = table.processes.get(tree.root.ppid);
    if (!parent || parent.pid <= 1) return;
    if (entry.lastParent && sameProcess(entry.lastParent.identity, parent)) entry.settledParent ??= entry.lastParent;
    entry.lastParent = { identity: identityOf(parent), name: parent.name, commandLine: parent.commandLine };
  }

  #seeWork(entry: Entry, tree: BrowserTree, table: ProcessTable): void {
    const parent = table.processes.get(tree.root.ppid);
    const all = [...tree.processes.map(({ info }) => info), ...(parent && parent.pid > 1 ? [parent] : [])];
    const cpuMs = all.reduce((sum, info) => sum + info.cpuMs, 0);
    const elapsed = table.at - entry.sampledAt;
    // A process that ended takes its time with it: that is a change as well.
    const isBusy = entry.sampledAt === 0 || Math.abs(cpuMs - entry.cpuMs) > elapsed * IDLE_SHARE;
    if (isBusy) entry.lastBusyAt = table.at;
    entry.cpuMs = cpuMs;
    entry.sampledAt = table.at;
  }

  /** An orphan was decided; remembers since when. Returns for how long it has been one, in ms. */
  noteOrphan(root: ProcessIdentity, at: number): number {
    const entry = this.#entry(root);
    entry.orphanSince ??= at;
    return at - entry.orphanSince;
  }

  /** It is no orphan (any more). */
  noteNoOrphan(root: ProcessIdentity): void {
    const entry = this.#trees.get(identityKey(root));
    if (entry) delete entry.orphanSince;
  }

  of(root: ProcessIdentity): TreeObservation | undefined {
    const entry = this.#trees.get(identityKey(root));
    if (!entry) return undefined;
    const ownerEndedAt = entry.owner && this.#ended.get(ownerKey(entry.owner));
    return {
      lastBusyAt: entry.lastBusyAt,
      ...defined({
        owner: entry.owner,
        ownerEndedAt,
        settledParent: entry.settledParent,
        orphanSince: entry.orphanSince,
      }),
    };
  }

  /** How many trees are remembered. */
  get size(): number {
    return this.#trees.size;
  }

  #entry(root: ProcessIdentity): Entry {
    const key = identityKey(root);
    let entry = this.#trees.get(key);
    if (!entry) {
      entry = { lastBusyAt: 0, cpuMs: 0, sampledAt: 0 };
      this.#trees.set(key, entry);
    }
    return entry;
  }
}

function ownerKey(owner: Pick<WatchedOwner, 'kind' | 'id'>): string {
  return `${owner.kind} ${owner.id}`;
}
