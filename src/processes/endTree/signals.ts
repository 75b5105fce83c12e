import { errnoOf } from '../../support/index.ts';
import { type ProcessIdentity, type ProcessReader, sameProcess } from '../process.ts';

/** How signals are sent; `process.kill` outside of tests. A negative pid names a process group. */
export type SendSignal = (pid: number, signal: NodeJS.Signals) => void;

/** What became of one signal: `gone` also when the pid belongs to another process by now. */
export type SignalOutcome = 'sent' | 'gone' | 'forbidden';

/**
 * Sends a signal to exactly this process: its start time is read again right before. Node has no pidfd, so some ten
 * microseconds stay between the look and the signal; for a wrong hit the kernel would have to go through all pids in them.
 */
export async function signalProcess(
  reader: ProcessReader,
  send: SendSignal,
  target: ProcessIdentity,
  signal: NodeJS.Signals,
): Promise<SignalOutcome> {
  if (!(await reader.lives(target))) return 'gone';
  return deliver(send, target.pid, signal);
}

/**
 * SIGKILL to a whole process group in one system call, which no fork can outrun. Only when one of `inhabitants` is still
 * the same process and still in the group: then the number cannot have come to mean another group.
 */
export async function killGroup(
  reader: ProcessReader,
  send: SendSignal,
  groupId: number,
  inhabitants: readonly ProcessIdentity[],
): Promise<SignalOutcome> {
  for (const inhabitant of inhabitants) {
    const now = await reader.readProcess(inhabitant.pid);
    if (now && sameProcess(now, inhabitant) && now.groupId === groupId) return deliver(send, -groupId, 'SIGKILL');
  }
  return 'gone';
}

function deliver(send: SendSignal, pid: number, signal: NodeJS.Signals): SignalOutcome {
  try {
    send(pid, signal);
    return 'sent';
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return 'gone';
    if (errnoOf(error) === 'EPERM') return 'forbidden';
    throw error;
  }
}
