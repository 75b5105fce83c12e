import { freemem, totalmem } from 'node:os';
import { readFile } from 'node:fs/promises';
import type { RecordStore } from '../stores/index.ts';
import { type Clock, type Log, describeError } from '../support/index.ts';
import type { Session } from './managedSession.ts';
import {
  type HousekeepingStatistics,
  type MemoryAlert,
  type SessionLimits,
  addStatistics,
  noHousekeeping,
} from './model.ts';
import { type CapturedRequest, RETENTION_MS } from './requestCapture.ts';

const EVERY_MS = 5 * 60_000;
/** How often memory and idle sessions are checked, in ms. */
const LOOK_EVERY_MS = 15_000;
/** Above this share of the system's memory, housekeeping runs although it is not yet time. */
const PRESSURE = 0.8;
const LEVELS = [90, 80, 70] as const;
/**
 * How far memory must fall below a level before the level can be reported again: memory that hovers must not repeat the
 * alert.
 */
const LEVEL_SLACK = 3;
/** The most records that a session keeps while memory is short. */
const OVERSIZE_ENTRIES = 1000;
const BYTES_PER_MB = 1024 * 1024;

export interface HousekeepingOptions {
  readonly sessions: () => readonly Session[];
  readonly store: RecordStore<CapturedRequest>;
  /** Whether the store takes this machine's memory; else trimming it would free none. Default: true. */
  readonly storeIsHere?: boolean;
  readonly limits: () => SessionLimits;
  readonly onAlert: (alert: MemoryAlert) => void;
  readonly onDone: (statistics: HousekeepingStatistics) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** Share of the system's memory that is in use, 0 to 1. */
  readonly usedMemory?: () => Promise<number>;
}

/** Closes idle sessions, removes old captured data, and warns when memory gets short. */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  #statistics: HousekeepingStatistics = noHousekeeping;
  #timer: NodeJS.Timeout | undefined;
  #lastRun: number;
  #systemLevel = 0;
  /** Sessions whose alert was sent; it is sent again only after their memory went below the limit. */
  readonly #alerted = new Set<string>();
  #looking = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#lastRun = options.clock.monotonic();
  }

  get statistics(): HousekeepingStatistics {
    return this.#statistics;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.look().catch((error: unknown) => this.#options.log.warn(`Housekeeping failed: ${describeError(error)}`));
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One look: alerts, sessions that were idle too long, and the cleaning where it is time or memory is short. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const used = await (this.#options.usedMemory ?? usedMemory)();
      this.#alertSystem(used);
      await this.#alertSessions();
      await this.#closeIdle();
      const isTime = this.#options.clock.monotonic() - this.#lastRun >= EVERY_MS;
      // While memory stays short there is nothing more to take away at each look: once a minute is enough.
      const isShort = used > PRESSURE && this.#options.clock.monotonic() - this.#lastRun >= EVERY_MS / 5;
      if (isTime || isShort) {
        // A store elsewhere that does not answer must not keep memory from being freed here.
        await this.clean(isTime ? 'time' : 'memory').catch((error: unknown) =>
          this.#options.log.warn(`Captured data could not be cleaned: ${describeError(error)}`),
        );
      }
      if (used >= 0.9 && this.#options.limits().closeOnMemoryPressure) await this.#closeLongestIdle();
    } finally {
      this.#looking = false;
    }
  }

  async clean(why: 'time' | 'memory'): Promise<HousekeepingStatistics> {
    const { clock, store, storeIsHere = true } = this.#options;
    this.#lastRun = clock.monotonic();
    let cursorsExpired = 0;
    for (const { resources } of this.#options.sessions()) {
      cursorsExpired += await resources.cursors.expire();
      await resources.keepCaptured();
    }
    const requestsExpired = await store.expire(clock.now() - RETENTION_MS);
    // In ordinary times a session keeps as much as its own limit allows.
    const entriesTrimmed = why === 'memory' && storeIsHere ? await store.trim(OVERSIZE_ENTRIES) : 0;
    this.#statistics = addStatistics(this.#statistics, {
      ...noHousekeeping,
      cleanupsPerformed: 1,
      [why === 'memory' ? 'memoryCleanups' : 'timeCleanups']: 1,
      lastCleanup: new Date(clock.now()).toISOString(),
      cursorsExpired,
      requestsExpired,
      entriesTrimmed,
    });
    this.#options.onDone(this.#statistics);
    return this.#statistics;
  }

  async #closeIdle(): Promise<void> {
    const limitMs = this.#options.limits().sessionTimeoutSeconds * 1000;
    if (limitMs <= 0) return;
    const idle = this.#options.sessions().filter((session) => session.resources.idleMs >= limitMs);
    await Promise.all(idle.map((session) => session.close('idle')));
    if (idle.length > 0) {
      this.#statistics = { ...this.#statistics, sessionsExpired: this.#statistics.sessionsExpired + idle.length };
      this.#options.onDone(this.#statistics);
    }
  }

  async #closeLongestIdle(): Promise<void> {
    const sessions = this.#options.sessions();
    if (sessions.length === 0) return;
    const longest = sessions.reduce((a, b) => (b.resources.idleMs > a.resources.idleMs ? b : a));
    await longest.close('memory');
  }

  #alertSystem(used: number): void {
    const level = LEVELS.find((candidate) => used * 100 >= candidate) ?? 0;
    if (level !== 0 && level > this.#systemLevel) {
      this.#options.onAlert({ scope: 'system', usedFraction: Math.round(used * 100) / 100, level });
    }
    if (level > this.#systemLevel || used * 100 < this.#systemLevel - LEVEL_SLACK) this.#systemLevel = level;
  }

  async #alertSessions(): Promise<void> {
    const limitBytes = this.#options.limits().memoryAlertMb * BYTES_PER_MB;
    const sessions = this.#options.sessions();
    // All at once, so that one read of the process table serves all.
    const sizes = await Promise.all(sessions.map(async (session) => ({ session, bytes: await session.memoryBytes() })));
    for (const { session, bytes } of sizes) {
      if (bytes <= limitBytes) this.#alerted.delete(session.id);
      else if (!this.#alerted.has(session.id)) {
        this.#alerted.add(session.id);
        this.#options.onAlert({ scope: 'session', id: session.id, bytes, limitBytes });
      }
    }
    const living = new Set(sessions.map(({ id }) => id));
    for (const id of this.#alerted) if (!living.has(id)) this.#alerted.delete(id);
  }
}

/** Linux counts caches as used in `freemem`, so `MemAvailable` is read where there is one. */
async function usedMemory(): Promise<number> {
  const total = totalmem();
  try {
    const available = /^MemAvailable:\s+(\d+) kB/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1];
    if (available !== undefined) return 1 - (Number(available) * 1024) / total;
  } catch {
    // Not Linux.
  }
  return 1 - freemem() / total;
}
