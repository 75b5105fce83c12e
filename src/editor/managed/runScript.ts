import { basename } from 'node:path';
import {
  ProcessExecution,
  Task,
  type TaskExecution,
  TaskRevealKind,
  TaskScope,
  Uri,
  debug,
  tasks,
  window,
  workspace,
} from 'vscode';
import type { SessionInfo } from '../../sessions/index.ts';
import { LeakwrightError } from '../../support/index.ts';
import { t } from '../translate.ts';
import { requireTrust } from '../trust.ts';
import { scriptRun } from './scriptInSession.ts';
import { type CommandContext, chooseOrLaunch } from './sessionCommands.ts';

/** *Run Script in Session*: as a task in a terminal, whose environment leads the script to the session. */
export async function runScript(
  context: CommandContext,
  script?: Uri,
  given?: SessionInfo,
): Promise<TaskExecution | undefined> {
  const title = t('Run Script in Session');
  const file = await chooseScript(title, script);
  const session = file && (given ?? (await chooseOrLaunch(context, title)));
  if (!session) return undefined;
  const folder = workspace.getWorkspaceFolder(file);
  const { program, args, cwd, env } = scriptRun(file.fsPath, session, folder?.uri.fsPath);
  const task = new Task(
    { type: 'process', script: file.fsPath, session: session.id },
    folder ?? TaskScope.Workspace,
    t('{0} in {1}', basename(file.fsPath), session.name),
    'leakwright',
    // The user's own Node: what runs the editor may be Electron.
    new ProcessExecution('node', [program, ...args], { cwd, env: { ...env } }),
    [],
  );
  task.presentationOptions = { reveal: TaskRevealKind.Always, clear: true, echo: false };
  return await tasks.executeTask(task);
}

/** *Debug Script in Session*: the same under the editor's own JavaScript debugger. */
export async function debugScript(context: CommandContext, script?: Uri, given?: SessionInfo): Promise<boolean> {
  const title = t('Debug Script in Session');
  const file = await chooseScript(title, script);
  const session = file && (given ?? (await chooseOrLaunch(context, title)));
  if (!session) return false;
  const folder = workspace.getWorkspaceFolder(file);
  const { program, args, cwd, env } = scriptRun(file.fsPath, session, folder?.uri.fsPath);
  const started = await debug.startDebugging(folder, {
    type: 'node',
    request: 'launch',
    name: t('{0} in {1}', basename(file.fsPath), session.name),
    program,
    args: [...args],
    cwd,
    env: { ...env },
    console: 'integratedTerminal',
    skipFiles: ['<node_internals>/**'],
  });
  if (!started) throw new LeakwrightError('usage', `'${file.fsPath}' could not be debugged.`);
  return started;
}

/** The given file, the one in the editor, or the one the user picks; saved, since Node reads it from the disk. */
async function chooseScript(title: string, given: Uri | undefined): Promise<Uri | undefined> {
  if (!requireTrust(title)) return undefined;
  const active = window.activeTextEditor?.document;
  const file = given instanceof Uri ? given : active && isScript(active.uri) ? active.uri : await askForScript(title);
  if (!file) return undefined;
  const document = workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  if (document?.isDirty) await document.save();
  return file;
}

function isScript(uri: Uri): boolean {
  return uri.scheme === 'file' && /\.[cm]?[jt]sx?$/.test(uri.path);
}

async function askForScript(title: string): Promise<Uri | undefined> {
  const [folder] = workspace.workspaceFolders ?? [];
  const chosen = await window.showOpenDialog({
    title,
    filters: { [t('Scripts and tests')]: ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'] },
    ...(folder ? { defaultUri: folder.uri } : {}),
  });
  return chosen?.[0];
}
