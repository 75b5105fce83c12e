import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessInfo } from '../processes/index.ts';
import { peerOf } from './launcherPipes.ts';

/** `O_ACCMODE` and `O_RDWR` of include/uapi/asm-generic/fcntl.h, as the octal `flags` of `/proc/PID/fdinfo/FD` have them. */
const ACCESS_MODE = 0o3;
const READ_AND_WRITE = 0o2;

/**
 * What shows that a program started this process and no line of a shell, as a clause for people, or undefined:
 * - its input is one of a pair of sockets, which Node makes and a shell cannot (a background job reads /dev/null);
 * - its output is /dev/null opened for reading too, as Node and Python open it; a shell's `>/dev/null` is write-only;
 * - it was told to write its number into a descriptor (`-displayfd`), for a program to read.
 */
export async function startedByProgram(
  { pid, commandLine }: Pick<ProcessInfo, 'pid' | 'commandLine'>,
  proc = '/proc',
): Promise<string | undefined> {
  if (commandLine.includes('-displayfd')) return 'a program was to read its display number';
  const folder = join(proc, String(pid));
  const target = (fd: number) => readlink(join(folder, 'fd', String(fd))).catch(() => '');
  const inode = /^socket:\[(\d+)\]$/.exec(await target(0))?.[1];
  if (inode !== undefined) {
    const listing = await readFile(join(folder, 'net', 'unix'), 'utf8').catch(() => '');
    if (peerOf(listing, inode) === 'closed') return 'the program that held its input has ended';
  }
  for (const fd of [1, 2]) {
    if ((await target(fd)) !== '/dev/null') continue;
    const text = await readFile(join(folder, 'fdinfo', String(fd)), 'utf8').catch(() => '');
    const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(text)?.[1] ?? '0', 8);
    if ((flags & ACCESS_MODE) === READ_AND_WRITE) return 'its output goes to /dev/null, opened as programs open it';
  }
  return undefined;
}
