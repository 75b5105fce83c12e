import { type QuickPickItem, QuickPickItemKind, commands, env, window, workspace, version } from 'vscode';
import { diagnosisMarkdown, type Diagnosis } from '../../doctor/index.ts';
import { defined, type Log, LeakwrightError, plainText, runOverChannel } from '../../support/index.ts';
import { cancellable, executableArguments } from '../cancellable.ts';
import { COMMANDS } from '../contributions.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import { type EditorCheck, type EditorRemedy, doctorItems, outcomeOf, titleOf } from './doctorItems.ts';

interface DoctorContext {
  readonly cli: string;
  readonly extensionVersion: string;
  readonly log: Log;
}

interface Choice extends QuickPickItem {
  readonly act?: () => unknown;
}

/** *Doctor*: tests what sessions and checks need, and shows each result with its state and what to do. */
export async function doctor(context: DoctorContext): Promise<void> {
  const diagnosis = await cancellable(t('Looking at browser, Playwright and permissions…'), (signal) =>
    askDoctor({ cli: context.cli, ...howToAsk(), signal }),
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
  const useFolder = workspace.isTrusted && folder !== undefined;
  return {
    args: [
      ...(browser === 'auto' ? [] : ['--browser', browser]),
      ...executableArguments(),
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
      // Typed, not sent: the person decides whether to install something.
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

/** What only the editor knows: itself, where we run, and what the workspace allows. */
function surroundings(ownVersion: string): EditorCheck[] {
  return [editor(ownVersion), trust(), folders()];
}

function editor(ownVersion: string): EditorCheck {
  const where = env.remoteName
    ? t('on the remote machine ({0}), where the browsers run as well', env.remoteName)
    : t('on this machine');
  return {
    state: 'ok',
    title: t('Leakwright'),
    fact: t('{0} in {1} {2}, {3}', ownVersion, env.appName, version, where),
  };
}

function trust(): EditorCheck {
  const title = t('Trust');
  if (workspace.isTrusted) return { state: 'ok', title, fact: t('This workspace is trusted.') };
  return {
    state: 'note',
    title,
    fact: t('This workspace is not trusted: sessions and checks are off; watching browsers and cleaning up work.'),
    advice: t('Trust it to run sessions and checks in it.'),
    remedy: { kind: 'trust' },
  };
}

function folders(): EditorCheck {
  const title = t('Workspace');
  const all = workspace.workspaceFolders ?? [];
  if (all.length === 0) {
    return { state: 'ok', title, fact: t('No folder is open: a URL can be checked, scenario files need a folder.') };
  }
  const virtual = all.filter(({ uri }) => uri.scheme !== 'file');
  if (virtual.length > 0) {
    return {
      state: 'note',
      title,
      fact: t('{0} is not on a disk: a URL can be checked, scenario files in it cannot.', virtual[0]!.name),
    };
  }
  return { state: 'ok', title, fact: all.map(({ uri }) => uri.fsPath).join(', ') };
}

/** Longer than any diagnosis, in characters. */
const MAX_OUTPUT = 1024 * 1024;

interface AskDoctorOptions {
  /** The bundled command line program. */
  readonly cli: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/**
 * Runs `leakwright doctor --json` as a process of its own, the very program that checks run in: Playwright is not loaded
 * into the extension host, and what goes wrong there goes wrong here.
 *
 * @throws LeakwrightError `usage` when the program gives no answer, or the signal's reason
 */
async function askDoctor({ cli, args, cwd, signal }: AskDoctorOptions): Promise<Diagnosis> {
  signal.throwIfAborted();
  let stdout = '';
  // Cancelling closes its channel: it ends the browser it may just have started.
  const { said } = await runOverChannel({
    args: [cli, 'doctor', '--json', ...args],
    cwd,
    signal,
    listen: (out) => out.on('data', (text: string) => (stdout = (stdout + text).slice(0, MAX_OUTPUT))),
  });
  signal.throwIfAborted();
  const diagnosis = parseDiagnosis(stdout);
  if (diagnosis) return diagnosis;
  throw new LeakwrightError('usage', `The doctor gave no answer: ${plainText(said || 'it said nothing', 400)}.`, {
    hint: `Run it in a terminal to see more: node "${cli}" doctor`,
  });
}

function parseDiagnosis(text: string): Diagnosis | undefined {
  try {
    const value = JSON.parse(text) as Partial<Diagnosis> | null;
    return value?.schema === 1 && Array.isArray(value.checks) ? (value as Diagnosis) : undefined;
  } catch {
    return undefined;
  }
}
