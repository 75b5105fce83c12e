import { Uri, window } from 'vscode';
import type { OpenReportRequest } from '../contributions.ts';
import { defined, LeakwrightError } from '../../support/index.ts';
import type { ReportPanels } from '../report/reportPanel.ts';
import { t } from '../translate.ts';
import { baseOf } from './compareBase.ts';
import type { LeakNode } from './leakRows.ts';
import type { PastRuns } from './pastRuns.ts';

interface LeakCommandsContext {
  readonly runs: PastRuns;
  readonly reports: ReportPanels;
  /** What is selected in the view. */
  readonly selected: () => readonly LeakNode[];
}

/**
 * Names a report: a row of the view, a JSON report, or the finding's fingerprint (a Problem knows nothing
 * else); nothing asks for the latest run.
 */
export type OpenReportArgument = LeakNode | Uri | OpenReportRequest | { readonly fingerprint: string } | undefined;

/** *Open Report* */
export async function openReport(context: LeakCommandsContext, asked: OpenReportArgument): Promise<void> {
  if (asked instanceof Uri) {
    context.reports.open({ memory: { kind: 'file', uri: asked.toString() } });
    return;
  }
  const target = await targetOf(context, asked);
  if (!target) {
    void window.showInformationMessage(t('No check was run in this workspace yet.'));
    return;
  }
  const { run, focus } = target;
  context.reports.open({ memory: { kind: 'run', run }, ...defined({ focus }) });
}

async function targetOf(
  { runs }: LeakCommandsContext,
  asked: Exclude<OpenReportArgument, Uri>,
): Promise<{ run: string; focus?: string } | undefined> {
  if (asked && 'result' in asked) {
    const { startedAt } = asked.result;
    const run = (await runs.list()).find((one) => one.startedAt === startedAt);
    const focus = asked.fingerprint;
    if (run) return { run: run.id, ...defined({ focus }) };
  } else if (asked && 'fingerprint' in asked) {
    const known = (await runs.findings()).find(({ latest }) => latest.fingerprint === asked.fingerprint);
    if (known) return { run: known.lastRun, focus: asked.fingerprint };
  } else if (asked?.kind === 'leak') {
    return { run: asked.leak.lastRun, focus: asked.leak.latest.fingerprint };
  } else if (asked?.kind === 'run') {
    return { run: asked.run.id };
  } else if (asked?.kind === 'runFinding') {
    return { run: asked.run.id, focus: asked.finding.fingerprint };
  }
  const [latest] = await runs.list();
  return latest && { run: latest.id };
}

/** *Open Report File…*: a JSON report, as the command line or a CI server wrote it. */
export async function openReportFile({ reports }: LeakCommandsContext, given?: Uri): Promise<void> {
  const picked =
    given ??
    (
      await window.showOpenDialog({ title: t('Open a JSON report'), filters: { JSON: ['json'] }, canSelectMany: false })
    )?.[0];
  if (picked) reports.open({ memory: { kind: 'file', uri: picked.toString() } });
}

/** *Compare*: two runs that are selected, or one with the run of the same scenario before it. */
export async function compareRuns(
  context: LeakCommandsContext,
  node: LeakNode | undefined,
  nodes: readonly LeakNode[] | undefined,
): Promise<void> {
  const chosen = runsOf(nodes ?? (node ? [node] : context.selected()));
  const all = await context.runs.list();
  const [newer, older] = [...chosen].sort((a, b) => (a.id < b.id ? 1 : -1));
  if (!newer || chosen.length > 2) {
    throw new LeakwrightError('usage', t('Select one or two past checks to compare.'));
  }
  const base = older ?? baseOf(newer, all);
  if (!base) throw new LeakwrightError('usage', t('There is no earlier check of this to compare with.'));
  context.reports.open({ memory: { kind: 'run', run: newer.id, base: base.id } });
}

/** *Delete*: the runs that are selected. */
export async function deleteRuns(
  context: LeakCommandsContext,
  node: LeakNode | undefined,
  nodes: readonly LeakNode[] | undefined,
): Promise<void> {
  const chosen = runsOf(nodes ?? (node ? [node] : context.selected()));
  if (chosen.length === 0) return;
  if (chosen.length > 1) {
    const remove = t('Delete');
    const question = t('Delete {0} past checks with their reports?', chosen.length);
    if ((await window.showWarningMessage(question, { modal: true }, remove)) !== remove) return;
  }
  await context.runs.delete(chosen.map(({ id }) => id));
}

/** *Delete All Past Checks…* */
export async function clearRuns({ runs }: LeakCommandsContext): Promise<void> {
  const remove = t('Delete');
  const question = t('Delete all past checks of this workspace with their reports?');
  if ((await window.showWarningMessage(question, { modal: true }, remove)) === remove) await runs.clear();
}

function runsOf(nodes: readonly LeakNode[]) {
  return nodes.flatMap((node) => (node.kind === 'run' ? [node.run] : []));
}
