import { type Terminal, commands, env, window, ProgressLocation, Uri, type QuickPickItem } from 'vscode';
import type { Leftover } from '../../browsers/index.ts';
import { type ProcessInfo, ancestorsOf, sameProcess } from '../../processes/index.ts';
import type { SessionInfo, RendererPart } from '../../sessions/index.ts';
import { maskCommandLine, plainText, type Log } from '../../support/index.ts';
import { type CleanUpContext, endTrees } from '../cleaning/cleanUp.ts';
import { removeLeftover } from '../cleaning/cleanUpLeftovers.ts';
import { COMMANDS, VIEWS } from '../contributions.ts';
import { chooseSnapshotFile } from '../managed/captureSnapshot.ts';
import { quoteWord } from '../managed/shellWords.ts';
import type { WindowSessions } from '../managed/windowSessions.ts';
import { t } from '../translate.ts';
import type { Node } from './nodeStore.ts';
import type { ProcessesView } from './processesView.ts';
import type { HelpersRow, PartRow, ProcessRow, TreeRow } from './row.ts';
import { endable } from './rowText.ts';

interface RowContext extends CleanUpContext {
  readonly closeSession: (session: SessionInfo) => Promise<void>;
  /** What is selected: commands from the keyboard come without a row. */
  readonly selected: () => Node | undefined;
}

type TreeOrProcess = TreeRow | ProcessRow | HelpersRow | PartRow;

function rowOf(node: Node | undefined, context: RowContext): TreeOrProcess | undefined {
  const row = (node ?? context.selected())?.row;
  return row && 'shown' in row ? row : undefined;
}

/** The process of a row: of a browser its root, of helpers together their browser's. */
function processOf(node: Node | undefined, context: RowContext): ProcessInfo | undefined {
  const row = (node ?? context.selected())?.row;
  if (row?.kind === 'program') return row.program.info;
  if (!row || !('shown' in row)) return undefined;
  return row.kind === 'tree' || row.kind === 'helpers' ? row.shown.sample.tree.root : row.sample.process.info;
}

/** Ends a browser with all its processes, after naming them. What this window launched is closed as a session. */
export async function endTree(context: RowContext, node?: Node): Promise<void> {
  // The Delete key works on whatever row is selected.
  const selected = (node ?? context.selected())?.row;
  if (selected?.kind === 'leftover') {
    await removeLeftover(context, selected.leftover);
    return;
  }
  if (selected?.kind === 'session') {
    await context.closeSession(selected.session);
    return;
  }
  const shown = rowOf(node, context)?.shown;
  if (!shown) return;
  if (shown.session) {
    await context.closeSession(shown.session);
    return;
  }
  const { owned, sample } = shown;
  if (!owned || !endable(shown)) {
    void window.showInformationMessage(
      owned?.status === 'personal'
        ? t('This is a person’s own browser: Leakwright never ends one.')
        : t(
            'It is not known whose browser this is, and nothing says that a program drives it: Leakwright leaves it alone.',
          ),
    );
    return;
  }
  const { tree } = sample;
  const end = t('End Tree');
  const answer = await window.showWarningMessage(
    t('End {0} (process {1}) and its {2} processes?', tree.product, tree.root.pid, tree.processes.length - 1),
    {
      modal: true,
      detail: plainText(
        [owned.owner ? t('Owner: {0}', owned.owner.name) : '', owned.evidence.at(-1)?.fact].filter(Boolean).join('. '),
        300,
      ),
    },
    end,
  );
  if (answer === end) await endTrees(context, [owned]);
}

export async function copyPid(context: RowContext, node?: Node): Promise<void> {
  const found = processOf(node, context);
  if (found) await env.clipboard.writeText(String(found.pid));
}

export async function copyCommandLine(context: RowContext, node?: Node): Promise<void> {
  const found = processOf(node, context);
  if (!found) return;
  const { commandLine, name } = found;
  await env.clipboard.writeText(commandLine.length > 0 ? commandLine.map(quoteWord).join(' ') : name);
}

