/**
 * What identifies a process: its pid and when it started, as the system stamps it. Pids are reused, so a bare pid is
 * never an identity.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /**
   * The system's own start stamp, to be compared and never computed with: clock ticks since boot on Linux
   * (`/proc/PID/stat` field 22), milliseconds since the epoch on macOS and Windows.
   */
  readonly startTime: number;
}

export type ProcessState = 'running' | 'stopped' | 'zombie' | 'unknown';

/** One process as one sample saw it. */
export interface ProcessInfo extends ProcessIdentity {
  /** The parent at the time of the sample; a dead parent's children get pid 1 or the nearest subreaper. */
  readonly ppid: number;
  /** Process group and session ids; 0 where the system has none (Windows) or does not tell. */
  readonly groupId: number;
  readonly sessionId: number;
  readonly state: ProcessState;
  /** The short name the kernel keeps (at most 15 bytes on Linux). */
  readonly name: string;
  /** Arguments; empty for kernel threads, zombies, and what may not be read. */
  readonly commandLine: readonly string[];
  /** Real user id; -1 where the system has none or does not tell. */
  readonly uid: number;
  /** Wall-clock start in ms since the epoch, for showing only. */
  readonly startedAtMs: number;
  /** User plus system CPU time since the start, in ms. */
  readonly cpuMs: number;
  /** Resident set in bytes. Shared pages are counted in every process: never sum it over a browser tree. */
  readonly rssBytes: number;
  readonly threads: number;
}

/** All processes at one moment. */
export interface ProcessTable {
  /** Wall-clock time of the sample in ms since the epoch. */
  readonly at: number;
  readonly processes: ReadonlyMap<number, ProcessInfo>;
}

/** What a process costs. `pss` splits shared pages among their users, so it may be summed over a tree. */
export interface ProcessMemory {
  /** Proportional set size in bytes; RSS where `exact` is false. */
  readonly pssBytes: number;
  /** Private (unshared) bytes; RSS where `exact` is false. */
  readonly ussBytes: number;
  /** Pss_Anon + Pss_Shmem in bytes: the steadiest figure to watch for growth. */
  readonly anonBytes: number;
  readonly rssBytes: number;
  /** False where the kernel's accounting could not be read (another user's process, not Linux) and RSS stands in. */
  readonly exact: boolean;
}

export interface ReadTableOptions {
  /**
   * A cheap sample: reads only these pids and those not seen before, and repeats what the last sample said of the others (those
   * that ended are still left out). A pid reused between two cheap samples shows only in the next full one. Where the
   * system gives everything at once anyway (not Linux) it makes no difference.
   */
  readonly only?: ReadonlySet<number>;
}

export interface ReadMemoryOptions {
  /**
   * Leaves out what the kernel must walk the page tables for (*measured for a browser: 0.5 instead of 20 ms*): on Linux only
   * `anonBytes` and `rssBytes` are then what they say, and RSS stands in for the rest.
   */
  readonly quick?: boolean;
}

/** How this machine's processes are read. One implementation a platform. */
export interface ProcessReader {
  /** Samples all processes. Entries that vanish or cannot be parsed meanwhile are left out; never throws for one. */
  readTable(options?: ReadTableOptions): Promise<ProcessTable>;
  /** The memory of one process, or undefined when it is gone (or its pid now belongs to another). */
  readMemory(identity: ProcessIdentity, options?: ReadMemoryOptions): Promise<ProcessMemory | undefined>;
  /** The environment it was started with, or undefined where it may not be read. */
  readEnvironment(identity: ProcessIdentity): Promise<Readonly<Record<string, string>> | undefined>;
  /** Number of open file descriptors (handles on Windows), or undefined where it may not be read. */
  countOpenFiles(identity: ProcessIdentity): Promise<number | undefined>;
  /** Whether this very process lives now; a zombie does not. The cheapest question there is (*on Linux 20 µs*). */
  lives(identity: ProcessIdentity): Promise<boolean>;
  /** One process now, or undefined when no such pid lives. */
  readProcess(pid: number): Promise<ProcessInfo | undefined>;
}

export function identityOf(process: ProcessIdentity): ProcessIdentity {
  return { pid: process.pid, startTime: process.startTime };
}

export function sameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.startTime === b.startTime;
}

/** Zombies are dead: all they hold is their pid. */
export function isAlive(info: ProcessInfo | undefined): info is ProcessInfo {
  return info !== undefined && info.state !== 'zombie';
}

/** The process where it lives, and its pid is not another one's. */
export function livingIn(table: ProcessTable, identity: ProcessIdentity): ProcessInfo | undefined {
  const info = table.processes.get(identity.pid);
  return isAlive(info) && sameProcess(info, identity) ? info : undefined;
}

/** A string that is equal exactly for equal identities, for Map keys and tree item ids. */
export function identityKey(identity: ProcessIdentity): string {
  return `${identity.pid}@${identity.startTime}`;
}

/**
 * The earlier object where it says the same, so that tables can be compared by reference and what was learned about a command
 * line found again by it.
 */
export function reuse(before: ProcessInfo | undefined, now: ProcessInfo): ProcessInfo {
  if (!before || before.startTime !== now.startTime || before.pid !== now.pid) return now;
  const commandLine = sameStrings(before.commandLine, now.commandLine) ? before.commandLine : now.commandLine;
  const same =
    before.cpuMs === now.cpuMs &&
    before.rssBytes === now.rssBytes &&
    before.state === now.state &&
    before.ppid === now.ppid &&
    before.groupId === now.groupId &&
    before.sessionId === now.sessionId &&
    before.threads === now.threads &&
    before.name === now.name &&
    before.commandLine === commandLine &&
    before.uid === now.uid;
  if (same) return before;
  return commandLine === now.commandLine ? now : { ...now, commandLine };
}

function sameStrings(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((text, index) => text === b[index]));
}
