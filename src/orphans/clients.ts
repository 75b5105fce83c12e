import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BrowserTree, changedAtMs, readActivePort } from '../browsers/index.ts';
import type { ProcessIdentity, ProcessInfo } from '../processes/index.ts';
import { errnoOf } from '../support/index.ts';
import { endpointNotedIn } from './endpointNotes.ts';
import { driverPort } from './handPicked.ts';
import { type LauncherPipes, launcherPipes, ordersHeld } from './launcherPipes.ts';
import { startedByProgram } from './startedByProgram.ts';

/**
 * What a browser tree shows beyond the process table. A parameter, so that tests can stand for any machine; a method left
 * out means that the machine cannot tell.
 */
export interface TreeProbe {
  /**
   * How many programs are connected to the port that controls it; undefined where the system does not say.
   *
   * @param besides processes whose connections do not count
   */
  countClients(tree: BrowserTree, besides?: readonly ProcessIdentity[]): Promise<number | undefined>;
  /** Whether it runs in another container than we do (its own pid namespace); undefined where the system does not say. */
  isInOtherContainer(root: ProcessIdentity): Promise<boolean | undefined>;
  /** How many connections to that port were closed within the last minute, as the kernel remembers (TIME_WAIT). */
  countLateClients?(tree: BrowserTree): Promise<number | undefined>;
  /** A file beside the browser in which a program has noted where to reach it, for a later one (`endpointNotes.ts`). */
  endpointNotedIn?(tree: BrowserTree): Promise<string | undefined>;
  /** When anything in a folder was last changed, in ms since the epoch. */
  changedAtMs?(path: string): Promise<number | undefined>;
  /**
   * How many programs are connected to the ports and unix sockets that a process listens on; undefined where it listens on
   * none, or the system does not say.
   */
  countConnections?(process: ProcessIdentity): Promise<number | undefined>;
  /** What became of the pipes it was launched with. */
  launcherPipes?(process: ProcessIdentity & { readonly ppid?: number }): Promise<LauncherPipes | undefined>;
  /** Whether a living process holds the other ends of the pipe through which a browser takes orders. */
  ordersHeld?(browser: ProcessIdentity): Promise<boolean | undefined>;
  /** Whether a process of this pid lives that is not in the table (`hidepid`). */
  exists?(pid: number): boolean | undefined;
  /** The systemd unit it runs in: `web.service`, `session-3.scope`. */
  unitOf?(process: ProcessIdentity): Promise<string | undefined>;
  /** Whether `/etc/inittab` has its program. */
  isInInittab?(process: ProcessInfo): Promise<boolean>;
  /** Whether it ignores SIGHUP, so that it outlives its terminal (`nohup`). */
  ignoresHangUp?(process: ProcessIdentity): Promise<boolean | undefined>;
  /** What shows that a program started it and no shell, as a clause for people (`startedByProgram.ts`). */
  startedByProgram?(process: ProcessInfo): Promise<string | undefined>;
  /** The number of the display whose socket (`/tmp/.X11-unix/X99`) a process listens on. */
  displayServedBy?(process: ProcessIdentity): Promise<number | undefined>;
  /** When a folder was made, in ms since the epoch; undefined where the file system does not keep that. */
  folderMadeAtMs?(path: string): Promise<number | undefined>;
}

/**
 * Asks the system. On Linux by reading `/proc`; elsewhere every answer is undefined, and the other evidence decides.
 *
 * A browser whose launcher died may still be in use: by a script that attached with `connectOverCDP`, a debugger, an
 * agent. Such a client holds a connection to its debugging port, and one that died does not: the kernel closes its
 * connections, and where the browser hangs and does not close its end, that end is in CLOSE_WAIT and not ESTABLISHED.
 */
