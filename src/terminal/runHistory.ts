import { type CheckResult } from '../leaks/index.ts';
import { type Baseline, type Report, applyBaseline, checkIdentity, createReport } from '../reports/index.ts';
import { type History, type RunLabels, defaultHistoryPlace, openHistory } from '../history/index.ts';
import { count, describeError, plainLines, plainText } from '../support/index.ts';
import type { TerminalIo } from './io.ts';

/** What `--history` names: `default` is this user's own. */
export function historyPlace(given: string | undefined): string {
  const place = given ?? process.env['LEAKWRIGHT_HISTORY'] ?? 'default';
  return place === 'default' ? defaultHistoryPlace() : place;
}

/** The history that a run is recorded in, and measured against. */
export class RunHistory {
  readonly #history: History;
  readonly #failOnRegression: boolean;
  readonly #io: TerminalIo;
  /** The unchanged results: records must not depend on the accepted baseline. */
  readonly #found: CheckResult[] = [];

  private constructor(history: History, failOnRegression: boolean, io: TerminalIo) {
    this.#history = history;
    this.#failOnRegression = failOnRegression;
    this.#io = io;
  }

  /**
   * The history that the options ask for, if any.
   *
   * @throws LeakwrightError `stores.unavailable`, before a run of minutes and not after it
   */
  static async open(
    {
      history,
      failOnRegression = false,
    }: { readonly history?: string | undefined; readonly failOnRegression?: boolean },
    io: TerminalIo,
  ): Promise<RunHistory | undefined> {
    if (history === undefined && !failOnRegression) return undefined;
    return new RunHistory(await openHistory(historyPlace(history)), failOnRegression, io);
  }

  /** The result as it counts for this run: with `failOnRegression`, leaks that were accepted are known and do not fail. */
  async judge(result: CheckResult): Promise<CheckResult> {
    this.#found.push(result);
    if (!this.#failOnRegression || result.verdict !== 'leak') return result;
    const accepted = await this.#history.measure(checkIdentity(result));
    const baseline: Baseline = new Map(
      accepted?.findings.map(({ fingerprint, bytesPerIteration }) => [fingerprint, bytesPerIteration]),
    );
    return applyBaseline(result, baseline, 'known from the history');
  }

  /** Records the run and says what is worse than before; false when it could not be recorded. */
  async record(report: Report): Promise<boolean> {
    const { startedAt, durationMs } = report;
    const recorded = this.#found.length === 0 ? report : createReport(this.#found, { startedAt, durationMs });
    try {
      const run = await this.#history.record(recorded, labelsOfRun());
      const regressions = await this.#history.regressions(run.id);
      const worse = regressions.length === 0 ? 'nothing is worse than before' : count(regressions.length, 'regression');
      this.#io.err(`History: run ${run.id}, ${worse}.\n`);
      for (const { scenario, message } of regressions)
        this.#io.err(`  ${plainText(scenario)}: ${plainText(message, 400)}\n`);
      return true;
    } catch (error) {
      this.#io.err(`leakwright: The run was not recorded: ${plainLines(describeError(error))}\n`);
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#history.close();
  }
}

/** Branch and commit as the usual CI systems tell them. */
export function labelsOfRun(env: NodeJS.ProcessEnv = process.env): RunLabels {
  const branch = env['GITHUB_HEAD_REF'] || env['GITHUB_REF_NAME'] || env['CI_COMMIT_REF_NAME'] || env['BRANCH_NAME'];
  const commit = env['GITHUB_SHA'] || env['CI_COMMIT_SHA'] || env['GIT_COMMIT'];
  return {
    source: env['LEAKWRIGHT_SOURCE'] || (env['CI'] ? 'ci' : 'terminal'),
    ...(branch ? { branch } : {}),
    ...(commit ? { commit } : {}),
  };
}
