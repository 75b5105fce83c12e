import { ProgressLocation, type QuickPickItem, QuickPickItemKind, commands, env, window, workspace } from 'vscode';
import { diagnosisMarkdown } from '../../doctor/index.ts';
import { defined, type Log, isAbort } from '../../support/index.ts';
import { COMMANDS } from '../contributions.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import { askDoctor } from './askDoctor.ts';
import { type EditorCheck, type EditorRemedy, doctorItems, outcomeOf, titleOf } from './doctorItems.ts';
import { surroundings } from './surroundings.ts';

interface DoctorContext {
  readonly cli: string;
  readonly extensionVersion: string;
  readonly log: Log;
}

interface Choice extends QuickPickItem {
  readonly act?: () => unknown;
}

/** *Doctor*: looks at all that sessions and checks stand on, and shows each with its state and what to do about it. */
export async function doctor(context: DoctorContext): Promise<void> {
  const diagnosis = await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: t('Looking at browser, Playwright and permissions…'),
      cancellable: true,
    },
    async (_progress, token) => {
      const cancelled = new AbortController();
      token.onCancellationRequested(() => cancelled.abort());
      try {
        return await askDoctor({ cli: context.cli, ...howToAsk(), signal: cancelled.signal });
      } catch (error) {
        if (isAbort(error)) return undefined;
        throw error;
      }
    },
  );
  if (!diagnosis) return;
  const checks = [
    ...diagnosis.checks.map((one): EditorCheck => ({ ...one, title: titleOf(one) })),
    ...surroundings(context.extensionVersion),
  ];
  for (const { state, title, fact, advice } of checks) {
    context.log[state === 'ok' ? 'info' : 'warn'](`Doctor: ${title}: ${fact}${advice ? ` → ${advice}` : ''}`);
  }
  await show(checks, diagnosisMarkdown({ ...diagnosis, checks }));
}

/** As a check of the first folder would be run; without trust nothing of the folder is loaded. */
function howToAsk(): { args: string[]; cwd: string } {
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  const browser = setting('browser', folder);
  const executablePath = setting('executablePath');
  const useFolder = workspace.isTrusted && folder !== undefined;
  return {
    args: [
      ...(browser === 'auto' ? [] : ['--browser', browser]),
      ...(executablePath === '' ? [] : ['--executable-path', executablePath]),
      ...(useFolder ? [] : ['--no-workspace']),
    ],
    cwd: useFolder ? folder.uri.fsPath : env.appRoot,
  };
}

async function show(checks: readonly EditorCheck[], markdown: string): Promise<void> {
  const items: Choice[] = [
    ...doctorItems(checks).map(({ remedy, detail, ...item }): Choice => ({
      ...item,
      ...defined({ detail, act: remedy === undefined ? undefined : () => apply(remedy) }),
    })),
    { label: '', kind: QuickPickItemKind.Separator },
    {
      label: `$(file) ${t('Open as a Document')}`,
      description: t('to read at leisure or to paste into an issue'),
      act: () => openDocument(markdown),
    },
    { label: `$(output) ${t('Show Log')}`, act: () => commands.executeCommand(COMMANDS.showLog) },
  ];
  const picked = await window.showQuickPick(items, {
    title: t('Leakwright Doctor: {0}', outcomeOf(checks)),
    placeHolder: t('Choose what to do something about'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  await picked?.act?.();
}

async function apply(remedy: EditorRemedy): Promise<void> {
  switch (remedy.kind) {
    case 'run': {
      // Typed, not sent: what installs something is the person's to start.
      const terminal = window.createTerminal({ name: t('Leakwright Doctor') });
      terminal.show();
      terminal.sendText(remedy.command.map(quoted).join(' '), false);
      return;
    }
    case 'setting':
      await commands.executeCommand('workbench.action.openSettings', `leakwright.${remedy.name}`);
      return;
    case 'cleanUp':
      await commands.executeCommand(COMMANDS.cleanUpOrphans);
      return;
    case 'trust':
      await commands.executeCommand('workbench.trust.manage');
  }
}

/** For any shell a person may have: double quotes only where there is something to quote. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(argument) ? argument : `"${argument.replaceAll('"', String.raw`\"`)}"`;
}

async function openDocument(content: string): Promise<void> {
  const document = await workspace.openTextDocument({ language: 'markdown', content });
  await window.showTextDocument(document);
}
