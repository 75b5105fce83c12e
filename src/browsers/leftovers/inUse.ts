import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errnoOf, plainText } from '../../support/index.ts';
import { type ProcessInfo, type ProcessTable, isAlive } from '../../processes/index.ts';
import { recogniseProgram } from '../programs.ts';

/** True when `text` has `path` in it as a whole: not as the beginning of a longer name. */
function namesPath(text: string, path: string): boolean {
  for (let at = text.indexOf(path); at !== -1; at = text.indexOf(path, at + 1)) {
    const next = text[at + path.length];
    if (next === undefined || !/[\w.-]/.test(next)) return true;
  }
  return false;
}

/** The living process that has one of the paths on its command line, or undefined. */
export function processNaming(table: ProcessTable, paths: readonly string[]): ProcessInfo | undefined {
  for (const info of table.processes.values()) {
    if (info.state === 'zombie') continue;
    if (info.commandLine.some((argument) => paths.some((path) => namesPath(argument, path)))) return info;
  }
  return undefined;
}

/**
 * Why the profile's own lock says that it is in use, or undefined. Chromium's `SingletonLock` is a link to `host-pid`,
 * Firefox's `lock` one to `address:+pid`. A pid on another host sharing the folder cannot be looked up from here.
 */
export async function lockHolder(
  folder: string,
  table: ProcessTable,
  host: string = hostname(),
): Promise<string | undefined> {
  const singleton = await linkIn(folder, 'SingletonLock');
  if (singleton !== undefined) {
    const [, owner, pid] = /^(.*)-(\d+)$/.exec(singleton) ?? [];
    if (owner === undefined) return `its SingletonLock says '${plainText(singleton, 60)}', which is not a process`;
    if (owner !== host) return `its SingletonLock is held on another host ('${plainText(owner, 60)}')`;
    if (isAlive(table.processes.get(Number(pid)))) return `its SingletonLock is held by pid ${pid}`;
  }
  const firefox = await linkIn(folder, 'lock');
  const pid = firefox === undefined ? undefined : /:\+?(\d+)$/.exec(firefox)?.[1];
  if (pid !== undefined && isAlive(table.processes.get(Number(pid)))) return `its lock is held by pid ${pid}`;
  return undefined;
}

export type Life = 'alive' | 'dead' | 'unproven';

/**
 * Whether a Chromium runs on a profile (or on the folder of its singleton socket), asked of the browser itself: it listens
 * on a socket, which answers from any container that shares the files. A Chromium that ended by itself has taken its lock
 * away and left what only a finished start writes. `unproven` for other folders, and where the socket is out of reach.
 */
export async function lifeOf(folder: string): Promise<Life> {
  const socket = join(folder, 'SingletonSocket');
  const link = await linkIn(folder, 'SingletonSocket');
  const answer = await connectTo(link ?? socket);
  if (answer !== 'absent') return answer;
  if (link !== undefined || (await linkIn(folder, 'SingletonLock')) !== undefined) return 'unproven';
  const finished = await lstat(join(folder, 'Last Version')).then(
    () => true,
    () => false,
  );
  return finished ? 'dead' : 'unproven';
}

/** A hung browser accepts as well: the kernel does it for it. */
async function connectTo(path: string): Promise<Life | 'absent'> {
  return await new Promise((resolve) => {
    const socket = connect({ path });
    const end = (answer: Life | 'absent') => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(500, () => end('unproven'));
    socket.once('connect', () => end('alive'));
    socket.once('error', (error) => {
      const code = errnoOf(error);
      end(code === 'ECONNREFUSED' ? 'dead' : code === 'ENOENT' || code === 'ENOTSOCK' ? 'absent' : 'unproven');
    });
  });
}

async function linkIn(folder: string, name: string): Promise<string | undefined> {
  return await readlink(join(folder, name)).catch(() => undefined);
}

/**
 * The paths of all sockets that a living process has bound, from `/proc/net/unix`; undefined where there is none to ask
 * (not Linux), which is not the same as "no socket".
 */
export async function boundSockets(file = '/proc/net/unix'): Promise<readonly string[] | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    // Num RefCount Protocol Flags Type St Inode Path
    return text.split('\n').flatMap((line) => /^\S+(?: +\S+){6} +(\/.*)$/.exec(line)?.[1] ?? []);
  } catch {
    return undefined;
  }
}

/** Living WebDriver programs. */
export function runningDrivers(table: ProcessTable): ProcessInfo[] {
  return [...table.processes.values()].filter(
    (info) => info.state !== 'zombie' && recogniseProgram(info)?.role === 'driver',
  );
}

/** Living Java programs, by the name of their runtime. */
export function runningJavaPrograms(table: ProcessTable): ProcessInfo[] {
  return [...table.processes.values()].filter(
    ({ state, name, commandLine }) =>
      state !== 'zombie' && [name, ...commandLine.slice(0, 1)].some((one) => /(?:^|[/\\])javaw?(?:\.exe)?$/.test(one)),
  );
}

/**
 * The living main processes of everything built on Chromium: browsers, and the parents of `--type=` processes, which finds
 * Electron apps too.
 */
export function runningChromiumApps(table: ProcessTable): ProcessInfo[] {
  const mains = new Set<ProcessInfo>();
  for (const info of table.processes.values()) {
    if (info.state === 'zombie') continue;
    if (recogniseProgram(info)?.role === 'browser') mains.add(info);
    if (!isChromiumChild(info)) continue;
    let parent = table.processes.get(info.ppid);
    while (parent && isChromiumChild(parent)) parent = table.processes.get(parent.ppid);
    if (parent && parent.pid > 1) mains.add(parent);
  }
  return [...mains];
}

function isChromiumChild(info: ProcessInfo): boolean {
  return info.commandLine.some((argument) => argument.startsWith('--type=') || argument.includes(' --type='));
}

/**
 * The pid of another process that works in the folder or has a file in it open, or undefined. Linux only, and only processes
 * this user may look into; costs some 40 ms with 300 processes, so it is asked right before a removal and not per list.
 */
export async function processInside(
  paths: readonly string[],
  isFile = false,
  proc = '/proc',
): Promise<number | undefined> {
  const isInside = (target: string) => paths.some((path) => target === path || target.startsWith(`${path}/`));
  for (const name of await readdir(proc).catch(() => [])) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const files = await readdir(join(proc, name, 'fd')).catch(() => []);
    const links = [join(proc, name, 'cwd'), ...files.map((file) => join(proc, name, 'fd', file))];
    for (const link of links) {
      try {
        const target = await readlink(link);
        // A process with only the folder itself open is another clean-up that reads it at the same moment.
        const looksOnly = !isFile && link !== links[0] && paths.includes(target);
        if (isInside(target) && !looksOnly) return Number(name);
      } catch (error) {
        // Another user's, or closed meanwhile.
        if (errnoOf(error) === 'EACCES') break;
      }
    }
  }
  return undefined;
}
