import { type CleanUpOptions, type CleanUpPlan, type OwnedTree, planCleanUp } from '../orphans/index.ts';
import { createProcessReader } from '../processes/index.ts';
import { plainText } from '../support/index.ts';
import { type CleanCommandOptions, type CleanUpScope, SOMETHING_LEFT, carryOut } from './cleanCommand.ts';
import type { TerminalIo } from './io.ts';

export type KillCommandOptions = Omit<CleanCommandOptions, 'dryRun'>;

/**
 * `leakwright kill PID`: ends the browser tree that has this process, or a server that has lost its client. Prints its owner first. One with a living owner is
 * ended as well, since the user named its pid. A person's own browser, another user's, and other programs are refused.
 *
 * @returns the exit code: 0 nothing is left of it, 2 something is or it was refused
 * @throws LeakwrightError when processes cannot be read
 */
export async function runKill(
  pid: number,
  options: KillCommandOptions,
  io: TerminalIo,
  signal: AbortSignal,
  scope: CleanUpScope = {},
): Promise<number> {
  const engine: CleanUpOptions = { ...scope, reader: scope.reader ?? createProcessReader() };
  const plan = await planCleanUp({ ...engine, withServers: true });
  signal.throwIfAborted();
  const target = plan.trees.find(({ owned }) => owned.tree.processes.some(({ info }) => info.pid === pid));
  const refusal = target ? refusalOf(target.owned, engine) : await whyNoTree(pid, engine);
  const chosen: CleanUpPlan = {
    trees: target ? [{ ...target, action: refusal === undefined ? 'end' : 'leave' }] : [],
    // Only what this tree leaves is removed after it.
    leftovers: plan.leftovers.map((planned) => ({ ...planned, action: 'leave' })),
    issues: refusal === undefined ? plan.issues : [...plan.issues, refusal],
  };
  if (refusal === undefined) return await carryOut(chosen, options, io, signal, engine);
  if (options.json) await carryOut(chosen, options, io, signal, engine);
  else io.err(`leakwright: ${refusal}\n`);
  return SOMETHING_LEFT;
}

function refusalOf(
  { status, tree }: OwnedTree,
  { ownUid = process.getuid?.() ?? -1 }: CleanUpOptions,
): string | undefined {
  const name = `${plainText(tree.product, 40)} (pid ${tree.root.pid})`;
  if (status === 'personal') return `${name} is a person’s own browser, and those are never ended. Close its window.`;
  if (ownUid !== -1 && tree.root.uid !== -1 && tree.root.uid !== ownUid)
    return `${name} belongs to another user (uid ${tree.root.uid}).`;
  return undefined;
}

async function whyNoTree(pid: number, { reader }: CleanUpOptions): Promise<string> {
  const info = await reader.readProcess(pid);
  if (!info) return `No process ${pid} is running.`;
  return `${plainText(info.name, 40)} (pid ${pid}) is no part of a browser.`;
}
