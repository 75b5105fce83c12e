import {
  CodeAction,
  CodeActionKind,
  type CodeActionProvider,
  type CodeActionContext,
  type Disposable,
  type Range,
  type TextDocument,
  languages,
} from 'vscode';
import { COMMANDS, type OpenReportRequest, ROW_COMMANDS } from '../contributions.ts';
import { onDemand } from '../lazyBundles.ts';
import { t } from '../translate.ts';
import type { Findings, ShownFinding } from './findings.ts';

/** What can be done about a leak where it is shown: ignore it, look at its run, or check again. */
export class FindingActions implements CodeActionProvider, Disposable {
  readonly #findings: Findings;
  readonly #registration: Disposable;

  constructor(findings: Findings) {
    this.#findings = findings;
    this.#registration = languages.registerCodeActionsProvider({ scheme: 'file' }, this, {
      providedCodeActionKinds: [CodeActionKind.QuickFix],
    });
  }

  provideCodeActions(document: TextDocument, _range: Range, context: CodeActionContext): CodeAction[] {
    const ours = context.diagnostics.filter(({ source }) => source === 'leakwright');
    if (ours.length === 0) return [];
    return ours.flatMap((diagnostic) =>
      this.#findings
        .at(document.uri, diagnostic.range.start.line)
        .filter(({ problem }) => problem.message === diagnostic.message)
        .flatMap((shown) => actionsFor(shown, document))
        .map((action) => Object.assign(action, { diagnostics: [diagnostic] })),
    );
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

function actionsFor(shown: ShownFinding, document: TextDocument): CodeAction[] {
  const { finding, result, folder } = shown;
  const action = (title: string, command: string, argument: unknown) => {
    const made = new CodeAction(title, CodeActionKind.QuickFix);
    made.command = { title, command, arguments: [argument] };
    return made;
  };
  // Only where it is made is what it started.
  const fix = finding.allocatedAt ? onDemand().certainFix(document.getText(), shown.problem.place.line - 1) : undefined;
  const report: OpenReportRequest = { result, folder, fingerprint: finding.fingerprint };
  return [
    ...(finding.ignored === undefined
      ? [action(fix ? t('Fix: add {0}', fix.what) : t('Fix with an Agent…'), ROW_COMMANDS.fixLeak, report)]
      : []),
    action(t('Check Again'), COMMANDS.checkAgain, report),
    action(t('Open Report'), COMMANDS.openReport, report),
    ...(result.file === undefined ? [action(t('Save as Scenario…'), ROW_COMMANDS.saveAsScenario, report)] : []),
    ...(finding.ignored === undefined
      ? [action(t('Ignore This Leak (with reason)…'), ROW_COMMANDS.ignoreLeak, { fingerprint: finding.fingerprint })]
      : []),
  ];
}