export function createTreeProbe(proc = '/proc'): TreeProbe {
  return {
    async countClients(tree, besides = []) {
      const sockets = await readSockets(proc, tree);
      if (!sockets) return undefined;
      const ports = await controlPorts(tree, sockets, proc);
      if (ports.size === 0) return undefined;
      const inodes = await Promise.all(besides.map(({ pid }) => socketInodes(join(proc, String(pid), 'fd'))));
      const isTheirs = ({ inode }: TcpSocket) => inodes.some((own) => own?.has(inode));
      const theirs = new Set(sockets.filter(isTheirs).map(({ localPort }) => localPort));
      return sockets.filter(
        ({ state, localPort, remotePort, isLocal }) =>
          state === ESTABLISHED && ports.has(localPort) && !(isLocal && theirs.has(remotePort)),
      ).length;
    },
    async countLateClients(tree) {
      const sockets = await readSockets(proc, tree);
      if (!sockets) return undefined;
      const ports = await controlPorts(tree, sockets, proc);
      // The end that closes first keeps the record: ours, or the client's.
      return sockets.filter(
        ({ state, localPort, remotePort, isLocal }) =>
          state === TIME_WAIT && (ports.has(localPort) || (isLocal && ports.has(remotePort))),
      ).length;
    },
    endpointNotedIn: (tree) => endpointNotedIn(tree, proc),
    changedAtMs,
    countConnections: async ({ pid }) => await countConnections(join(proc, String(pid))),
    launcherPipes: (process) => launcherPipes(process, proc),
    ordersHeld: (browser) => ordersHeld(browser, proc),
    exists(pid) {
      try {
        process.kill(pid, 0);
        return true;
      } catch (error) {
        return errnoOf(error) === 'EPERM';
      }
    },
    async unitOf({ pid }) {
      const text = await readFile(join(proc, String(pid), 'cgroup'), 'utf8').catch(() => '');
      // `0::/system.slice/web.service`, and in version 1 a line `1:name=systemd:/…`.
      const path = /^0::(.+)$/m.exec(text)?.[1] ?? /:name=systemd:(.+)$/m.exec(text)?.[1];
      return path
        ?.split('/')
        .reverse()
        .find((name) => /\.(?:service|scope)$/.test(name));
    },
    async isInInittab({ commandLine }) {
      const program = basename(commandLine[0] ?? '');
      const text = await readFile('/etc/inittab', 'utf8').catch(() => '');
      return program !== '' && text.split('\n').some((line) => !line.startsWith('#') && line.includes(program));
    },
    async ignoresHangUp({ pid }) {
      const text = await readFile(join(proc, String(pid), 'status'), 'utf8').catch(() => '');
      const mask = /^SigIgn:\s*[0-9a-f]*([0-9a-f])$/m.exec(text)?.[1];
      // SIGHUP is signal 1, the lowest bit.
      return mask === undefined ? undefined : (Number.parseInt(mask, 16) & 1) === 1;
    },
    startedByProgram: (process) => startedByProgram(process, proc),
    async displayServedBy({ pid }) {
      const sockets = (await unixSocketsOf(join(proc, String(pid)))) ?? [];
      const path = sockets.find((socket) => socket.listens && DISPLAY_SOCKET.test(socket.path))?.path;
      return path === undefined ? undefined : Number(DISPLAY_SOCKET.exec(path)![1]);
    },
    async folderMadeAtMs(path) {
      const stats = await lstat(path).catch(() => undefined);
      return stats && stats.birthtimeMs > 0 ? stats.birthtimeMs : undefined;
    },
    async isInOtherContainer({ pid }) {
      try {
        const [own, its] = await Promise.all([
          readlink(join(proc, 'self', 'ns', 'pid')),
          readlink(join(proc, String(pid), 'ns', 'pid')),
        ]);
        return own !== its;
      } catch {
        return undefined;
      }
    },
  };
}

/**
 * The ports on which a client outside of the tree controls it: the driver's, since the driver is the browser's only client,
 * or else the browser's own. The kernel says what it listens on; the command line is used only where its descriptors may not
 * be read.
 */
async function controlPorts(
  tree: BrowserTree,
  sockets: readonly TcpSocket[],
  proc: string,
): Promise<ReadonlySet<number>> {
  const pid = tree.driver?.pid ?? tree.browser?.pid;
  const inodes = pid === undefined ? undefined : await socketInodes(join(proc, String(pid), 'fd'));
  const ports = new Set<number>();
  if (inodes) {
    for (const { state, inode, localPort } of sockets) if (state === LISTEN && inodes.has(inode)) ports.add(localPort);
  }
  const told = tree.driver ? driverPort(tree) : await debuggingPort(tree);
  if (told !== undefined && told > 0 && ports.size === 0) ports.add(told);
  return ports;
}

