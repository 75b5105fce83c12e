import { readFileSync, readdirSync } from 'node:fs';
import treeKill from 'tree-kill';

/**
 * Processes of one test run, found by a mark in their environment: children inherit it whoever adopts them, so what was
 * double-forked or lost its parent is found as well. Written apart from src/processes on purpose: it judges that code.
 */
export interface OwnedProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly commandLine: string;
}

export const MARK = 'LEAKWRIGHT_EDITOR_RUN';

/** Living processes (zombies are dead) with this mark, ourselves left out. Linux only: elsewhere it is empty. */
export function processesMarked(mark: string, variable = MARK): OwnedProcess[] {
  if (process.platform !== 'linux') return [];
  const wanted = `${variable}=${mark}`;
  const found: OwnedProcess[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(wanted)) continue;
      // The name may hold spaces and parentheses: the fields begin after its last ')'.
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z' || state === 'X') continue;
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      found.push({ pid, ppid: Number(ppid), commandLine });
    } catch {
      // Gone meanwhile, or another user's.
    }
  }
  return found;
}

/** All descendants of a pid, in no order. Linux only. */
export function descendantsOf(pid: number): number[] {
  if (process.platform !== 'linux') return [];
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(ppid, [...(children.get(ppid) ?? []), Number(name)]);
    } catch {
      // Gone meanwhile.
    }
  }
  const found: number[] = [];
  const queue = [...(children.get(pid) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    found.push(next);
    queue.push(...(children.get(next) ?? []));
  }
  return found;
}

/** Ends everything of a run with SIGKILL, until nothing of it lives. Returns what had to be ended. */
export async function endProcesses(rootPid: number, mark: string): Promise<OwnedProcess[]> {
  if (process.platform !== 'linux') {
    await new Promise<void>((done) => treeKill(rootPid, 'SIGKILL', () => done()));
    return [];
  }
  const ended: OwnedProcess[] = [];
  const descendants = descendantsOf(rootPid);
  for (;;) {
    const alive = processesMarked(mark);
    if (alive.length === 0) break;
    for (const one of alive) {
      if (!ended.some((other) => other.pid === one.pid)) ended.push(one);
      kill(one.pid);
    }
    await new Promise((done) => setTimeout(done, 20));
  }
  // Chromium's children write their title over their environment; they die with their browser, which bears the mark.
  for (const pid of descendants) {
    if (isAlive(pid)) kill(pid);
  }
  return ended;
}

/** Whether it lives; a zombie is dead. Linux only. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    return false;
  }
}

/** Sends a signal to a process, or to a group (`-pid`), which may end by itself at any moment. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
