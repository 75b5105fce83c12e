import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { HistoryByKey, type ProcessPoint, type Trend } from '../browsers/index.ts';
import {
  type ProcessInfo,
  type ProcessMemory,
  type ProcessPlace,
  type ProcessReader,
  type ProcessTable,
  identityKey,
  programName,
  readPlaces,
} from '../processes/index.ts';
import { type Clock, packageFolder } from '../support/index.ts';
import { folderOf, mayBeNode } from './nodePrograms.ts';

/** A program on Node that runs in one of the folders. */
export interface NodeProgram {
  /** Its identity as a string, stable for its whole life. */
  readonly key: string;
  readonly info: ProcessInfo;
  /** What a person calls it: `vite`, `server`. */
  readonly name: string;
  /** Where it was started, from its folder on; empty for the folder itself. */
  readonly within: string;
  /** As last measured; undefined until then. */
  readonly memory: ProcessMemory | undefined;
  /** Of `anonBytes`. */
  readonly trend: Trend | undefined;
}

interface NodeWatchOptions {
  readonly reader: ProcessReader;
  readonly clock: Clock;
  /** Where processes run. Default: what the system says. */
  readonly places?: (pids: readonly number[]) => Promise<ReadonlyMap<number, ProcessPlace>>;
}

interface Measured {
  readonly memory: ProcessMemory | undefined;
  /** While both stay as the table gave them, the memory is as it was. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** Time between measurements of memory, in ms. They take at most this part of the time. */
const MEASURE_EVERY_MS = 5000;
const MAX_DUTY = 0.02;
/** A process this young may still have its parent's folder and executable: it is read with a later table. */
const SETTLING_MS = 1000;
/** Ten minutes of each. */
const HISTORY_POINTS = 120;
/** More than a person starts; of test runners with a process for each file, the first ones. */
const MAX_PROGRAMS = 100;

/**
 * The Node programs of some folders, found in process tables that are read anyway. Of each process that may be one, its place is
 * read once; memory is measured every five seconds at most, of those that have run since.
 */
export class NodeWatch {
  readonly #options: NodeWatchOptions;
  readonly #own = join(packageFolder(), 'dist');
  readonly #history = new HistoryByKey<ProcessPoint>(HISTORY_POINTS);
  #places = new Map<string, ProcessPlace>();
  #measured = new Map<string, Measured>();
  #measuredAt = -Infinity;
  #costMs = 0;

  constructor(options: NodeWatchOptions) {
    this.#options = options;
  }

  /** @param folders absolute paths. @returns in start order */
  async look(table: ProcessTable, folders: readonly string[]): Promise<readonly NodeProgram[]> {
    const candidates = [...table.processes.values()].filter(
      (info) => isThisUsers(info) && info.pid !== process.pid && mayBeNode(info),
    );
    await this.#readPlaces(table, candidates);
    const real = folders.map(realFolder);
    const found = candidates.flatMap((info) => {
      const place = this.#places.get(identityKey(info));
      const belongs = place && folderOf(info, place, real, this.#own);
      return belongs ? [{ info, within: belongs.within }] : [];
    });
    found.sort((a, b) => a.info.startedAtMs - b.info.startedAtMs || a.info.pid - b.info.pid);
    const shown = found.slice(0, MAX_PROGRAMS);
    await this.#measure(shown.map(({ info }) => info));
    return shown.map(({ info, within }) => {
      const key = identityKey(info);
      const { memory } = this.#measured.get(key)!;
      return { key, info, name: programName(info), within, memory, trend: this.#history.trend(key, 'anonBytes') };
    });
  }

  async #readPlaces(table: ProcessTable, candidates: readonly ProcessInfo[]): Promise<void> {
    const keys = new Set(candidates.map(identityKey));
    for (const key of this.#places.keys()) if (!keys.has(key)) this.#places.delete(key);
    const unknown = candidates.filter(
      (info) => !this.#places.has(identityKey(info)) && table.at - info.startedAtMs >= SETTLING_MS,
    );
    if (unknown.length === 0) return;
    const places = await (this.#options.places ?? readPlaces)(unknown.map(({ pid }) => pid));
    for (const info of unknown) this.#places.set(identityKey(info), places.get(info.pid) ?? {});
  }

  /** What has used no processor time and has kept its resident size is not read again. */
  async #measure(programs: readonly ProcessInfo[]): Promise<void> {
    const { reader, clock } = this.#options;
    const started = clock.monotonic();
    const isDue = started >= this.#measuredAt + Math.max(MEASURE_EVERY_MS, this.#costMs / MAX_DUTY);
    const measured = new Map<string, Measured>();
    for (const info of programs) {
      const key = identityKey(info);
      const { cpuMs, rssBytes } = info;
      const before = this.#measured.get(key);
      const isAsBefore = before && (!isDue || (before.cpuMs === cpuMs && before.rssBytes === rssBytes));
      const now = isAsBefore ? before : { memory: await reader.readMemory(info), cpuMs, rssBytes };
      measured.set(key, now);
      if (!now.memory || (before && !isDue)) continue;
      const { pssBytes, ussBytes, anonBytes } = now.memory;
      this.#history.add(key, { at: clock.now(), pssBytes, ussBytes, anonBytes, cpuPercent: 0 });
    }
    this.#measured = measured;
    this.#history.keep(new Set(measured.keys()));
    if (!isDue) return;
    this.#measuredAt = started;
    this.#costMs = clock.monotonic() - started;
  }
}

/** Another user's process tells nothing, and cannot be checked. */
function isThisUsers({ uid }: ProcessInfo): boolean {
  const own = process.getuid?.();
  return own === undefined || uid === -1 || uid === own;
}

/** The kernel reports a working directory with its links resolved. */
function realFolder(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder;
  }
}
