import { type Clock, systemClock } from '../../support/index.ts';
import {
  type ProcessIdentity,
  type ProcessInfo,
  type ProcessMemory,
  type ProcessReader,
  type ProcessTable,
  livingIn,
  sameProcess,
  reuse,
} from '../process.ts';

/** One process as a system's own command lists it. */
export interface ReportedProcess {
  readonly info: ProcessInfo;
  /** Private bytes, where the command tells. */
  readonly privateBytes?: number;
  /** Open handles, where the command tells. */
  readonly openFiles?: number;
}

/** All processes by running a command of the system's. */
export type ProcessSource = () => Promise<readonly ReportedProcess[]>;

/** A command costs some 10 ms (ps) to 500 ms (powershell) and tells everything: questions within this time share one run. */
const FRESH_MS = 1000;

interface Reading {
  readonly table: ProcessTable;
  readonly reported: ReadonlyMap<number, ReportedProcess>;
  /** Monotonic time in ms. */
  readonly readAt: number;
}

/**
 * Reads processes where there is no `/proc`, by a command that lists them all. Memory is the resident set, or the private
 * bytes where the system has them, and never exact, since there is no proportional share.
 */
export class CommandReader implements ProcessReader {
  readonly #source: ProcessSource;
  readonly #clock: Clock;
  #last: Reading | undefined;
  #reading: Promise<Reading> | undefined;

  constructor(source: ProcessSource, clock: Clock = systemClock) {
    this.#source = source;
    this.#clock = clock;
  }

  async readTable(): Promise<ProcessTable> {
    const { table } = await this.#read();
    return table;
  }

  async readProcess(pid: number): Promise<ProcessInfo | undefined> {
    // Never from an earlier run: the caller is about to signal this process.
    return (await this.#read()).table.processes.get(pid);
  }

  async lives(identity: ProcessIdentity): Promise<boolean> {
    return livingIn(await this.readTable(), identity) !== undefined;
  }

  async readMemory(identity: ProcessIdentity): Promise<ProcessMemory | undefined> {
    const found = await this.#fresh(identity);
    if (!found) return undefined;
    const { rssBytes } = found.info;
    const own = found.privateBytes ?? rssBytes;
    return { pssBytes: rssBytes, ussBytes: own, anonBytes: Math.min(own, rssBytes), rssBytes, exact: false };
  }

  /** Neither ps nor CIM tells it. */
  readEnvironment(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async countOpenFiles(identity: ProcessIdentity): Promise<number | undefined> {
    return (await this.#fresh(identity))?.openFiles;
  }

  async #fresh(identity: ProcessIdentity): Promise<ReportedProcess | undefined> {
    const last = this.#last;
    const isFresh = last && this.#clock.monotonic() - last.readAt < FRESH_MS;
    const { reported } = isFresh ? last : await this.#read();
    const found = reported.get(identity.pid);
    return found && sameProcess(found.info, identity) ? found : undefined;
  }

  #read(): Promise<Reading> {
    this.#reading ??= this.#run().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #run(): Promise<Reading> {
    const at = this.#clock.now();
    const before = this.#last?.reported;
    const reported = new Map<number, ReportedProcess>();
    const processes = new Map<number, ProcessInfo>();
    for (const process of await this.#source()) {
      const info = reuse(before?.get(process.info.pid)?.info, process.info);
      reported.set(info.pid, { ...process, info });
      processes.set(info.pid, info);
    }
    this.#last = { table: { at, processes }, reported, readAt: this.#clock.monotonic() };
    return this.#last;
  }
}
