import { Disposable, commands, workspace } from 'vscode';
import { COMMANDS } from '../contributions.ts';
import { setting } from '../settings.ts';
import { checkKey } from './problem.ts';
import type { Findings } from './findings.ts';

/** A development server needs a moment to serve what was saved, and *Save All* saves several files. In ms. */
const AFTER_SAVE_MS = 1000;

/** Checks again what has a leak in a file, once that is saved: where `leakwright.checkAgainOnSave` says so. */
export function checkAfterSave(findings: Findings): Disposable {
  const due = new Map<string, { readonly fingerprint: string }>();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    const targets = [...due.values()];
    due.clear();
    void (async () => {
      for (const target of targets) await commands.executeCommand(COMMANDS.checkAgain, target);
    })();
  };
  const listening = workspace.onDidSaveTextDocument(({ uri }) => {
    const shown = findings.in(uri).filter(({ finding }) => finding.ignored === undefined);
    if (shown.length === 0 || !setting('checkAgainOnSave', workspace.getWorkspaceFolder(uri))) return;
    for (const { finding, result, folder } of shown)
      due.set(checkKey(result, folder), { fingerprint: finding.fingerprint });
    clearTimeout(timer);
    timer = setTimeout(begin, AFTER_SAVE_MS);
  });
  return Disposable.from(listening, { dispose: () => clearTimeout(timer) });
}
