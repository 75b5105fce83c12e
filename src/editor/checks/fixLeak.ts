import { Uri, WorkspaceEdit, commands, env, window, workspace } from 'vscode';
import { LeakwrightError } from '../../support/index.ts';
import { COMMANDS } from '../contributions.ts';
import { t } from '../translate.ts';
import { type Excerpt, agentPrompt } from './agentPrompt.ts';
import { certainFix } from './certainFix.ts';
import { type CheckTarget, type LocateContext, locateFinding } from './locateFinding.ts';
import { placeOf, toProblem } from './problem.ts';

const OPEN_CHAT = 'workbench.action.chat.open';
/** Lines around a place that an agent is given. */
const AROUND = 12;

/**
 * *Fix…*: writes the change where it is certain, else hands the finding to the editor's chat. Both end in *Check Again*.
 *
 * @throws LeakwrightError `usage` where the leak is not kept any more
 */
export async function fixLeak(context: LocateContext, target: CheckTarget): Promise<void> {
  const located = await locateFinding(context, target);
  if (!located) throw new LeakwrightError('usage', t('This leak is not kept any more.'));
  const { finding, result, folder } = located;
  const place = toProblem(finding, folder)?.place;
  if (place && finding.allocatedAt && (await writeFix(Uri.file(place.path), place.line - 1))) {
    await offerCheck(
      t('The change is written, and not saved yet. Check again once the page has it.'),
      finding.fingerprint,
    );
    return;
  }
  const excerpts: Excerpt[] = [];
  for (const frame of [finding.allocatedAt, finding.keptAt]) {
    const at = frame && placeOf(frame, folder);
    if (at && !excerpts.some(({ text }) => text.includes(`${at.line}: `)))
      excerpts.push(await excerptAt(at.path, at.line));
  }
  const prompt = agentPrompt(
    finding,
    result,
    excerpts.filter(({ text }) => text !== ''),
  );
  if ((await commands.getCommands(true)).includes(OPEN_CHAT)) {
    await commands.executeCommand(OPEN_CHAT, { query: prompt });
    await offerCheck(t('The leak was handed to the chat. Check again when it is done.'), finding.fingerprint);
    return;
  }
  await env.clipboard.writeText(prompt);
  await offerCheck(t('This editor has no chat: what an agent needs to know is in the clipboard.'), finding.fingerprint);
}

async function writeFix(uri: Uri, line: number): Promise<boolean> {
  const document = await workspace.openTextDocument(uri);
  const fix = certainFix(document.getText(), line);
  if (!fix) return false;
  const edit = new WorkspaceEdit();
  for (const { offset, text } of fix.edits) edit.insert(uri, document.positionAt(offset), text);
  if (!(await workspace.applyEdit(edit))) return false;
  const last = fix.edits.at(-1)!;
  await window.showTextDocument(document, { selection: document.lineAt(document.positionAt(last.offset).line).range });
  return true;
}

async function offerCheck(message: string, fingerprint: string): Promise<void> {
  const again = t('Check Again');
  if ((await window.showInformationMessage(message, again)) === again) {
    await workspace.saveAll(false);
    await commands.executeCommand(COMMANDS.checkAgain, { fingerprint });
  }
}

async function excerptAt(path: string, line: number): Promise<Excerpt> {
  try {
    const document = await workspace.openTextDocument(Uri.file(path));
    const from = Math.max(0, line - 1 - AROUND);
    const lines = document
      .getText()
      .split('\n')
      .slice(from, line + AROUND);
    const text = lines.map((one, index) => `${from + index + 1}: ${one}`).join('\n');
    return { file: workspace.asRelativePath(path), text };
  } catch {
    return { file: path, text: '' };
  }
}
