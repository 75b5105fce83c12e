import { closeSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LeakwrightError, describeError } from '../../support/index.ts';
import {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessMemory,
  type ProcessReader,
  type ProcessTable,
  type ReadMemoryOptions,
  type ReadTableOptions,
  sameProcess,
  reuse,
} from '../process.ts';
import {
  type ProcStat,
  parseAuxv,
  parseCommandLine,
  parseEnvironment,
  parseKilobytes,
  parseRealUid,
  parseStat,
} from './procFiles.ts';

export interface LinuxReaderOptions {
  /** Where `/proc` is mounted. Tests pass a folder of their own. */
  readonly root?: string;
  /** Wall-clock time in ms since the epoch. */
  readonly now?: () => number;
}

/** Longest command line kept. A Chromium child's has about 3 KB; the kernel allows 2 MB. */
const MAX_COMMAND_LINE_BYTES = 256 * 1024;

/**
 * How long a young process's command line is read anew with every sample: between fork and exec it shows its parent's, and
 * a Chromium child shows its zygote's until it writes its own.
 */
const SETTLING_MS = 5000;

/** And how often an old one's is, so that a title rewritten late (a process stopped while it started) gets found. */
const REFRESH_MS = 60_000;

const NO_ARGUMENTS: readonly string[] = [];

/** Kernel threads, a third of many machines' processes, start nothing and hold nothing: they are read this often only. */
const KERNEL_THREAD_MS = 10_000;

interface CachedProcess {
  info: ProcessInfo;
  kernelThread: boolean;
  argStart: number;
  /** What its stat file said: a sleeping process's says the same again, and need not be parsed. */
  stat: Buffer;
  /** Uptime in ms when the command line was read; of a kernel thread, when anything was. */
  readAtMs: number;
  /** The number of the sample that last saw it. */
  seen: number;
}

/**
 * Reads Linux's `/proc`. Samples are synchronous reads into one reused buffer (measured with 300 processes: 4.5 ms of CPU,
 * asynchronous ones 28.8); `smaps_rollup` is read asynchronously, since the kernel may take 160 ms for a process of 4 GB.
 */
export class LinuxReader implements ProcessReader {
  readonly #root: string;
  readonly #now: () => number;
  readonly #pageBytes: number;
  readonly #msPerTick: number;
  readonly #bootedAtMs: number;
  /** By pid: one entry a living process, dropped by the first full sample that does not see it. */
  readonly #cache = new Map<number, CachedProcess>();
  #buffer = Buffer.allocUnsafe(16 * 1024);
  #sample = 0;

