import { commands, window } from 'vscode';
import { COMMANDS } from '../contributions.ts';
import { t } from '../translate.ts';
import type { CheckEnded } from './checkTasks.ts';
import { locationOf } from './findings.ts';
import { toProblem } from './problem.ts';

/** Says once, at the end of a task that found leaks, where to look. What is clean needs no announcement. */
export async function announceLeaks({ results, folder }: CheckEnded): Promise<void> {
  const findings = results.flatMap((result) => result.findings).filter((finding) => finding.ignored === undefined);
  const [first] = findings;
  if (!first) return;
  const place = folder === undefined ? undefined : toProblem(first, folder)?.place;
  const go = t('Go to Line');
  const problems = t('Show Problems');
  const report = t('Open Report');
  const message =
    findings.length === 1
      ? t('Leak: {0}', `${first.name}${first.holder ? t(', kept in {0}', first.holder) : ''}`)
      : t('{0} leaks, first: {1}', findings.length, first.name);
  const choice = await window.showWarningMessage(message, ...(place ? [go, problems] : []), report);
  if (choice === report) await commands.executeCommand(COMMANDS.openReport, { fingerprint: first.fingerprint });
  if (choice === problems) await commands.executeCommand('workbench.panel.markers.view.focus');
  if (choice !== go || !place) return;
  const { uri, range } = locationOf(place);
  await window.showTextDocument(uri, { selection: range });
}
