import { type Trend, trendOf } from '../../browsers/index.ts';
import { type ProcessIdentity, type ProcessReader, createProcessReader, membersOf } from '../../processes/index.ts';
import { type Clock, type Log, describeError, silentLog, systemClock } from '../../support/index.ts';
import type { CheckResult, Severity } from '../model.ts';

const MB = 1024 * 1024;

/** Points kept. A run that has more keeps every other one and goes on at half the rate, so hours fit as well as seconds. */
const MAX_POINTS = 1000;
const INTERVAL_MS = 500;

/** Every other value: half the detail over the whole time. */
export function thin<T>(values: readonly T[]): T[] {
  return values.filter((_, index) => index % 2 === 0);
}

export interface TreeMemoryOptions {
  readonly reader?: ProcessReader;
  readonly clock?: Clock;
  readonly log?: Log;
}

/**
 * Watches what a browser's processes hold while a check runs: anonymous and shared memory in bytes, split among its users,
 * the steadiest figure to watch for growth. It informs; alone it decides nothing in a check that counts iterations.
 */
export class TreeMemoryWatch {
  readonly #root: ProcessIdentity;
  readonly #reader: ProcessReader;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #startedAt: number;
  #points: (readonly [atMs: number, bytes: number])[] = [];
  #intervalMs = INTERVAL_MS;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(root: ProcessIdentity, options: TreeMemoryOptions = {}) {
    this.#root = root;
    this.#reader = options.reader ?? createProcessReader();
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLog;
    this.#startedAt = this.#clock.monotonic();
  }

  /** Samples now and from now on. */
  start(): void {
    void this.sample().finally(() => this.#next());
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Takes one sample, in bytes; one that cannot be taken is left out. */
  async sample(): Promise<number | undefined> {
    try {
      const members = membersOf(await this.#reader.readTable(), this.#root);
      let bytes = 0;
      for (const member of members) bytes += (await this.#reader.readMemory(member, { quick: true }))?.anonBytes ?? 0;
      // One that was under way when the watch ended saw the browser close.
      if (this.#stopped) return undefined;
      if (bytes > 0) this.#points.push([this.#clock.monotonic() - this.#startedAt, bytes]);
      if (this.#points.length >= MAX_POINTS) {
        this.#points = thin(this.#points);
        this.#intervalMs *= 2;
      }
      return bytes > 0 ? bytes : undefined;
    } catch (error) {
      this.#log.debug(`The browser's memory could not be read: ${describeError(error)}`);
      return undefined;
    }
  }

  /** Pairs of ms since the start and bytes, oldest first. */
  get points(): readonly (readonly [atMs: number, bytes: number])[] {
    return this.#points;
  }

  /** The trend since `fromMs`, or undefined for too few samples. */
  trend(fromMs = 0): Trend | undefined {
    return trendOf(this.#points.filter(([at]) => at >= fromMs));
  }

  stats(): CheckResult['memoryStats'] {
    const values = this.#points.map(([, bytes]) => bytes / MB);
    if (values.length === 0) return noMemory.memoryStats;
    const sum = values.reduce((total, value) => total + value, 0);
    return {
      initialMb: round(values[0]!),
      finalMb: round(values.at(-1)!),
      peakMb: round(Math.max(...values)),
      averageMb: round(sum / values.length),
    };
  }

  #next(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.start(), this.#intervalMs);
    // The watch alone keeps no process running.
    this.#timer.unref();
  }
}

/** What is said of the memory of a browser that does not run here, or never ran. */
export const noMemory: Pick<CheckResult, 'memoryTrend' | 'memoryStats'> = {
  memoryTrend: { slopeMbPerSecond: 0, correlation: 0, leakSeverity: 'none' },
  memoryStats: { initialMb: 0, finalMb: 0, peakMb: 0, averageMb: 0 },
};

/** @param judged whether the run was long enough for a severity: within seconds memory only rises, leak or not */
export function describeTrend(trend: Trend | undefined, judged: boolean): CheckResult['memoryTrend'] {
  if (!trend) return noMemory.memoryTrend;
  return {
    slopeMbPerSecond: Math.round((trend.slopePerSecond / MB) * 1000) / 1000,
    correlation: Math.round(trend.correlation * 1000) / 1000,
    leakSeverity: judged ? severityOfTrend(trend) : 'none',
  };
}

/** Growth that matters in MB a second, and how well a straight line must fit to call it what. */
const MIN_SLOPE = 0.1;
const CORRELATION: readonly (readonly [above: number, severity: Severity])[] = [
  [0.8, 'critical'],
  [0.6, 'moderate'],
  [0.4, 'minor'],
];

/** A rise of memory over time by slope and correlation. A saw whose teeth end where they began fits no line. */
function severityOfTrend({ slopePerSecond, correlation }: Trend): Severity {
  if (slopePerSecond / MB <= MIN_SLOPE) return 'none';
  return CORRELATION.find(([above]) => correlation > above)?.[1] ?? 'none';
}

function round(mb: number): number {
  return Math.round(mb * 10) / 10;
}
