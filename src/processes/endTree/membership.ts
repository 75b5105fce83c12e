import { type ProcessIdentity, type ProcessInfo, type ProcessTable, isAlive, sameProcess } from '../process.ts';

/**
 * Which processes belong to a tree that is being ended, kept over many samples. Once a member, a process stays one until
 * it is dead: a member whose parent dies is handed to init or a subreaper, and would be lost by looking at parents alone.
 *
 * A newcomer is a member when its parent is one, or when it is in a session or process group that a member leads. The
 * kernel gives no pid out again while a session or group of that number has processes in it, so such an id still names
 * our session after its leader has died, as long as a member was alive in it at the last sample.
 */
export class TreeMembership {
  readonly #selfPid: number;
  readonly #byGroup: boolean;
  /** Pids of all members so far: only what they lead can be the tree's own session or group. */
  readonly #leaders = new Set<number>();
  /** The pids to read in the next sample. */
  #expected: readonly ProcessIdentity[];
  #lastLiving = new Map<number, ProcessInfo>();
  #everCount = 0;

  /**
   * @param root the tree's root, alive or known to have led `known`
   * @param known members the caller has seen; those that are still the same processes are members
   * @param options `selfPid`: we and our ancestors are never members. `byGroup`: whether a process group that a member
   *   leads is the tree's own; a driver started from a shell leads the group of its whole job (`chromedriver | tee log`)
   */
  constructor(
    root: ProcessIdentity,
    known: readonly ProcessIdentity[],
    options: { readonly selfPid: number; readonly byGroup: boolean },
  ) {
    this.#expected = [root, ...known];
    this.#leaders.add(root.pid);
    this.#selfPid = options.selfPid;
    this.#byGroup = options.byGroup;
  }

  /** How many different processes were found alive as members so far. */
  get everCount(): number {
    return this.#everCount;
  }

  /** The members alive in this sample, newcomers included. Zombies are dead: all they hold is their pid. */
  update(table: ProcessTable): ProcessInfo[] {
    const untouchable = protectedPids(table, this.#selfPid);
    const living = new Map<number, ProcessInfo>();
    const own = new LedIds(this.#leaders, untouchable, table, this.#byGroup);
    const add = (info: ProcessInfo) => {
      if (!this.#lastLiving.has(info.pid)) this.#everCount += 1;
      living.set(info.pid, info);
      this.#leaders.add(info.pid);
      own.trust(info);
    };
    for (const info of this.#lastLiving.values()) own.trust(info);
    for (const identity of this.#expected) {
      const info = table.processes.get(identity.pid);
      if (!info || !sameProcess(info, identity)) continue;
      if (isAlive(info) && !untouchable.has(info.pid) && !living.has(info.pid)) add(info);
    }

    const isNewcomer = (info: ProcessInfo): boolean => {
      const parent = living.get(info.ppid);
      if (parent) return info.startTime >= parent.startTime;
      // A sample takes a while: the parent may have been read as dead after this process was read as its child.
      const lateParent = this.#lastLiving.get(info.ppid);
      if (lateParent && !table.processes.has(info.ppid)) return info.startTime >= lateParent.startTime;
      return own.has(info);
    };
    let grew = true;
    while (grew) {
      grew = false;
      for (const info of table.processes.values()) {
        if (living.has(info.pid) || untouchable.has(info.pid) || !isAlive(info) || !isNewcomer(info)) continue;
        add(info);
        grew = true;
      }
    }

    this.#lastLiving = living;
    this.#expected = [...living.values()];
    return [...living.values()];
  }
}

/** The sessions and groups that are the tree's own: led by a member, and not shared with us or our ancestors. */
class LedIds {
  readonly #leaders: ReadonlySet<number>;
  readonly #byGroup: boolean;
  readonly #sessions = new Set<number>();
  readonly #groups = new Set<number>();
  /** A session or group that we are in as well is a terminal's job, so being in it does not make a process a member. */
  readonly #sharedSessions = new Set<number>();
  readonly #sharedGroups = new Set<number>();

  constructor(leaders: ReadonlySet<number>, untouchable: ReadonlySet<number>, table: ProcessTable, byGroup: boolean) {
    this.#leaders = leaders;
    this.#byGroup = byGroup;
    for (const pid of untouchable) {
      const info = table.processes.get(pid);
      if (info) this.#sharedSessions.add(info.sessionId);
      if (info) this.#sharedGroups.add(info.groupId);
    }
  }

  trust({ sessionId, groupId }: ProcessInfo): void {
    if (sessionId > 1 && this.#leaders.has(sessionId) && !this.#sharedSessions.has(sessionId))
      this.#sessions.add(sessionId);
    if (!this.#byGroup || groupId <= 1) return;
    if (this.#leaders.has(groupId) && !this.#sharedGroups.has(groupId)) this.#groups.add(groupId);
  }

  has({ sessionId, groupId }: ProcessInfo): boolean {
    return this.#sessions.has(sessionId) || this.#groups.has(groupId);
  }
}

/** The pids that are never ended whatever is asked: init, the kernel's threads, `selfPid`, and its ancestors. */
export function protectedPids(table: ProcessTable, selfPid: number): Set<number> {
  const pids = new Set([0, 1, selfPid]);
  for (let info = table.processes.get(selfPid); info && !pids.has(info.ppid); info = table.processes.get(info.ppid))
    pids.add(info.ppid);
  for (const info of table.processes.values()) if (isKernelThread(info)) pids.add(info.pid);
  return pids;
}

const KTHREADD = 2;

function isKernelThread(info: ProcessInfo): boolean {
  const isKernels = info.pid === KTHREADD ? info.ppid === 0 : info.ppid === KTHREADD;
  return isKernels && info.sessionId === 0 && info.commandLine.length === 0;
}