/** Of a browser that is no session; a session says its own. */
export async function copyEndpoint(context: RowContext, node?: Node): Promise<void> {
  const shown = rowOf(node, context)?.shown;
  const transport = shown?.sample.tree.transport;
  const endpoint = transport?.kind === 'port' && transport.port > 0 ? `http://127.0.0.1:${transport.port}` : undefined;
  if (endpoint !== undefined) await env.clipboard.writeText(endpoint);
  else void window.showInformationMessage(t('This browser has not said at which port it listens.'));
}

/** How long terminals get to say which process is theirs, in ms. */
const TERMINALS_ANSWER_MS = 2000;

/**
 * The terminal whose shell is one of these. All are asked at once: that of a task which never had a process, or has ended,
 * does not answer at all (VS Code 1.139), and must not keep the others waiting.
 */
async function terminalOf(pids: ReadonlySet<number>): Promise<Terminal | undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Terminal | undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), TERMINALS_ANSWER_MS);
      for (const terminal of window.terminals) {
        void terminal.processId.then((pid) => pid !== undefined && pids.has(pid) && resolve(terminal));
      }
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Shows who launched a browser: its terminal or debug session where the editor has one, else its name and pid. */
export async function revealOwner(context: RowContext, node?: Node): Promise<void> {
  const owner = rowOf(node, context)?.shown.owned?.owner;
  if (!owner) return;
  if (owner.kind === 'debug') {
    await commands.executeCommand('workbench.debug.action.focusCallStackView');
    return;
  }
  const { identity } = owner;
  const { table } = context.watch;
  if (identity && table) {
    const chain = new Set([identity.pid, ...ancestorsOf(table, identity.pid).map(({ pid }) => pid)]);
    const terminal = await terminalOf(chain);
    if (terminal) {
      terminal.show();
      return;
    }
  }
  const living = identity && table?.processes.get(identity.pid);
  const commandLine = living && sameProcess(living, identity) ? maskCommandLine(living.commandLine).join(' ') : '';
  const copy = t('Copy Process ID');
  const message = plainText([owner.name, commandLine].filter(Boolean).join(': '), 300);
  const answer = await window.showInformationMessage(message, ...(identity ? [copy] : []));
  if (answer === copy && identity) await env.clipboard.writeText(String(identity.pid));
}

interface PageContext {
  readonly sessions: WindowSessions;
  readonly log: Log;
  readonly selected: () => Node | undefined;
}

interface PageOfSession {
  readonly session: SessionInfo;
  readonly part: RendererPart;
}

/** The page of a row: its own, or the first one in a renderer. */
function pageOf(node: Node | undefined, context: PageContext): PageOfSession | undefined {
  const row = (node ?? context.selected())?.row;
  if (row?.kind !== 'process' && row?.kind !== 'part') return undefined;
  const { session, pages } = row.shown;
  const parts = row.kind === 'part' ? [row.part] : (pages.get(row.sample.process.info.pid)?.parts ?? []);
  const part = parts.find(({ kind }) => kind === 'page');
  return session && part ? { session, part } : undefined;
}

/** Brings a page to the front of its browser. */
export async function focusPage(context: PageContext, node?: Node): Promise<void> {
  const page = pageOf(node, context);
  if (!page) return;
  await context.sessions.focusPage(page.session.id, page.part.id);
  if (page.session.browser.headless) {
    void window.showInformationMessage(t('This browser has no window: the page is now its active one.'));
  }
}

/**
 * Writes a page's heap snapshot to a file and opens it in the editor's own viewer.
 *
 * @param wanted where to write it, as an absolute path. Default: asks the user
 * @returns the file, or undefined when it was given up
 */
