import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The kernel's first pid namespace has this inode number on every machine (`PROC_PID_INIT_INO`, include/linux/proc_ns.h). */
const FIRST = 'pid:[4026531836]';

/**
 * The pid namespace that we count pids in, as `pid:[4026531836]`; undefined where there is none (not Linux). A pid and its
 * start time mean a process only together with the boot and this.
 */
export function readPidNamespace(root = '/proc'): string | undefined {
  return namespaceOf(root, 'self');
}

/**
 * Whether every process of this machine is in our table: not so in a container, where others may use the same files. Hidden
 * processes of other users (hidepid) do not matter, since only their owner's processes use the files in question.
 */
export function seesAllProcesses(root = '/proc'): boolean {
  const own = readPidNamespace(root);
  return own === undefined || own === FIRST;
}

/** Whether a process of that namespace lives; undefined where not all processes can be seen. */
export function pidNamespaceLives(namespace: string, root = '/proc'): boolean | undefined {
  if (!seesAllProcesses(root)) return undefined;
  return readdirSync(root).some((name) => /^\d+$/.test(name) && namespaceOf(root, name) === namespace);
}

function namespaceOf(root: string, pid: string): string | undefined {
  try {
    return readlinkSync(join(root, pid, 'ns', 'pid'));
  } catch {
    // Ended, another user's, or no Linux.
    return undefined;
  }
}
