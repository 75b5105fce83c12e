import type { Clock } from '../../support/index.ts';
import { type ProcessIdentity, type ProcessInfo, type ProcessReader, identityKey } from '../process.ts';
import { type SendSignal, killGroup, signalProcess } from './signals.ts';

/** How the forced step was done. */
export type ForcedStep = 'group' | 'processes' | 'treeKill';

/** A tree that keeps forking is frozen layer by layer; a deeper one than this is killed as far as it is known. */
const MOST_FREEZE_ROUNDS = 50;
/** A process that waits for a disk cannot be stopped before that answers: it is not waited for longer than this. */
const MOST_STOPPING_MS = 500;
const STOPPING_POLL_MS = 2;

export interface ForceProcessesOptions {
  readonly reader: ProcessReader;
  readonly send: SendSignal;
  /** A process group that holds members only, or undefined. */
  readonly groupId: number | undefined;
  /** The members that live now. */
  readonly look: () => Promise<ProcessInfo[]>;
  readonly isLate: () => boolean;
  readonly clock: Clock;
  readonly onStep: (how: ForcedStep, living: number) => void;
}

/**
 * SIGKILL to all members: by group in one call where there is one, then each remaining member by itself. A member that forks
 * after one sample and dies before the next would leave a child without a link to the tree, so all members, new ones
 * included, are stopped (SIGSTOP) before they are killed.
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

  // Members that got the group's SIGKILL are dying and cannot be stopped; only the others can still fork.
  const isDying = (info: ProcessInfo) => info.groupId === killedGroup;
  living = await freeze(living, isDying, options);
  const rest = living.filter((info) => !isDying(info));
  if (rest.length === 0) return living;
  options.onStep('processes', rest.length);
  for (const info of rest) await signalProcess(reader, send, info, 'SIGKILL');
  return living;
}

/**
 * Stops all members that are not dying, and new ones as they appear. Done when a sample that began after all were seen
 * stopped finds no new member: a signal arrives some time after it was sent, and a fork that is under way then still makes a
 * child.
 *
 * @returns the members that live then
 */
async function freeze(
  living: readonly ProcessInfo[],
  isDying: (info: ProcessInfo) => boolean,
  { reader, send, look, isLate, clock }: ForceProcessesOptions,
): Promise<readonly ProcessInfo[]> {
  const asked = new Set<string>();
  const stopping = new Set<string>();
  let allWereStopped = false;
  let askedAt = clock.monotonic();
  let rounds = 0;
  while (rounds < MOST_FREEZE_ROUNDS && !isLate()) {
    const free = living.filter((info) => !isDying(info) && !asked.has(identityKey(info)));
    if (free.length > 0) {
      rounds += 1;
      for (const info of free) {
        asked.add(identityKey(info));
        if (info.state === 'stopped') continue;
        if ((await signalProcess(reader, send, info, 'SIGSTOP')) === 'sent') stopping.add(identityKey(info));
      }
      askedAt = clock.monotonic();
      allWereStopped = false;
    } else if (allWereStopped) {
      break;
    } else {
      const moving = living.some((info) => info.state !== 'stopped' && stopping.has(identityKey(info)));
      allWereStopped = !moving || clock.monotonic() - askedAt >= MOST_STOPPING_MS;
      if (!allWereStopped) await clock.sleep(STOPPING_POLL_MS);
    }
    living = await look();
  }
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
      // taskkill fails when one process of the tree ended before; the remaining ones are ended below.
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
