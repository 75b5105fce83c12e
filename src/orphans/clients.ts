import { readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrowserTree, readActivePort } from '../browsers/index.ts';
import type { ProcessIdentity } from '../processes/index.ts';

/** What a browser tree shows beyond the process table. A parameter, so that tests can be any machine. */
export interface TreeProbe {
  /** How many programs are connected to the port it takes orders on; undefined where that cannot be told. */
  countClients(tree: BrowserTree): Promise<number | undefined>;
  /** Whether it runs in another container than we do (its own pid namespace); undefined where that cannot be told. */
  isInOtherContainer(root: ProcessIdentity): Promise<boolean | undefined>;
}

/**
 * Asks the system. On Linux by reading `/proc`; elsewhere nothing can be told, and the other evidence decides.
 *
 * A browser whose launcher died may still be in use: by a script that attached with `connectOverCDP`, a debugger, an
 * agent. Such a client holds a connection to its debugging port, and one that died does not: the kernel closes its
 * connections, and where the browser hangs and does not close its end, that end is in CLOSE_WAIT and not ESTABLISHED.
 */
export function createTreeProbe(proc = '/proc'): TreeProbe {
  return {
    async countClients(tree) {
      const sockets = await readSockets(proc);
      if (!sockets) return undefined;
      const ports = await controlPorts(tree, sockets, proc);
      if (ports.size === 0) return undefined;
      return sockets.filter(({ state, localPort }) => state === ESTABLISHED && ports.has(localPort)).length;
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
 * The ports on which somebody outside of the tree gives it orders: the driver's, since the driver is the browser's only
 * client, or else the browser's own. What it listens on is asked of the kernel, and told by the command line only where
 * its descriptors may not be read.
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
  if (told !== undefined && ports.size === 0) ports.add(told);
  return ports;
}

function driverPort({ root }: BrowserTree): number | undefined {
  const given = root.commandLine.find((argument) => /^--?p(?:ort)?=\d+$/.test(argument))?.split('=')[1];
  const at = root.commandLine.findIndex((argument) => argument === '--port' || argument === '-p');
  const port = Number(given ?? root.commandLine[at + 1]);
  return (given !== undefined || at !== -1) && port > 0 ? port : undefined;
}

/** The port the browser listens on: the one it was given, or the one it chose and wrote into its profile. */
export async function debuggingPort(tree: BrowserTree): Promise<number | undefined> {
  if (tree.transport.kind !== 'port') return undefined;
  if (tree.transport.port > 0) return tree.transport.port;
  return tree.profile?.path ? (await readActivePort(tree.profile.path))?.port : undefined;
}

/** States in the kernel's `include/net/tcp_states.h`. */
const ESTABLISHED = '01';
const LISTEN = '0A';

interface TcpSocket {
  readonly localPort: number;
  readonly state: string;
  readonly inode: string;
}

async function readSockets(proc: string): Promise<TcpSocket[] | undefined> {
  let sockets: TcpSocket[] | undefined;
  for (const file of ['tcp', 'tcp6']) {
    let text: string;
    try {
      text = await readFile(join(proc, 'net', file), 'utf8');
    } catch {
      // No IPv6, or not Linux.
      continue;
    }
    sockets ??= [];
    for (const line of text.split('\n').slice(1)) {
      // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (local && state && inode)
        sockets.push({ localPort: Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16), state, inode });
    }
  }
  return sockets;
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
