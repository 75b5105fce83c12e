import { ConfigurationTarget, Uri, WorkspaceEdit, commands, window, workspace } from 'vscode';
import { plainText } from '../../support/index.ts';
import type { IgnoreSetting } from '../contributions.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import type { Findings, LocatedFinding } from './findings.ts';
import { insertRule, ruleFor } from './ignoreRule.ts';
import { placeOf } from './problem.ts';

/**
 * *Ignore This Leak (with reason)…*: asks why it is no problem and writes a rule, into the scenario file where the leak
 * comes from one, so that CI knows it too; else into the folder's settings.
 *
 * @param given the reason; without it, the user is asked
 */
export async function ignoreLeak(findings: Findings, shown: LocatedFinding, given?: string): Promise<void> {
  const reason =
    given ??
    (await window.showInputBox({
      title: t('Ignore This Leak'),
      prompt: t('Why is it no problem? Every report will say so.'),
      placeHolder: t('bounded by design, see issue 12'),
      ignoreFocusOut: true,
      validateInput: (value) => (value.trim() === '' ? t('A reason is what makes this a decision.') : undefined),
    }));
  if (reason === undefined || reason.trim() === '') return;
  const rule = ruleFor(shown.finding, plainText(reason, 300));
  const written = (await writeIntoScenario(shown, rule)) ?? (await writeIntoSettings(shown, rule));
  findings.ignore(shown.finding.fingerprint, rule.reason);
  const open = t('Open');
  void window
    .showInformationMessage(t('Ignored from now on: {0}', plainText(shown.finding.name, 80)), open)
    .then((choice) => (choice === open ? written() : undefined));
}

/** @returns how to show what was written, or undefined when the leak comes from no file that can be changed */
async function writeIntoScenario(
  { result, folder }: LocatedFinding,
  rule: IgnoreSetting,
): Promise<(() => Thenable<unknown>) | undefined> {
  const file =
    result.file === undefined ? undefined : placeOf({ file: result.file, line: 1, column: 1, function: '' }, folder);
  if (!file) return undefined;
  const uri = Uri.file(file.path);
  const document = await workspace.openTextDocument(uri);
  const insertion = insertRule(document.getText(), rule);
  if (!insertion) return undefined;
  const position = document.positionAt(insertion.offset);
  const edit = new WorkspaceEdit();
  edit.insert(uri, position, insertion.text);
  if (!(await workspace.applyEdit(edit))) return undefined;
  await document.save();
  return () => window.showTextDocument(uri, { selection: document.lineAt(position.line + 1).range });
}

async function writeIntoSettings({ folder }: LocatedFinding, rule: IgnoreSetting): Promise<() => Thenable<unknown>> {
  const scope = workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === folder);
  const target = scope ? ConfigurationTarget.WorkspaceFolder : ConfigurationTarget.Global;
  const rules = [...setting('ignore', scope), rule];
  await workspace.getConfiguration('leakwright', scope).update('ignore', rules, target);
  return () =>
    commands.executeCommand(
      scope ? 'workbench.action.openWorkspaceSettingsFile' : 'workbench.action.openSettings',
      ...(scope ? [] : ['leakwright.ignore']),
    );
}
