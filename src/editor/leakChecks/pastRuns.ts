import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EventEmitter } from 'vscode';
import type { FindingHistory, History, HistoryLimits, RunSummary } from '../../history/index.ts';
import type { CheckResult } from '../../leaks/index.ts';
import { type Report, checkIdentity, createReport } from '../../reports/index.ts';
import { type Log, describeError } from '../../support/index.ts';
import type { CheckOutcome } from '../checks/checkResults.ts';
import { engine } from '../lazyBundles.ts';

/** What a workspace keeps. A run with its report takes 10 to 200 KB. */
const KEPT: HistoryLimits = {
  maxRuns: 200,
  maxAgeMs: 90 * 24 * 60 * 60_000,
  maxBytes: 64 * 1024 * 1024,
};

/** Runs that a trend is drawn over: a bar each, in one line. */
const MAX_TREND = 20;

const FILE = 'checks.sqlite';

interface PastRunsOptions {
  /** The workspace's own storage. */
  readonly storage: string;
  readonly log: Log;
}

/**
 * The checks that were run in this workspace, in its own storage. Opened with the first question; windows that share the
 * workspace share the file.
 */
export class PastRuns {
  readonly #options: PastRunsOptions;
  readonly #changed = new EventEmitter<void>();
  #history: Promise<History> | undefined;
  /** What is being written: who asks for the latest run means that one as well. */
  #writing: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** A run came or went. */
  readonly onDidChange = this.#changed.event;

  constructor(options: PastRunsOptions) {
    this.#options = options;
  }

  /** Keeps a check that ended; one that was stopped has no result. */
  accept({ result, folder }: CheckOutcome): void {
    if (result.error?.code === 'aborted' || this.#closed) return;
    const report = createReport([result], result);
    this.#write(
      'A check could not be kept',
      async (history) => void (await history.record(report, { source: 'editor' }, folder)),
    );
  }

  /** Newest first. */
  async list(): Promise<readonly RunSummary[]> {
    return (await (await this.#ready()).list({ limit: KEPT.maxRuns })).runs;
  }

  /** Every leak that was ever seen, those seen last first. */
  async findings(): Promise<readonly FindingHistory[]> {
    return await (await this.#ready()).findings();
  }

  /** How fast a leak grew in the last runs of its check, oldest first; undefined for a run that did not have it. */
  async growthOf(
    result: CheckResult,
    fingerprint: string,
  ): Promise<readonly { bytesPerIteration: number | undefined }[]> {
    const scenario = checkIdentity(result);
    const { runs } = await (await this.#ready()).list({ scenario, limit: MAX_TREND });
    return runs
      .flatMap(({ checks }) => checks.filter((check) => check.scenario === scenario && check.verdict !== 'error'))
      .map(({ findings }) => ({
        bytesPerIteration: findings.find((finding) => finding.fingerprint === fingerprint)?.bytesPerIteration,
      }))
      .reverse();
  }

  /** A run's report; `latest` names the newest. Undefined when it is not kept (any more). */
  async read(id: string): Promise<Report | undefined> {
    return (await (await this.#ready()).read(id))?.report;
  }

  /** The same, with the absolute path that its files are relative to, where that is known. */
  async readWithFolder(
    id: string,
  ): Promise<{ readonly report: Report; readonly folder: string | undefined } | undefined> {
    const kept = await (await this.#ready()).read(id);
    return kept && { report: kept.report, folder: kept.summary.folder };
  }

  async delete(ids: readonly string[]): Promise<void> {
    const history = await this.#ready();
    for (const id of ids) await history.delete(id);
    this.#changed.fire();
  }

  async clear(): Promise<void> {
    await (await this.#ready()).clear();
    this.#changed.fire();
  }

  /** Closes the file after pending writes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    this.#changed.dispose();
    const history = this.#history;
    this.#history = undefined;
    await (await history)?.close();
  }

  async #ready(): Promise<History> {
    await this.#writing;
    return await this.#open();
  }

  #write(what: string, write: (history: History) => Promise<void>): void {
    const former = this.#writing;
    this.#writing = (async () => {
      await former;
      try {
        await write(await this.#open());
        if (!this.#closed) this.#changed.fire();
      } catch (error) {
        this.#options.log.warn(`${what}: ${describeError(error)}`);
      }
    })();
  }

  #open(): Promise<History> {
    this.#history ??= this.#openOrMakeDo();
    return this.#history;
  }

  /** Where the file cannot be opened (a full or read-only disk), this window's own runs are kept in memory. */
  async #openOrMakeDo(): Promise<History> {
    const { storage, log } = this.#options;
    try {
      await mkdir(storage, { recursive: true });
      return await engine().openHistory(join(storage, FILE), { limits: KEPT });
    } catch (error) {
      log.warn(`Past checks are kept for this window only: ${describeError(error)}`);
      return await engine().openHistory('memory:', { limits: KEPT });
    }
  }
}
