import type { Uri } from 'vscode';
import type { SessionInfo } from '../../sessions/index.ts';
import { COMMANDS, type CommandId } from '../contributions.ts';
import { onDemand } from '../lazyBundles.ts';
import type { Node } from '../processTree/nodeStore.ts';
import type { attachInteractively } from './attachFlow.ts';
import { type SnapshotWish, captureHeapSnapshot } from './captureSnapshot.ts';
import { launchInteractively } from './launchFlow.ts';
import type { SavedSession } from './savedSessions.ts';
import {
  type CommandContext,
  closeAllInteractively,
  closeInteractively,
  copySessionEndpoint,
  openUrl,
} from './sessionCommands.ts';

/** What keybindings, other commands and notifications give instead of a row: a session by its id, and more. */
interface Given extends SnapshotWish {
  readonly session?: string;
  readonly url?: string;
}

type Command = (id: CommandId, run: (...args: never[]) => unknown) => void;

/**
 * The commands of managed sessions. Each works on the row it is called from, on what it is given, or on what it asks for.
 *
 * @param copyPort copies the address of a browser that is no session
 */
export function registerSessionCommands(
  command: Command,
  context: CommandContext & Parameters<typeof attachInteractively>[0],
  copyPort: (node: Node) => Promise<void>,
): void {
  const sessionOf = (of?: Node | Given): SessionInfo | undefined => {
    if (!of) return undefined;
    if ('row' in of) return sessionOfRow(of);
    return context.sessions.sessions.find(({ id }) => id === of.session);
  };
  const given = (of?: Node | Given): Given => (of && !('row' in of) ? of : {});

  command(COMMANDS.launchSession, (what?: string | Partial<SavedSession>) => launchInteractively(context, what));
  command(COMMANDS.attachSession, (target?: Parameters<typeof attachInteractively>[1]) =>
    onDemand().attachInteractively(context, target),
  );
  command(COMMANDS.openUrlInSession, (of?: Node | Given) => openUrl(context, sessionOf(of), given(of).url));
  command(COMMANDS.runScriptInSession, (script?: Uri) => onDemand().runScript(context, script));
  command(COMMANDS.debugScriptInSession, (script?: Uri) => onDemand().debugScript(context, script));
  command(COMMANDS.captureHeapSnapshot, (of?: Node | Given) => captureHeapSnapshot(context, sessionOf(of), given(of)));
  command(COMMANDS.copyEndpoint, (node?: Node) =>
    node && !sessionOf(node) ? copyPort(node) : copySessionEndpoint(context, sessionOf(node)),
  );
  command(COMMANDS.closeSession, (of?: Node | Given) => closeInteractively(context, sessionOf(of)));
  command(COMMANDS.closeAllSessions, () => closeAllInteractively(context));
}

/** The session that a row shows, or shows a part of. */
function sessionOfRow({ row }: Node): SessionInfo | undefined {
  if (row.kind === 'session' || row.kind === 'holdings') return row.session;
  return 'shown' in row ? row.shown.session : undefined;
}
