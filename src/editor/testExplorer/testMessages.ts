import { type Location, MarkdownString, Position, TestMessage, TestMessageStackFrame, Uri } from 'vscode';
import type { CheckResult, Finding, SourceFrame } from '../../leaks/index.ts';
import { markdownText, plainText } from '../../support/index.ts';
import { COMMANDS } from '../contributions.ts';
import { describeFinding } from '../checks/findingText.ts';
import { isPicture } from '../report/picture.ts';
import { locationOf } from '../checks/findings.ts';
import { placeOf, toProblem } from '../checks/problem.ts';
import { undecidedReason } from '../checks/sentences.ts';
import { t } from '../translate.ts';

/** What is wrong with a check that did not come to a verdict, and what to do about it. */
export type CheckError = NonNullable<CheckResult['error']>;

/**
 * A leak as a test's message, at its line, with who called as its stack.
 *
 * @param fallback where it stands when no file of the folder is to blame: at the scenario's iteration
 */
export function leakMessage(finding: Finding, folder: string, fallback: Location): TestMessage {
  const message = new TestMessage(describeFinding(finding, folder));
  const place = toProblem(finding, folder)?.place;
  message.location = place ? locationOf(place) : fallback;
  const frames = finding.allocatedAt?.stack ?? finding.keptAt?.stack ?? [];
  if (frames.length > 0) message.stackTrace = frames.map((frame) => stackFrame(frame, folder));
  message.contextValue = 'leak';
  return message;
}

function stackFrame(frame: SourceFrame, folder: string): TestMessageStackFrame {
  const place = placeOf(frame, folder);
  const label = plainText(frame.function || '(anonymous)');
  if (!place) return new TestMessageStackFrame(`${label} ${plainText(frame.file)}:${frame.line}`);
  return new TestMessageStackFrame(label, Uri.file(place.path), new Position(place.line - 1, place.column - 1));
}

/** Why a scenario could not be checked, at the step that failed where that is known. */
export function errorMessage(error: CheckError, folder: string, fallback: Location): TestMessage {
  const lines = [`**${t('The check could not be done.')}** ${markdownText(error.message, 1000)}`];
  if (error.hint) lines.push('', markdownText(error.hint, 1000));
  if (error.screenshot !== undefined && isPicture(error.screenshot)) {
    const address = Uri.file(error.screenshot).toString();
    lines.push('', `[![${t('The page on which the step failed')}](${address}|width=480)](${address})`);
  }
  const commands: string[] = [];
  if (error.code === 'browsers.notFound' || error.code === 'browsers.launchFailed') {
    const query = encodeURIComponent(JSON.stringify(['leakwright.executablePath']));
    const choose = `[${t('Choose a Browser')}](command:workbench.action.openSettings?${query})`;
    lines.push('', `${choose} · [${t('Run Doctor')}](command:${COMMANDS.doctor})`);
    commands.push('workbench.action.openSettings', COMMANDS.doctor);
  }
  lines.push('', `[${t('Show Log')}](command:${COMMANDS.showLog})`);
  const text = new MarkdownString(lines.join('\n'));
  text.isTrusted = { enabledCommands: [...commands, COMMANDS.showLog] };
  const message = new TestMessage(text);
  const place = error.at && placeOf(error.at, folder);
  message.location = place ? locationOf(place) : fallback;
  return message;
}

/** The check could not tell: neither a pass nor a leak. The reason has the numbers, the warnings what happened on the way. */
export function inconclusiveMessage(result: CheckResult, fallback: Location): TestMessage {
  const reasons = [result.because?.reason, ...result.warnings].flatMap((text) =>
    text === undefined ? [] : [`- ${markdownText(text, 1000)}`],
  );
  const text = `**${t('Inconclusive: {0}', markdownText(undecidedReason(result), 300))}**\n\n${reasons.join('\n')}`;
  const message = new TestMessage(new MarkdownString(text));
  message.location = fallback;
  return message;
}
