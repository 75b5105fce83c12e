import { type History, openHistory } from '../history/index.ts';
import { renderText } from '../reports/index.ts';
import { defined, LeakwrightError, jsonText } from '../support/index.ts';
import {
  describeFindings,
  describeRegressions,
  describeRuns,
  describeScenarios,
  describeTrend,
} from './historyText.ts';
import type { TerminalIo } from './io.ts';
import { historyPlace } from './runHistory.ts';

export const HISTORY_ACTIONS = ['list', 'show', 'trend', 'findings', 'accept', 'delete'] as const;

export interface HistoryOptions {
  readonly history?: string;
  readonly runs?: number;
  readonly scenario?: string;
  readonly json?: boolean;
  readonly failOnRegression?: boolean;
}

const REGRESSED = 1;

/**
 * `leakwright history`: past runs, what they found, and how a scenario went over them.
 *
 * @param what a run's id for `show`, `accept` and `delete` (default: the newest, save for `delete`), a scenario for `trend`
 * @returns the exit code: 1 with `failOnRegression` when the run is worse than what was accepted, else 0
 * @throws LeakwrightError `usage`, `stores.unavailable`, `history.notFound`
 */
export async function runHistory(
  action: string,
  what: string | undefined,
  options: HistoryOptions,
  io: TerminalIo,
): Promise<number> {
  const known = HISTORY_ACTIONS.find((each) => each === action);
  if (!known) {
    throw new LeakwrightError('usage', `There is nothing to do called '${action}'.`, {
      hint: `There are: ${HISTORY_ACTIONS.join(', ')}.`,
    });
  }
  const history = await openHistory(historyPlace(options.history));
  try {
    const answer = await answers[known](history, what, options);
    io.out(options.json ? `${jsonText(answer.json, 2)}\n` : answer.text());
    if (!options.failOnRegression) return 0;
    return await judgeRun(history, known === 'show' && what !== undefined ? what : 'latest', options, io);
  } finally {
    await history.close();
  }
}

interface Answer {
  readonly json: unknown;
  readonly text: () => string;
}

type Action = (typeof HISTORY_ACTIONS)[number];

const answers: Readonly<
  Record<Action, (history: History, what: string | undefined, options: HistoryOptions) => Promise<Answer>>
> = {
  async list(history, what, { runs = 50, scenario = what }) {
    const page = await history.list({ limit: runs, ...defined({ scenario }) });
    const more = page.next === undefined ? '' : `(the newest ${page.runs.length}; --runs shows more)\n`;
    return {
      json: { schema: 1, runs: page.runs },
      text: () => (page.runs.length === 0 ? 'No run was recorded here yet.\n' : `${describeRuns(page.runs)}${more}`),
    };
  },
  async show(history, what = 'latest') {
    const run = await history.read(what);
    if (!run) throw noSuchRun(what);
    const regressions = await history.regressions(run.summary.id);
    return {
      json: { schema: 1, run: run.summary, regressions, report: run.report },
      text: () =>
        `${describeRuns([run.summary])}\n${renderText(run.report)}\nAgainst what was before:\n${describeRegressions(regressions)}`,
    };
  },
  async trend(history, what, { runs = 50, scenario = what }) {
    if (scenario === undefined) {
      const scenarios = await history.scenarios();
      if (scenarios.length !== 1) {
        return { json: { schema: 1, scenarios }, text: () => `Which scenario?\n${describeScenarios(scenarios)}` };
      }
      return await this.trend(history, scenarios[0]!.scenario, { runs });
    }
    const trend = await history.trend(scenario, { runs });
    return { json: { schema: 1, trend }, text: () => describeTrend(trend) };
  },
  async findings(history, what, { scenario = what }) {
    const findings = await history.findings(defined({ scenario }));
    return {
      json: { schema: 1, findings },
      text: () => (findings.length === 0 ? 'No leak was ever found here.\n' : describeFindings(findings)),
    };
  },
  async accept(history, what = 'latest') {
    const scenarios = await history.accept(what);
    if (scenarios.length === 0) {
      throw new LeakwrightError(
        'history.notFound',
        'None of the checks of that run could be made: there is nothing to accept.',
        {
          hint: 'leakwright history show says why.',
        },
      );
    }
    return {
      json: { schema: 1, accepted: scenarios },
      text: () => `Later runs are measured against this one:\n${scenarios.map((each) => `  ${each}\n`).join('')}`,
    };
  },
  async delete(history, what) {
    if (what === undefined) throw new LeakwrightError('usage', 'Say which run to delete.');
    if (!(await history.delete(what))) throw noSuchRun(what);
    return { json: { schema: 1, deleted: what }, text: () => `Deleted: ${what}\n` };
  },
};

async function judgeRun(history: History, id: string, options: HistoryOptions, io: TerminalIo): Promise<number> {
  const regressions = await history.regressions(id);
  if (regressions.length === 0) return 0;
  if (!options.json) io.err(describeRegressions(regressions));
  return REGRESSED;
}

function noSuchRun(id: string): LeakwrightError {
  return new LeakwrightError('history.notFound', `There is no run '${id}' in this history.`, {
    hint: 'leakwright history list shows them.',
  });
}