async function countConnections(folder: string): Promise<number | undefined> {
  const own = await socketInodes(join(folder, 'fd'));
  const unix = await unixSocketsOf(folder, own);
  if (!own || !unix) return undefined;
  const tcp = (await readSocketsOf(folder)) ?? [];
  const ports = new Set(
    tcp.filter(({ state, inode }) => state === LISTEN && own.has(inode)).map((one) => one.localPort),
  );
  const paths = new Set(unix.filter(({ listens }) => listens).map(({ path }) => path));
  if (ports.size === 0 && paths.size === 0) return undefined;
  return (
    tcp.filter(({ state, localPort }) => state === ESTABLISHED && ports.has(localPort)).length +
    unix.filter(({ state, path }) => state === UNIX_CONNECTED && paths.has(path)).length
  );
}

interface UnixSocket {
  readonly listens: boolean;
  readonly state: string | undefined;
  /** An abstract one begins with `@`. */
  readonly path: string;
}

/** The unix sockets with a path that a process has; undefined where its descriptors may not be read. */
export async function unixSocketsOf(folder: string, known?: ReadonlySet<string>): Promise<UnixSocket[] | undefined> {
  const own = known ?? (await socketInodes(join(folder, 'fd')));
  if (!own) return undefined;
  // Num RefCount Protocol Flags Type St Inode Path: an accepted connection has the path of the socket that it came to.
  const text = await readFile(join(folder, 'net', 'unix'), 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [, flags, state, inode, path] = /^\S+: \S+ \S+ (\S+) \S+ (\S+) +(\d+) +(\S.*)$/.exec(line) ?? [];
    return path !== undefined && own.has(inode!) ? [{ listens: flags === UNIX_LISTENS, state, path }] : [];
  });
}

/** Where an X server listens, as a file or an abstract name. */
const DISPLAY_SOCKET = /^@?\/tmp\/\.X11-unix\/X(\d+)$/;

/** The port the browser listens on: the one it was given, or the one it chose and wrote into its profile. */
export async function debuggingPort(tree: BrowserTree): Promise<number | undefined> {
  if (tree.transport.kind !== 'port') return undefined;
  if (tree.transport.port > 0) return tree.transport.port;
  return tree.profile?.path ? (await readActivePort(tree.profile.path))?.port : undefined;
}

/** States in the kernel's `include/net/tcp_states.h`. */
const ESTABLISHED = '01';
const TIME_WAIT = '06';
const LISTEN = '0A';
/** `SS_CONNECTED` of include/uapi/linux/net.h and `__SO_ACCEPTCON` of include/linux/net.h, as `/proc/net/unix` has them. */
const UNIX_CONNECTED = '03';
const UNIX_LISTENS = '00010000';

interface TcpSocket {
  readonly localPort: number;
  readonly remotePort: number;
  /** Both ends are on this machine. */
  readonly isLocal: boolean;
  readonly state: string;
  readonly inode: string;
}

/** All TCP sockets of the network the tree is in, which may be another than ours. */
async function readSockets(proc: string, { root }: BrowserTree): Promise<TcpSocket[] | undefined> {
  return (await readSocketsOf(join(proc, String(root.pid)))) ?? (await readSocketsOf(proc));
}

async function readSocketsOf(folder: string): Promise<TcpSocket[] | undefined> {
  let sockets: TcpSocket[] | undefined;
  for (const file of ['tcp', 'tcp6']) {
    let text: string;
    try {
      text = await readFile(join(folder, 'net', file), 'utf8');
    } catch {
      // No IPv6, or not Linux.
      continue;
    }
    sockets ??= [];
    for (const line of text.split('\n').slice(1)) {
      // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …
      const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
      if (!local || !remote || !state || !inode) continue;
      sockets.push({
        localPort: portOf(local),
        remotePort: portOf(remote),
        isLocal: isLoopback(remote) || addressOf(remote) === addressOf(local),
        state,
        inode,
      });
    }
  }
  return sockets;
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}

function addressOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':'));
}

/** 127.x.y.z and ::ffff:127.x.y.z end with the byte 127 (little-endian), ::1 with its only one. */
function isLoopback(address: string): boolean {
  return /7F$|^0{24}01000000$/.test(addressOf(address));
}

/** The inodes of a process's sockets, or undefined where its descriptors may not be read. */
async function socketInodes(folder: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const links = await Promise.all(
      (await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => undefined)),
    );
    return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link ?? '')?.[1] ?? []));
  } catch {
    return undefined;
  }
}
