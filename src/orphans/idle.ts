import { type BrowserTree, type Evidence, changedAtMs } from '../browsers/index.ts';
import { formatDuration } from '../support/index.ts';
import type { TreeProbe } from './clients.ts';
import type { TreeObservation } from './observations.ts';

/** How long a browser has been idle, and the evidence for it. */
export interface Idle {
  readonly forMs: number;
  readonly evidence: Evidence;
}

/**
 * How long a browser has stood still: since it started, since anything in its profile changed, and since it was seen to work.
 * An open connection alone does not count as work (agents keep theirs for days) and is shown beside it; one that was just closed does.
 *
 * @param now ms since the epoch
 */
export async function idleOf(
  tree: BrowserTree,
  probe: TreeProbe,
  observation: TreeObservation | undefined,
  now: number,
): Promise<Idle> {
  const profile = tree.profile && tree.profile.kind !== 'default' ? tree.profile.path : '';
  const changedAt = profile === '' ? undefined : await changedAtMs(profile);
  const usedAt = ((await probe.countLateClients?.(tree)) ?? 0) > 0 ? now : 0;
  const since = Math.max(tree.root.startedAtMs, changedAt ?? 0, observation?.lastBusyAt ?? 0, usedAt);
  const forMs = Math.max(0, now - since);
  const clients = await probe.countClients(tree);
  const connected =
    clients === undefined
      ? tree.transport.kind === 'pipe'
        ? 'its launcher holds its pipe'
        : 'its connections cannot be read'
      : clients === 0
        ? 'no client is connected to it'
        : `${clients === 1 ? 'a program is' : `${clients} programs are`} connected to it`;
  const files = changedAt === undefined ? '' : ', nothing in its profile has changed';
  return { forMs, evidence: { source: 'idle', fact: `Idle for ${formatDuration(forMs)}${files}; ${connected}` } };
}
