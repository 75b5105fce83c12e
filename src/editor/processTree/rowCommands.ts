import { type Terminal, commands, env, window } from 'vscode';
import { ancestorsOf, sameProcess } from '../../processes/index.ts';
import { maskCommandLine, plainText } from '../../support/index.ts';
import { type CleanUpContext, endTrees } from '../cleaning/cleanUp.ts';
import { removeLeftover } from '../cleaning/cleanUpLeftovers.ts';
import type { SessionInfo } from '../../sessions/index.ts';
import { quoteWord } from '../managed/shellWords.ts';
import { t } from '../translate.ts';
import type { Node } from './nodeStore.ts';
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

function processOf(row: TreeOrProcess) {
  // Of helpers together: their browser.
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
  const row = rowOf(node, context);
  if (row) await env.clipboard.writeText(String(processOf(row).pid));
}

export async function copyCommandLine(context: RowContext, node?: Node): Promise<void> {
  const row = rowOf(node, context);
  if (!row) return;
  const { commandLine, name } = processOf(row);
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
