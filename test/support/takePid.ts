import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type ProcessIdentity, createProcessReader } from '../../src/processes/index.ts';

/**
 * Starts a process with just this pid, which another had before it, where the kernel lets us say which pid comes next;
 * undefined where it does not.
 */
export async function takePid({ pid, startTime }: ProcessIdentity): Promise<ChildProcess | undefined> {
  const reader = createProcessReader();
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
    } catch {
      return undefined;
    }
    const child = spawn('sleep', ['300'], { stdio: 'ignore' });
    // The kernel's start stamp has ticks of 10 ms: within one the two could not be told apart.
    if (child.pid === pid && (await reader.readProcess(pid))?.startTime !== startTime) return child;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
  return undefined;
}
