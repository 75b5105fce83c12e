import { isAbsolute, join } from 'node:path';
import { Uri, commands, tasks, window, workspace } from 'vscode';
import { isNodeCheck } from '../../checks/index.ts';
import type { CheckResult } from '../../leaks/index.ts';
import { checkIdentity } from '../../reports/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import { TASK_TYPE, VIEWS } from '../contributions.ts';
import type { RunMode } from '../testExplorer/scenarioRun.ts';
import type { ScenarioTests } from '../testExplorer/scenarioTests.ts';
import { t } from '../translate.ts';
import { requireTrust } from '../trust.ts';
import { announceEnd } from './announce.ts';
import { type CheckProperties, IN_A_WINDOW } from './checkArguments.ts';
import type { CheckResults } from './checkResults.ts';
import type { CheckTasks } from './checkTasks.ts';
import type { KeptResult } from './findings.ts';
import { type CheckTarget, type LocateContext, locateChecks } from './locateFinding.ts';
import type { RecentChecks } from './recentChecks.ts';
import type { RunningChecks } from './runningChecks.ts';

export interface LoopContext extends LocateContext {
  readonly checks: CheckTasks;
  readonly scenarios: ScenarioTests;
  readonly results: CheckResults;
  readonly recent: RecentChecks;
  readonly running: RunningChecks;
}

type Mode = Exclude<RunMode, 'debug'>;

/**
 * *Check Again*: runs what a finding, a report, a Problem or a row comes from once more, as it was run.
 *
 * @param mode `show`: in a browser with a window
 * @throws LeakwrightError `usage` where nothing says how
 */
export async function checkAgain(context: LoopContext, target: CheckTarget, mode: Mode = 'check'): Promise<void> {
  if (!requireTrust(t('A leak check'))) return;
  const checks = await locateChecks(context, target);
  if (checks.length === 0) throw new LeakwrightError('usage', t('No check was run in this workspace yet.'));
  for (const check of withoutRepeats(checks)) await repeat(context, check, mode);
}

async function repeat(context: LoopContext, { result, folder }: KeptResult, mode: Mode): Promise<void> {
  if (context.running.list.some(({ name }) => name === result.name)) {
    await commands.executeCommand(`${VIEWS.leakChecks}.focus`);
    void window.showInformationMessage(t('It is being checked already.'));
    return;
  }
  if (result.file !== undefined) {
    await runScenario(context, mode, Uri.file(isAbsolute(result.file) ? result.file : join(folder, result.file)));
    return;
  }
  const properties = { ...propertiesOf(context, result, folder), ...(mode === 'show' ? IN_A_WINDOW : {}) };
  const scope = workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === folder) ?? workspace.workspaceFolders?.[0];
  const name = t('Check {0}', result.url);
  await tasks.executeTask(context.checks.createTask({ type: TASK_TYPE, ...properties }, name, scope));
}

/** Its end is announced as that of a task is. */
async function runScenario({ scenarios, results, findings }: LoopContext, mode: Mode, file: Uri): Promise<void> {
  const ended: CheckResult[] = [];
  let folder: string | undefined;
  const listening = results.onDidResult((outcome) => {
    ended.push(outcome.result);
    ({ folder } = outcome);
  });
  try {
    await scenarios.run(mode, file);
  } finally {
    listening.dispose();
  }
  await announceEnd(findings, { results: ended, folder });
}

function propertiesOf({ recent }: LoopContext, result: CheckResult, folder: string): CheckProperties {
  const { properties } = recent.of(result, folder) ?? {};
  // Its steps are requests, and its name says them.
  if (properties && isNodeCheck(properties)) return properties;
  if (result.name !== result.url) {
    throw new LeakwrightError('usage', t("'{0}' is a test of a suite: run that again.", result.name));
  }
  const steps = result.steps ?? [];
  return {
    ...properties,
    url: result.url,
    ...(steps.length > 0 ? { click: steps } : {}),
    // A long run of which nothing else is known is run as the shortest preset.
    ...(properties === undefined && result.mode === 'duration' ? { profile: 'quick' } : {}),
  };
}

function withoutRepeats(checks: readonly KeptResult[]): KeptResult[] {
  const byKey = new Map(checks.map((check) => [`${check.folder} ${checkIdentity(check.result)}`, check]));
  return [...byKey.values()];
}
