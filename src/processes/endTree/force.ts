import { type ProcessIdentity, type ProcessInfo, type ProcessReader, identityKey } from '../process.ts';
import { type SendSignal, killGroup, signalProcess } from './signals.ts';

/** How the forced step was done. */
export type ForcedStep = 'group' | 'processes' | 'treeKill';

/** A tree that keeps forking is frozen layer by layer; a deeper one than this is killed as far as it is known. */
const MOST_FREEZE_ROUNDS = 50;

export interface ForceProcessesOptions {
  readonly reader: ProcessReader;
  readonly send: SendSignal;
  /** A process group that holds members only, or undefined. */
  readonly groupId: number | undefined;
  /** The members that live now. */
  readonly look: () => Promise<ProcessInfo[]>;
  readonly isLate: () => boolean;
  readonly onStep: (how: ForcedStep, living: number) => void;
}

/**
 * SIGKILL to all members: by group in one call where there is one, and whoever is left each by itself. Killing one by one
 * can be outrun: a member that forks after we looked and dies before we look again leaves a child nobody can tie to the
 * tree. So they are stopped first, parents and newcomers alike, until a look finds nobody new, and only then killed.
 *
 * @returns all that were known to live and are to be dead soon
 */
export async function forceProcesses(
  living: readonly ProcessInfo[],
  options: ForceProcessesOptions,
): Promise<readonly ProcessInfo[]> {
  const { reader, send } = options;
  let killedGroup: number | undefined;
  if (options.groupId !== undefined) {
    const inhabitants = living.filter((info) => info.groupId === options.groupId);
    if ((await killGroup(reader, send, options.groupId, inhabitants)) === 'sent') {
      killedGroup = options.groupId;
      options.onStep('group', living.length);
    }
    living = await options.look();
  }
  if (living.length === 0) return living;

  // Who got the group's SIGKILL is dying and cannot be stopped; only the others can fork on.
  const isDying = (info: ProcessInfo) => info.groupId === killedGroup;
  const stopped = new Set<string>();
  for (let round = 0; round < MOST_FREEZE_ROUNDS && !options.isLate(); round += 1) {
    const free = living.filter((info) => !isDying(info) && !stopped.has(identityKey(info)));
    if (free.length === 0) break;
    for (const info of free) {
      stopped.add(identityKey(info));
      if (info.state !== 'stopped') await signalProcess(reader, send, info, 'SIGSTOP');
    }
    living = await options.look();
  }
  const rest = living.filter((info) => !isDying(info));
  if (rest.length === 0) return living;
  options.onStep('processes', rest.length);
  for (const info of rest) await signalProcess(reader, send, info, 'SIGKILL');
  return living;
}

/** Windows: `taskkill /T /F` through tree-kill on the root, then each process that is left, after identity checks. */
export async function forceByTreeKill(
  root: ProcessIdentity,
  living: readonly ProcessInfo[],
  reader: ProcessReader,
  send: SendSignal,
  treeKill: (pid: number) => Promise<void> = defaultTreeKill,
): Promise<void> {
  const now = await reader.readProcess(root.pid);
  if (now && now.startTime === root.startTime) {
    try {
      await treeKill(root.pid);
    } catch {
      // taskkill fails when one process of the tree went first: what is left is ended below.
    }
  }
  for (const info of living) await signalProcess(reader, send, info, 'SIGKILL');
}

async function defaultTreeKill(pid: number): Promise<void> {
  const { default: treeKill } = await import('tree-kill');
  await new Promise<void>((resolve, reject) => {
    treeKill(pid, 'SIGKILL', (error) => (error ? reject(error) : resolve()));
  });
}
