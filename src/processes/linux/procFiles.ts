import type { ProcessState } from '../process.ts';

/**
 * Parsers for the files of `/proc/PID`, as proc(5) describes them. Pure, and made for input that may be cut short,
 * hostile or empty: what cannot be parsed is `undefined`, never an exception.
 */

const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN = 0x28;
const CLOSE = 0x29;

/** A kernel thread has no command line, no environment and no memory of its own (`PF_KTHREAD`, include/linux/sched.h). */
const PF_KTHREAD = 0x0020_0000;

/** The fields of `/proc/PID/stat` that we use, in the kernel's own units. */
export interface ProcStat {
  readonly pid: number;
  readonly name: string;
  readonly state: ProcessState;
  readonly ppid: number;
  readonly groupId: number;
  readonly sessionId: number;
  readonly kernelThread: boolean;
  /** User plus system time, in clock ticks. */
  readonly cpuTicks: number;
  readonly threads: number;
  /** Clock ticks since boot. */
  readonly startTicks: number;
  readonly rssPages: number;
  /**
   * Where the arguments lie in the process's memory; 0 where we may not look. Address space randomisation moves them
   * with every exec, which keeps pid, start time and sometimes even the name: so this tells that the command line changed.
   */
  readonly argStart: number;
}

const states: Readonly<Record<string, ProcessState>> = {
  R: 'running',
  S: 'running',
  D: 'running',
  I: 'running',
  W: 'running',
  K: 'running',
  P: 'running',
  T: 'stopped',
  t: 'stopped',
  Z: 'zombie',
  X: 'zombie',
  x: 'zombie',
};

/**
 * Parses `/proc/PID/stat` straight from the bytes: with 300 processes a sample, splitting strings would be most of its
 * cost. The name may hold spaces, newlines and parentheses, so the fields begin after the *last* `)`.
 *
 * @param length how many bytes of the buffer belong to this file
 */
export function parseStat(bytes: Uint8Array, length: number): ProcStat | undefined {
  const open = bytes.indexOf(OPEN);
  const close = bytes.subarray(0, length).lastIndexOf(CLOSE);
  if (open < 1 || close < open || close + 2 >= length) return undefined;
  const pid = parseInteger(bytes, 0, open - 1);
  if (pid === undefined || pid <= 0) return undefined;

  // Field 3 is the state, one letter; numbers[n] is field n + 4.
  const letter = states[String.fromCharCode(bytes[close + 2]!)] ?? 'unknown';
  const numbers = fields;
  let count = 0;
  let at = close + 4;
  while (at < length && count < numbers.length) {
    const negative = bytes[at] === 0x2d;
    if (negative) at += 1;
    let value = 0;
    const first = at;
    for (let byte = bytes[at]!; at < length && byte >= ZERO && byte <= NINE; byte = bytes[at]!) {
      value = value * 10 + (byte - ZERO);
      at += 1;
    }
    if (at === first) break;
    numbers[count] = negative ? -value : value;
    count += 1;
    if (bytes[at] !== SPACE) break;
    at += 1;
  }
  // 21 numbers reach field 24 (rss). What follows may be missing on old kernels.
  if (count < 21) return undefined;
  const threads = numbers[16]!;
  return {
    pid,
    name: decoder.decode(bytes.subarray(open + 1, close)),
    // Z is the state of the first thread. Until the others have ended too, the process has its files, sockets and memory.
    state: letter === 'zombie' && threads > 1 ? 'running' : letter,
    ppid: numbers[0]!,
    groupId: numbers[1]!,
    sessionId: numbers[2]!,
    kernelThread: (numbers[5]! & PF_KTHREAD) !== 0,
    cpuTicks: numbers[10]! + numbers[11]!,
    threads,
    startTicks: numbers[18]!,
    rssPages: Math.max(0, numbers[20]!),
    argStart: count > 44 ? numbers[44]! : 0,
  };
}

const decoder = new TextDecoder();
/** Fields 4 to 48, reused by every call: parsing is synchronous. */
const fields = new Float64Array(45);

function parseInteger(bytes: Uint8Array, from: number, to: number): number | undefined {
  let value = 0;
  if (to <= from) return undefined;
  for (let at = from; at < to; at += 1) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * The arguments in `/proc/PID/cmdline`: NUL after each. Programs that overwrite their title (Chromium's children, nginx)
 * leave one string and pad it with NULs, so NULs at the end are not arguments.
 */
export function parseCommandLine(bytes: Uint8Array): readonly string[] {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end === 0 ? [] : decoder.decode(bytes.subarray(0, end)).split('\0');
}

/** `/proc/PID/environ`; entries without `=` are what a program left there when it overwrote its title. */
export function parseEnvironment(text: string): Readonly<Record<string, string>> {
  const environment: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const entry of text.split('\0')) {
    const equals = entry.indexOf('=');
    if (equals > 0) environment[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  return environment;
}

/** The real user id in `/proc/PID/status`. The folder's owner will not do: it is root for what may not be dumped. */
export function parseRealUid(status: string): number | undefined {
  const found = /^Uid:\s+(\d+)/m.exec(status);
  return found ? Number(found[1]) : undefined;
}

/** Values in bytes of the `Name:  123 kB` lines in `/proc/PID/smaps_rollup` and `/proc/PID/status`. */
export function parseKilobytes(text: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const [, name, kilobytes] of text.matchAll(/^(\w+):\s+(\d+) kB$/gm)) values.set(name!, Number(kilobytes) * 1024);
  return values;
}

/**
 * What the kernel tells each program when it starts (`/proc/self/auxv`, getauxval(3)): the page size that `rss` counts in
 * (4, 16 or 64 KiB) and the clock ticks a second that times are in. No `getconf` to spawn, no guess to be wrong.
 */
export function parseAuxv(bytes: Buffer): { readonly pageBytes: number; readonly ticksPerSecond: number } {
  const AT_PAGESZ = 6n;
  const AT_CLKTCK = 17n;
  let pageBytes = 4096;
  let ticksPerSecond = 100;
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const type = bytes.readBigUInt64LE(at);
    const value = Number(bytes.readBigUInt64LE(at + 8));
    if (type === AT_PAGESZ && value > 0) pageBytes = value;
    if (type === AT_CLKTCK && value > 0) ticksPerSecond = value;
  }
  return { pageBytes, ticksPerSecond };
}