export async function capturePageSnapshot(
  context: PageContext,
  node?: Node,
  wanted?: string,
): Promise<string | undefined> {
  const page = pageOf(node, context);
  if (!page) return undefined;
  const name = plainText(page.part.title || page.part.url, 80);
  const file = wanted ?? (await chooseSnapshotFile(name));
  if (file === undefined) return undefined;
  await window.withProgress(
    { location: ProgressLocation.Notification, title: t("Capturing a heap snapshot of '{0}'…", name) },
    () => context.sessions.captureHeapSnapshot(page.session.id, file, page.part.id),
  );
  context.log.info(`Heap snapshot of '${name}' written to ${file}.`);
  await commands.executeCommand('vscode.open', Uri.file(file));
  return file;
}

interface LeftoverContext extends CleanUpContext {
  /** What is selected: commands from the keyboard come without a row. */
  readonly selected: () => Node | undefined;
}

function leftoverOf(context: LeftoverContext, node: Node | undefined): Leftover | undefined {
  const row = (node ?? context.selected())?.row;
  return row?.kind === 'leftover' ? row.leftover : undefined;
}

export async function removeLeftoverOf(context: LeftoverContext, node?: Node): Promise<void> {
  const leftover = leftoverOf(context, node);
  if (leftover) await removeLeftover(context, leftover);
}

/** In the system's file manager; where the editor has none (a browser), in a window of its own. */
export async function revealLeftover(context: LeftoverContext, node?: Node): Promise<void> {
  const leftover = leftoverOf(context, node);
  if (!leftover) return;
  const uri = Uri.file(leftover.path);
  const known = await commands.getCommands(true);
  if (known.includes('revealFileInOS')) await commands.executeCommand('revealFileInOS', uri);
  else await commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
}

export async function copyLeftoverPath(context: LeftoverContext, node?: Node): Promise<void> {
  const leftover = leftoverOf(context, node);
  if (leftover) await env.clipboard.writeText(leftover.path);
}

/** *Filter Processes…*: asks for words, unless they are given; nothing clears the filter. */
export async function filterInteractively(processes: ProcessesView, given?: unknown): Promise<void> {
  const filter =
    typeof given === 'string'
      ? given
      : await window.showInputBox({
          title: t('Filter Processes'),
          prompt: t('Words of a name, a page, an owner, or a process id. Nothing shows all again.'),
          value: processes.filter,
        });
  if (filter !== undefined) processes.setFilter(filter);
}

interface MenuState {
  readonly paused: boolean;
  readonly sessions: number;
}

/** The menu of the status bar item. */
export async function showMenu({ paused, sessions }: MenuState): Promise<void> {
  const items: (QuickPickItem & { readonly command: string })[] = [
    { label: `$(list-tree) ${t('Show Processes')}`, command: `${VIEWS.processes}.focus` },
    { label: `$(graph-line) ${t('Show Memory')}`, command: `${VIEWS.memory}.focus` },
    { label: `$(add) ${t('Launch Session…')}`, command: COMMANDS.launchSession },
    { label: `$(beaker) ${t('Check for Leaks…')}`, command: COMMANDS.checkUrl },
    { label: `$(trash) ${t('Clean Up Orphans…')}`, command: COMMANDS.cleanUpOrphans },
    ...(sessions > 0
      ? [{ label: `$(close-all) ${t('Close All Sessions')}`, command: COMMANDS.closeAllSessions as string }]
      : []),
    paused
      ? { label: `$(debug-continue) ${t('Resume Sampling')}`, command: COMMANDS.resume }
      : { label: `$(debug-pause) ${t('Pause Sampling')}`, command: COMMANDS.pause },
    { label: `$(output) ${t('Show Log')}`, command: COMMANDS.showLog },
  ];
  const chosen = await window.showQuickPick(items, { title: 'Leakwright', placeHolder: t('Browsers and leaks') });
  if (chosen) await commands.executeCommand(chosen.command);
}
