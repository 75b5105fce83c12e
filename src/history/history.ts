import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Store, type Write, openStore } from '../stores/index.ts';
import { defined, type Clock, LeakwrightError, stateFolder, systemClock } from '../support/index.ts';
import { type Report, parseReport } from '../reports/index.ts';
import { groupFindings } from './groupFindings.ts';
import type {
  CheckSummary,
  FindingHistory,
  Regression,
  RunLabels,
  RunPage,
  RunSummary,
  ScenarioTrend,
  StoredBaseline,
} from './model.ts';
import { compareWithBaseline } from './regressions.ts';
import { summarizeRun } from './summarize.ts';
import { trendOver } from './trend.ts';

/** What a history holds at most; the oldest runs go first. */
export interface HistoryLimits {
  /** Default: 1000. */
  readonly maxRuns: number;
  /** Default: 180 days. */
  readonly maxAgeMs: number;
  /** Of all runs with their reports. Default: 256 MiB. */
  readonly maxBytes: number;
}

const historyDefaults: HistoryLimits = {
  maxRuns: 1000,
  maxAgeMs: 180 * 24 * 60 * 60_000,
  maxBytes: 256 * 1024 * 1024,
};

const RUNS = 'history';
const BASELINE = 'baseline:';
/** Baselines, one a scenario. */
const MAX_BASELINES = 10_000;
/** Summaries read at once: a few kilobytes each. */
const PAGE = 100;

export interface OpenHistoryOptions {
  readonly limits?: Partial<HistoryLimits>;
  readonly clock?: Clock;
}

/** The default history: this user's own. */
export function defaultHistoryPlace(): string {
  return join(stateFolder(), 'history.sqlite');
}

/**
 * Opens the history in an SQLite file (made when missing), in Redis (`redis://…`), or in this process (`memory:`).
 *
 * @throws LeakwrightError `stores.unavailable`
 */
export async function openHistory(place: string, options: OpenHistoryOptions = {}): Promise<History> {
  const clock = options.clock ?? systemClock;
  return await History.over(await openStore<RunSummary>(place, clock), { ...options, clock });
}

/** Past runs. A run's summary is cheap to read; its whole report lies beside it. Several processes may use one at once. */
export class History {
  readonly #store: Store<RunSummary>;

  private constructor(store: Store<RunSummary>) {
    this.#store = store;
  }

  /** A history in a store that is open already; `close` closes the store. */
  static async over(store: Store<RunSummary>, options: OpenHistoryOptions = {}): Promise<History> {
    const { maxRuns, maxAgeMs, maxBytes } = { ...historyDefaults, ...options.limits };
    try {
      await store.open(RUNS, { maxRecords: maxRuns, maxBytes, ttlMs: maxAgeMs, maxValues: MAX_BASELINES });
    } catch (error) {
      await store.dispose();
      throw error;
    }
    return new History(store);
  }

  /**
   * @param folder the absolute path that the report's files are relative to; with it, what a scenario found is no longer
   *   present once its file is deleted
   */
  async record(report: Report, labels: RunLabels = {}, folder?: string): Promise<RunSummary> {
    const id = `${report.startedAt.replaceAll(/\D/g, '').slice(0, 14)}-${randomBytes(3).toString('hex')}`;
    const summary = { ...summarizeRun(report, id, labels), ...defined({ folder }) };
    const attachment = JSON.stringify(report);
    const bytes = Buffer.byteLength(attachment) + Buffer.byteLength(JSON.stringify(summary));
    await this.#store.write([{ kind: 'append', scope: RUNS, value: summary, bytes, attachment }]);
    return summary;
  }

  /**
   * A page of runs, newest first.
   *
   * @param options.before the `next` of the former page
   * @param options.scenario only runs that checked this scenario
   */
  async list(
    options: { readonly before?: number; readonly limit?: number; readonly scenario?: string } = {},
  ): Promise<RunPage> {
    const limit = Math.max(1, options.limit ?? 50);
    const runs: RunSummary[] = [];
    let before = options.before ?? Infinity;
    for (;;) {
      const page = await this.#store.readBack(RUNS, before, Math.min(PAGE, limit - runs.length));
      for (const { value, sequence } of page.records) {
        before = sequence;
        if (options.scenario === undefined || value.checks.some(({ scenario }) => scenario === options.scenario))
          runs.push(value);
      }
      if (page.next === undefined) return { runs, next: undefined };
      if (runs.length >= limit) return { runs, next: before };
    }
  }

  /** A run's summary and its report, or undefined when it is not there (any more). `latest` names the newest. */
  async read(id: string): Promise<{ readonly summary: RunSummary; readonly report: Report } | undefined> {
    const found = await this.#find(id);
    if (!found) return undefined;
    const text = await this.#store.attachment(RUNS, found.sequence);
    // Deleted between the two reads.
    if (text === undefined) return undefined;
    return { summary: found.summary, report: parseReport(text, `run ${found.summary.id}`) };
  }

  /** Whether it was there. */
  async delete(id: string): Promise<boolean> {
    const found = await this.#find(id);
    if (found) await this.#store.write([{ kind: 'remove', scope: RUNS, sequence: found.sequence }]);
    return found !== undefined;
  }

