import { commands, window } from 'vscode';
import type { CheckResult } from '../../leaks/index.ts';
import { COMMANDS, ROW_COMMANDS } from '../contributions.ts';
import { t } from '../translate.ts';
import { endOf } from './endSentence.ts';
import type { Findings } from './findings.ts';
import { toProblem } from './problem.ts';
import { defined } from '../../support/index.ts';

/** Checks that have ended. */
export interface Announced {
  readonly results: readonly CheckResult[];
  readonly folder: string | undefined;
  /** A command awaits it: the first leak's line is shown at once. */
  readonly isAwaited?: boolean;
}

/** Says once, in one sentence, how checks ended, with the way to the line and to the report. */
export async function announceEnd(
  findings: Findings,
  { results, folder, isAwaited = false }: Announced,
): Promise<void> {
  const end = endOf(
    results,
    results.flatMap((result) => findings.goneWith(result)),
  );
  if (!end) return;
  const { finding, sentence, verdict } = end;
  const place = finding && folder !== undefined ? toProblem(finding, folder)?.place : undefined;
  const line = { fingerprint: finding?.fingerprint ?? '' };
  if (isAwaited && place) await commands.executeCommand(ROW_COMMANDS.goToLeak, line);
  const go = t('Go to Line');
  const report = t('Report');
  const choice =
    verdict === 'clean'
      ? await window.showInformationMessage(sentence, report)
      : await window.showWarningMessage(sentence, ...(place ? [go] : []), report);
  if (choice === go) await commands.executeCommand(ROW_COMMANDS.goToLeak, line);
  if (choice === report) {
    const result = results.find((one) => finding !== undefined && one.findings.includes(finding)) ?? results[0]!;
    const fingerprint = finding?.fingerprint;
    await commands.executeCommand(COMMANDS.openReport, {
      result,
      folder,
      ...defined({ fingerprint }),
    });
  }
}
