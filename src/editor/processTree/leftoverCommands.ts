import { Uri, commands, env } from 'vscode';
import type { Leftover } from '../../browsers/index.ts';
import { removeLeftover } from '../cleaning/cleanUpLeftovers.ts';
import type { CleanUpRoom } from '../cleaning/cleanUp.ts';
import type { Node } from './nodeStore.ts';

interface LeftoverRoom extends CleanUpRoom {
  /** What is selected: commands from the keyboard come without a row. */
  readonly selected: () => Node | undefined;
}

function leftoverOf(room: LeftoverRoom, node: Node | undefined): Leftover | undefined {
  const row = (node ?? room.selected())?.row;
  return row?.kind === 'leftover' ? row.leftover : undefined;
}

export async function removeLeftoverOf(room: LeftoverRoom, node?: Node): Promise<void> {
  const leftover = leftoverOf(room, node);
  if (leftover) await removeLeftover(room, leftover);
}

/** In the system's file manager; where the editor has none (a browser), in a window of its own. */
export async function revealLeftover(room: LeftoverRoom, node?: Node): Promise<void> {
  const leftover = leftoverOf(room, node);
  if (!leftover) return;
  const uri = Uri.file(leftover.path);
  const known = await commands.getCommands(true);
  if (known.includes('revealFileInOS')) await commands.executeCommand('revealFileInOS', uri);
  else await commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: true });
}

export async function copyLeftoverPath(room: LeftoverRoom, node?: Node): Promise<void> {
  const leftover = leftoverOf(room, node);
  if (leftover) await env.clipboard.writeText(leftover.path);
}
