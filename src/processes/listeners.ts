import { execFile } from 'node:child_process';
import { readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defined } from '../support/index.ts';

/** A process of ours that waits for connections on a TCP port. */
export interface Listener {
  readonly port: number;
  readonly pid: number;
  /** Its working directory, where the system tells. */
  readonly folder?: string;
}

/** A tool that lists ports needs a second on a busy machine. */
const TOOL_TIMEOUT_MS = 5000;
/** As in the kernel's `include/net/tcp_states.h`. */
const LISTEN = '0A';

/** The TCP ports that processes of this user listen on, each once. Empty where the system does not tell. */
export async function findListeners(platform: NodeJS.Platform = process.platform): Promise<Listener[]> {
  try {
    const found = platform === 'linux' ? await onLinux() : platform === 'win32' ? await onWindows() : await withLsof();
    const byPort = new Map(found.map((listener) => [listener.port, listener]));
    return [...byPort.values()].sort((a, b) => a.port - b.port);
  } catch {
    return [];
  }
}

async function onLinux(root = '/proc'): Promise<Listener[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(join(root, 'net', name), 'utf8').catch(() => '')),
  );
  const portOf = new Map(tables.flatMap((table) => parseListening(table)));
  const pids = (await readdir(root)).filter((name) => /^\d+$/.test(name));
  const found: Listener[] = [];
  for (const pid of pids) {
    // The open files of another user's process cannot be read.
    const descriptors = await readdir(join(root, pid, 'fd')).catch(() => []);
    const links = await Promise.all(
      descriptors.map((descriptor) => readlink(join(root, pid, 'fd', descriptor)).catch(() => '')),
    );
    const ports = links.flatMap((link) => portOf.get(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? '') ?? []);
    if (ports.length === 0) continue;
    const folder = await readlink(join(root, pid, 'cwd')).catch(() => undefined);
    for (const port of ports) found.push({ port, pid: Number(pid), ...defined({ folder }) });
  }
  return found;
}

/** `/proc/net/tcp`: the socket's inode and its port, of each socket that listens. */
export function parseListening(table: string): (readonly [string, number])[] {
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    const port = parseInt(local?.split(':')[1] ?? '', 16);
    return state === LISTEN && inode !== undefined && port > 0 ? [[inode, port] as const] : [];
  });
}

async function withLsof(): Promise<Listener[]> {
  const listeners = parseLsof(
    await output('lsof', ['-nP', '-a', `-u${process.getuid?.() ?? ''}`, '-iTCP', '-sTCP:LISTEN', '-Fpn']),
  );
  const pids = [...new Set(listeners.map(({ pid }) => pid))];
  if (pids.length === 0) return [];
  const folders = await foldersByLsof(pids);
  return listeners.map((listener) => {
    const folder = folders.get(listener.pid);
    return folder === undefined ? listener : { ...listener, folder };
  });
}

/** `lsof -Fpn`: `p1234`, then `n*:5173`, `n127.0.0.1:5173`, `n[::1]:5173`. */
export function parseLsof(text: string): Listener[] {
  let pid = 0;
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    const port = Number(/^n.*:(\d+)$/.exec(line)?.[1] ?? 0);
    return port > 0 && pid > 0 ? [{ port, pid }] : [];
  });
}

/** The working directories of processes. */
export async function foldersByLsof(pids: readonly number[]): Promise<Map<number, string>> {
  return parseLsofFolders(await output('lsof', ['-a', '-d', 'cwd', '-p', pids.join(','), '-Fn']));
}

/** `lsof -d cwd -Fn`: `p1234`, then `n/home/me/shop`. */
function parseLsofFolders(text: string): Map<number, string> {
  const folders = new Map<number, string>();
  let pid = 0;
  for (const line of text.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    if (line.startsWith('n')) folders.set(pid, line.slice(1));
  }
  return folders;
}

/** `netstat -ano -p TCP`: `  TCP    127.0.0.1:5173    0.0.0.0:0    LISTENING    1234`; the word is translated, the zero is not. */
export function parseNetstat(text: string): Listener[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*TCP\s+\S+:(\d+)\s+\S+:0\s+\S+\s+(\d+)\s*$/.exec(line);
    return match ? [{ port: Number(match[1]), pid: Number(match[2]) }] : [];
  });
}

async function onWindows(): Promise<Listener[]> {
  return parseNetstat(
    `${await output('netstat', ['-ano', '-p', 'TCP'])}\n${await output('netstat', ['-ano', '-p', 'TCPv6'])}`,
  );
}

async function output(program: string, args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(program, args, { timeout: TOOL_TIMEOUT_MS, encoding: 'utf8' })).stdout;
}
