import { type ProcessIdentity, type ProcessInfo, type ProcessTable, sameProcess } from './process.ts';

/** Older first; of those started in one tick, the smaller pid first. */
export function byStart(a: ProcessInfo, b: ProcessInfo): number {
  return a.startTime - b.startTime || a.pid - b.pid;
}

const childrenByTable = new WeakMap<ProcessTable, ReadonlyMap<number, readonly ProcessInfo[]>>();

/** Children by the parent's pid. Made once a table: every question about a tree starts here. */
function childrenIndex(table: ProcessTable): ReadonlyMap<number, readonly ProcessInfo[]> {
  let index = childrenByTable.get(table);
  if (!index) {
    const children = new Map<number, ProcessInfo[]>();
    for (const process of table.processes.values()) {
      if (process.ppid === process.pid) continue;
      const siblings = children.get(process.ppid);
      if (siblings) siblings.push(process);
      else children.set(process.ppid, [process]);
    }
    for (const siblings of children.values()) siblings.sort(byStart);
    index = children;
    childrenByTable.set(table, index);
  }
  return index;
}

/** The children of a pid, in the order they started. */
export function childrenOf(table: ProcessTable, pid: number): readonly ProcessInfo[] {
  return childrenIndex(table).get(pid) ?? [];
}

/**
 * All that descends from a process, without itself, parents before their children. Works for pids in any order, since
 * wrapped pids give children smaller numbers than their parents; cycles, which only a torn sample can have, end.
 *
 * @param stopAt children for which this is true are left out with all below them
 */
export function descendantsOf(
  table: ProcessTable,
  pid: number,
  stopAt: (process: ProcessInfo) => boolean = () => false,
): ProcessInfo[] {
  const index = childrenIndex(table);
  const found: ProcessInfo[] = [];
  const seen = new Set([pid]);
  const queue = [pid];
  for (let next = 0; next < queue.length; next += 1) {
    for (const child of index.get(queue[next]!) ?? []) {
      if (seen.has(child.pid) || stopAt(child)) continue;
      seen.add(child.pid);
      found.push(child);
      queue.push(child.pid);
    }
  }
  return found;
}

/** The parent, its parent and so on, nearest first. */
export function ancestorsOf(table: ProcessTable, pid: number): ProcessInfo[] {
  const found: ProcessInfo[] = [];
  const seen = new Set([pid]);
  let current = table.processes.get(pid);
  while (current && !seen.has(current.ppid)) {
    seen.add(current.ppid);
    current = table.processes.get(current.ppid);
    if (current) found.push(current);
  }
  return found;
}

/**
 * The processes that end together with `root`: itself first, its descendants, all of its session when it leads one, and all
 * of its group when it leads one. So a child that lost its parent is still found. Empty when the root is not in the
 * table under this identity.
 *
 * Only a session or group that the root leads counts: a root in another process's group (chromedriver's browser, anything
 * started from a shell without job control) does not make the others in it part of the tree.
 */
export function membersOf(table: ProcessTable, root: ProcessIdentity): ProcessInfo[] {
  const process = table.processes.get(root.pid);
  if (!process || !sameProcess(process, root)) return [];
  const members = new Map<number, ProcessInfo>([[process.pid, process]]);
  const add = (member: ProcessInfo) => {
    if (members.has(member.pid)) return;
    members.set(member.pid, member);
    for (const descendant of descendantsOf(table, member.pid, (child) => members.has(child.pid)))
      members.set(descendant.pid, descendant);
  };
  for (const descendant of descendantsOf(table, process.pid)) members.set(descendant.pid, descendant);
  for (const other of table.processes.values()) {
    if (
      (process.sessionId === process.pid && other.sessionId === process.pid) ||
      (process.groupId === process.pid && other.groupId === process.pid)
    )
      add(other);
  }
  return [...members.values()];
}
