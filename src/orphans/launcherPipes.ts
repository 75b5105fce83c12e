import { readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../support/index.ts';
import { hasNoReader } from './pipeReaders.ts';

/**
 * What became of the other ends of a process's standard streams.
 * - `closed`: the launcher no longer holds its end of the pipe: it has ended (or closed the pipe, which is rare)
 * - `held`: a living process has the other end
 * - `none`: it was launched without pipes (`/dev/null`, a file, a terminal), which proves nothing
 */
export type LauncherPipes = 'closed' | 'held' | 'none';

/**
 * Node connects a child's streams with socket pairs, most others with pipes; for both the kernel shows whether the other end
 * is open, in whatever container or for whatever user that end may be.
 *
 * Of a socket pair: `RefCount` in `/proc/PID/net/unix` is 3 while both ends are open (the descriptor's, the peer's, the
 * listing's own) and 2 afterwards (*measured on Linux 6.18*). Of pipes: whether any process has them open for reading
 * (`pipeReaders.ts`). A pipe that is held says little: a browser inherits the one its whole job writes into. Of one that is not,
 * only where a program made the pipes: `chromium 2>&1 | grep -m1 listening` is a line of a script that goes on.
 *
 * Streams that its parent has as well are inherited, and prove nothing about the launcher.
 *
 * @returns undefined where the descriptors may not be read
 */
export async function launcherPipes(
  { pid, ppid }: { readonly pid: number; readonly ppid?: number },
  proc = '/proc',
): Promise<LauncherPipes | undefined> {
  const inherited = new Set(ppid === undefined ? [] : await streamsOf(join(proc, String(ppid))));
  const folder = join(proc, String(pid));
  let listing: string | undefined;
  let readable = false;
  let closed = false;
  const pipes = new Map<number, string>();
  for (const fd of [0, 1, 2]) {
    let target: string;
    try {
      target = await readlink(join(folder, 'fd', String(fd)));
    } catch (error) {
      if (errnoOf(error) === 'EACCES') return undefined;
      continue;
    }
    readable = true;
    if (inherited.has(target)) continue;
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) {
      listing ??= await readFile(join(folder, 'net', 'unix'), 'utf8').catch(() => '');
      const state = peerOf(listing, inode);
      if (state === 'held') return 'held';
      if (state === 'closed') closed = true;
    } else if (target.startsWith('pipe:')) {
      pipes.set(fd, target);
    }
  }
  if (!readable) return undefined;
  if (closed) return 'closed';
  const written = [1, 2].filter((fd) => pipes.has(fd));
  if (!areOfProgram(pipes) || (await holdsAny(ppid, pipes, proc))) return 'none';
  const unread = await Promise.all(written.map((fd) => hasNoReader(join(folder, 'fd', String(fd)))));
  return unread.every(Boolean) ? 'closed' : 'none';
}

/** A shell connects a program's errors with its output, if at all, and gives one in the background no pipe to read from. */
function areOfProgram(pipes: ReadonlyMap<number, string>): boolean {
  const [input, output, errors] = [0, 1, 2].map((fd) => pipes.get(fd));
  if (output === undefined && errors === undefined) return false;
  return input !== undefined || (output !== undefined && errors !== undefined && output !== errors);
}

/** Whether its parent has an end of one of these pipes, as a launcher has. */
async function holdsAny(ppid: number | undefined, pipes: ReadonlyMap<number, string>, proc: string): Promise<boolean> {
  if (ppid === undefined) return false;
  const folder = join(proc, String(ppid), 'fd');
  const wanted = new Set(pipes.values());
  for (const fd of await readdir(folder).catch(() => []))
    if (wanted.has(await readlink(join(folder, fd)).catch(() => ''))) return true;
  return false;
}

/** Where `--remote-debugging-pipe` has Chromium write its answers; it reads from 3. */
const ANSWERS = 4;

/** Whether a process other than the browser reads what it answers; undefined where its descriptors may not be read. */
export async function ordersHeld({ pid }: { readonly pid: number }, proc = '/proc'): Promise<boolean | undefined> {
  const folder = join(proc, String(pid));
  const path = join(folder, 'fd', String(ANSWERS));
  const target = await readlink(path).catch(() => undefined);
  if (target?.startsWith('pipe:')) return !(await hasNoReader(path));
  const inode = /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1];
  if (inode === undefined) return undefined;
  return peerOf(await readFile(join(folder, 'net', 'unix'), 'utf8').catch(() => ''), inode) === 'held';
}

async function streamsOf(folder: string): Promise<string[]> {
  const links = [0, 1, 2].map((fd) => readlink(join(folder, 'fd', String(fd))).catch(() => undefined));
  return (await Promise.all(links)).filter((link) => link !== undefined);
}

const CONNECTED = '03';

/** `Num RefCount Protocol Flags Type St Inode Path`; a socket with a path is a service and no pair. */
export function peerOf(listing: string, inode: string): 'held' | 'closed' | undefined {
  const row = new RegExp(String.raw`^\S+: ([0-9A-F]+) \S+ \S+ \S+ (\S+) +${inode}$`, 'm').exec(listing);
  if (!row || row[2] !== CONNECTED) return undefined;
  return Number.parseInt(row[1]!, 16) >= 3 ? 'held' : 'closed';
}
