import { Uri, commands, env } from 'vscode';
import type { Leftover } from '../../browsers/index.ts';
import { removeLeftover } from '../cleaning/cleanUpLeftovers.ts';
import type { CleanUpContext } from '../cleaning/cleanUp.ts';
import type { Node } from './nodeStore.ts';

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