  /** Takes out all runs and baselines. */
  async clear(): Promise<void> {
    const writes: Write<RunSummary>[] = [];
    for await (const { sequence } of this.#newestFirst()) writes.push({ kind: 'remove', scope: RUNS, sequence });
    for (const key of await this.#store.keys(RUNS)) writes.push({ kind: 'unset', scope: RUNS, key });
    await this.#store.write(writes);
  }

  /** Every leak that was ever seen, with when and whether it is still there; those seen last come first. */
  async findings(options: { readonly scenario?: string } = {}): Promise<FindingHistory[]> {
    const runs = await this.#newest(Infinity, options.scenario);
    const only = ({ scenario }: { readonly scenario: string }) =>
      options.scenario === undefined || scenario === options.scenario;
    return groupFindings(
      runs.map((run) => ({ ...run, checks: run.checks.filter((check) => only(check)) })),
      existsSync,
    );
  }

  /** Scenarios by the number of their runs, the one checked last first. */
  async scenarios(): Promise<{ readonly scenario: string; readonly runs: number; readonly lastRun: string }[]> {
    const found = new Map<string, { runs: number; lastRun: string }>();
    for await (const { value } of this.#newestFirst()) {
      for (const scenario of new Set(value.checks.map((check) => check.scenario))) {
        const former = found.get(scenario);
        if (former) former.runs += 1;
        else found.set(scenario, { runs: 1, lastRun: value.id });
      }
    }
    return [...found].map(([scenario, { runs, lastRun }]) => ({ scenario, runs, lastRun }));
  }

  /** How a scenario went over its last `runs` runs (default 50). */
  async trend(scenario: string, options: { readonly runs?: number } = {}): Promise<ScenarioTrend> {
    return trendOver(scenario, await this.#newest(options.runs ?? 50, scenario));
  }

  /**
   * Makes a run what later ones are measured against, for each scenario it checked (and could check).
   *
   * @throws LeakwrightError `history.notFound`
   */
  async accept(id: string): Promise<readonly string[]> {
    const found = await this.#find(id);
    if (!found) throw noSuchRun(id);
    const { summary } = found;
    const checks = summary.checks.filter(({ verdict }) => verdict !== 'error');
    await this.#store.write(
      checks.map((check) => ({
        kind: 'set',
        scope: RUNS,
        key: `${BASELINE}${check.scenario}`,
        value: { run: summary.id, startedAt: summary.startedAt, check } satisfies StoredBaseline,
      })),
    );
    return checks.map(({ scenario }) => scenario);
  }

  async baseline(scenario: string): Promise<StoredBaseline | undefined> {
    return (await this.#store.value(RUNS, `${BASELINE}${scenario}`)) as StoredBaseline | undefined;
  }

  /** What a scenario's next run is measured against: what was accepted, else its newest run that could check it. */
  async measure(scenario: string): Promise<CheckSummary | undefined> {
    return (await this.baseline(scenario))?.check ?? (await this.#checkBefore(Infinity, scenario));
  }

  /**
   * What is worse in a run than in what was accepted; for a scenario where nothing was accepted, than in the run before
   * that could check it; where there is none either, every leak counts as new.
   *
   * @throws LeakwrightError `history.notFound`
   */
  async regressions(id: string): Promise<Regression[]> {
    const found = await this.#find(id);
    if (!found) throw noSuchRun(id);
    const regressions: Regression[] = [];
    for (const check of found.summary.checks) {
      const accepted = await this.baseline(check.scenario);
      const baseline = accepted?.check ?? (await this.#checkBefore(found.sequence, check.scenario));
      regressions.push(...compareWithBaseline(check, baseline));
    }
    return regressions;
  }

  /** Closes the file or the connection. */
  async close(): Promise<void> {
    await this.#store.dispose();
  }

  async #checkBefore(sequence: number, scenario: string): Promise<CheckSummary | undefined> {
    let undecided: CheckSummary | undefined;
    for await (const { value } of this.#newestFirst(sequence)) {
      const check = value.checks.find((each) => each.scenario === scenario && each.verdict !== 'error');
      // Against a run that could not say what leaks, each known leak would be a new one.
      if (check && check.verdict !== 'inconclusive') return check;
      undecided ??= check;
    }
    return undecided;
  }

  async #find(id: string): Promise<{ readonly sequence: number; readonly summary: RunSummary } | undefined> {
    for await (const { sequence, value } of this.#newestFirst()) {
      if (id === 'latest' || value.id === id) return { sequence, summary: value };
    }
    return undefined;
  }

  /** Oldest first. */
  async #newest(limit: number, scenario: string | undefined): Promise<RunSummary[]> {
    const runs: RunSummary[] = [];
    for await (const { value } of this.#newestFirst()) {
      if (runs.length >= limit) break;
      if (scenario === undefined || value.checks.some((check) => check.scenario === scenario)) runs.push(value);
    }
    return runs.reverse();
  }

  async *#newestFirst(from = Infinity): AsyncGenerator<{ readonly sequence: number; readonly value: RunSummary }> {
    let before: number | undefined = from;
    while (before !== undefined) {
      const page: Awaited<ReturnType<Store<RunSummary>['readBack']>> = await this.#store.readBack(RUNS, before, PAGE);
      yield* page.records;
      before = page.next;
    }
  }
}

function noSuchRun(id: string): LeakwrightError {
  return new LeakwrightError('history.notFound', `There is no run '${id}' in this history.`, {
    hint: 'leakwright history lists them.',
  });
}