  /** @throws LeakwrightError `processes.unreadable` when there is no proc file system */
  constructor(options: LinuxReaderOptions = {}) {
    this.#root = options.root ?? '/proc';
    this.#now = options.now ?? Date.now;
    let auxv: Buffer = Buffer.alloc(0);
    try {
      auxv = readFileSync(join(this.#root, 'self', 'auxv'));
    } catch {
      // Hidden by a sandbox: the values of nearly every Linux then.
    }
    const { pageBytes, ticksPerSecond } = parseAuxv(auxv);
    this.#pageBytes = pageBytes;
    this.#msPerTick = 1000 / ticksPerSecond;
    this.#listPids();
    this.#bootedAtMs = this.#now() - this.#uptimeMs();
  }

  async readTable({ only }: ReadTableOptions = {}): Promise<ProcessTable> {
    const at = this.#now();
    const uptimeMs = this.#uptimeMs();
    this.#sample += 1;
    const processes = new Map<number, ProcessInfo>();
    for (const pid of this.#listPids()) {
      const known = this.#cache.get(pid);
      const skip = only ? !only.has(pid) : known?.kernelThread && uptimeMs - known.readAtMs < KERNEL_THREAD_MS;
      if (known && skip) {
        known.seen = this.#sample;
        processes.set(pid, known.info);
        continue;
      }
      const info = this.#readCached(pid, uptimeMs);
      if (info) processes.set(pid, info);
    }
    for (const [pid, cached] of this.#cache) if (cached.seen !== this.#sample) this.#cache.delete(pid);
    return { at, processes };
  }

  readProcess(pid: number): Promise<ProcessInfo | undefined> {
    const stat = this.#readStat(pid);
    return Promise.resolve(stat && this.#toInfo(stat, this.#readCommandLine(stat), this.#readUid(pid)));
  }

  lives(identity: ProcessIdentity): Promise<boolean> {
    const stat = this.#readStat(identity.pid);
    return Promise.resolve(stat !== undefined && stat.startTicks === identity.startTime && stat.state !== 'zombie');
  }

  async readMemory(identity: ProcessIdentity, options: ReadMemoryOptions = {}): Promise<ProcessMemory | undefined> {
    const folder = join(this.#root, String(identity.pid));
    let rollup: ReadonlyMap<string, number> | undefined;
    try {
      if (!options.quick) rollup = parseKilobytes(await readFile(join(folder, 'smaps_rollup'), 'utf8'));
    } catch {
      // Another user's, a sandboxed renderer (not dumpable), a kernel before 4.14, or gone: the next read tells.
    }
    const pss = rollup?.get('Pss');
    if (rollup && pss !== undefined) {
      if (!this.#isStill(identity)) return undefined;
      const value = (name: string) => rollup.get(name) ?? 0;
      return {
        pssBytes: pss,
        ussBytes: value('Private_Clean') + value('Private_Dirty') + value('Private_Hugetlb'),
        anonBytes: value('Pss_Anon') + value('Pss_Shmem'),
        rssBytes: value('Rss'),
        exact: true,
      };
    }
    let status: ReadonlyMap<string, number>;
    try {
      status = parseKilobytes(await readFile(join(folder, 'status'), 'utf8'));
    } catch {
      return undefined;
    }
    if (!this.#isStill(identity)) return undefined;
    const rss = status.get('VmRSS') ?? 0;
    const anon = status.get('RssAnon');
    return {
      pssBytes: rss,
      ussBytes: rss,
      anonBytes: anon === undefined ? rss : anon + (status.get('RssShmem') ?? 0),
      rssBytes: rss,
      // Kernel threads and zombies have no memory, and that is exact.
      exact: rss === 0,
    };
  }

  async readEnvironment(identity: ProcessIdentity): Promise<Readonly<Record<string, string>> | undefined> {
    try {
      const text = await readFile(join(this.#root, String(identity.pid), 'environ'), 'utf8');
      return this.#isStill(identity) ? parseEnvironment(text) : undefined;
    } catch {
      return undefined;
    }
  }

  async countOpenFiles(identity: ProcessIdentity): Promise<number | undefined> {
    try {
      const { length } = await readdir(join(this.#root, String(identity.pid), 'fd'));
      return this.#isStill(identity) ? length : undefined;
    } catch {
      return undefined;
    }
  }

  /** Asked *after* a read: a pid that still has this start time now had it throughout. */
  #isStill(identity: ProcessIdentity): boolean {
    const stat = this.#readStat(identity.pid);
    return stat !== undefined && sameProcess(identity, { pid: stat.pid, startTime: stat.startTicks });
  }

  #listPids(): number[] {
    let names: string[];
    try {
      names = readdirSync(this.#root);
    } catch (error) {
      throw new LeakwrightError(
        'processes.unreadable',
        `The processes in ${this.#root} cannot be read: ${describeError(error)}.`,
        {
          hint: 'Mount the proc file system there.',
          cause: error,
        },
      );
    }
    const pids: number[] = [];
    for (const name of names) {
      const first = name.charCodeAt(0);
      if (first < 0x31 || first > 0x39) continue;
      const pid = Number(name);
      if (Number.isSafeInteger(pid)) pids.push(pid);
    }
    return pids;
  }

  #readCached(pid: number, uptimeMs: number): ProcessInfo | undefined {
    const length = this.#readInto(`${this.#root}/${pid}/stat`, this.#buffer.length);
    const cached = this.#cache.get(pid);
    if (
      cached &&
      !this.#isStale(cached, uptimeMs) &&
      this.#buffer.compare(cached.stat, 0, undefined, 0, length) === 0
    ) {
      cached.seen = this.#sample;
      if (cached.kernelThread) cached.readAtMs = uptimeMs;
      return cached.info;
    }
    const stat = this.#parseStat(pid, length);
    if (!stat) return undefined;
    const bytes = Buffer.from(this.#buffer.subarray(0, length));
    const same = cached?.info.startTime === stat.startTicks ? cached : undefined;
    if (same && same.argStart === stat.argStart && same.info.name === stat.name && !this.#isStale(same, uptimeMs)) {
      same.info = reuse(same.info, this.#toInfo(stat, same.info.commandLine, same.info.uid));
      same.stat = bytes;
      same.seen = this.#sample;
      if (stat.kernelThread) same.readAtMs = uptimeMs;
      return same.info;
    }
    const now = this.#toInfo(stat, this.#readCommandLine(stat), this.#readUid(pid));
    const entry: CachedProcess = {
      info: reuse(same?.info, now),
      kernelThread: stat.kernelThread,
      argStart: stat.argStart,
      stat: bytes,
      readAtMs: uptimeMs,
      seen: this.#sample,
    };
    this.#cache.set(pid, entry);
    return entry.info;
  }

  /** Whether the command line may have changed without a trace in the stat file. */
  #isStale({ info, readAtMs }: CachedProcess, uptimeMs: number): boolean {
    return readAtMs < info.startTime * this.#msPerTick + SETTLING_MS || uptimeMs - readAtMs > REFRESH_MS;
  }

  #toInfo(stat: ProcStat, commandLine: readonly string[], uid: number): ProcessInfo {
    return {
      pid: stat.pid,
      startTime: stat.startTicks,
      ppid: stat.ppid,
      groupId: stat.groupId,
      sessionId: stat.sessionId,
      state: stat.state,
      name: stat.name,
      commandLine: stat.state === 'zombie' ? NO_ARGUMENTS : commandLine,
      uid,
      startedAtMs: Math.round(this.#bootedAtMs + stat.startTicks * this.#msPerTick),
      cpuMs: Math.round(stat.cpuTicks * this.#msPerTick),
      rssBytes: stat.rssPages * this.#pageBytes,
      threads: stat.threads,
    };
  }

  #readStat(pid: number): ProcStat | undefined {
    return this.#parseStat(pid, this.#readInto(`${this.#root}/${pid}/stat`, this.#buffer.length));
  }

  #parseStat(pid: number, length: number): ProcStat | undefined {
    const stat = length > 0 ? parseStat(this.#buffer, length) : undefined;
    // In another pid namespace's /proc the number inside is not the folder's: no process we could name or end.
    return stat?.pid === pid ? stat : undefined;
  }

  #readCommandLine(stat: ProcStat): readonly string[] {
    if (stat.kernelThread || stat.state === 'zombie') return NO_ARGUMENTS;
    const length = this.#readInto(`${this.#root}/${stat.pid}/cmdline`, MAX_COMMAND_LINE_BYTES);
    return parseCommandLine(this.#buffer.subarray(0, length));
  }

  #readUid(pid: number): number {
    const length = this.#readInto(`${this.#root}/${pid}/status`, this.#buffer.length);
    return parseRealUid(this.#buffer.toString('latin1', 0, length)) ?? -1;
  }

  #uptimeMs(): number {
    const length = this.#readInto(`${this.#root}/uptime`, this.#buffer.length);
    const seconds = Number.parseFloat(this.#buffer.toString('latin1', 0, length));
    return Number.isFinite(seconds) ? seconds * 1000 : 0;
  }

  /** Reads a file into the shared buffer, which grows up to `limit`. Returns how many bytes; 0 for what cannot be read. */
  #readInto(path: string, limit: number): number {
    let fd: number;
    try {
      fd = openSync(path, 'r');
    } catch {
      return 0;
    }
    try {
      let length = 0;
      for (;;) {
        const read = readSync(fd, this.#buffer, length, this.#buffer.length - length, null);
        length += read;
        // A short read is the whole of a proc file; only what fills the buffer may go on.
        if (length < this.#buffer.length || read === 0) return length;
        if (this.#buffer.length >= limit) return length;
        const larger = Buffer.allocUnsafe(Math.min(limit, this.#buffer.length * 4));
        this.#buffer.copy(larger, 0, 0, length);
        this.#buffer = larger;
      }
    } catch {
      // ESRCH: it ended between open and read.
      return 0;
    } finally {
      closeSync(fd);
    }
  }
}

/**
 * The id the kernel draws at each boot, or undefined where it cannot be read. Start times count from boot, so an identity
 * that was written to disk means something only together with it.
 */
export function readBootId(root = '/proc'): string | undefined {
  try {
    return readFileSync(join(root, 'sys', 'kernel', 'random', 'boot_id'), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
