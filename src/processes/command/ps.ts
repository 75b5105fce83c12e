import { posix } from 'node:path';
import type { ProcessState } from '../process.ts';
import type { ProcessSource, ReportedProcess } from './commandReader.ts';
import { runSystemCommand } from './run.ts';

/**
 * macOS and other Unix systems by ps(1): one run gives parents, identities, CPU and memory of all processes, for which ps-tree
 * (which also brings its caller down when there is no ps) and pidusage would take two, without start times.
 *
 * Could be run on Linux only, against procps; on macOS it rests on its manual and on recorded output.
 */
export function createPsSource(run: typeof runSystemCommand = runSystemCommand): ProcessSource {
  // Each column in an option of its own: BSD takes all after '=' for the header. Dates in a locale and zone we can parse.
  const list = (columns: readonly string[]) =>
    run('ps', ['-axww', ...columns.flatMap((column) => ['-o', `${column}=`])], {
      ...process.env,
      LC_ALL: 'C',
      TZ: 'UTC',
    });
  /** Programs by pid as of their last listing, and the lines that ps printed then. */
  let names: ReadonlyMap<number, string> = new Map();
  let listed = new Map<number, string>();
  return async () => {
    const output = await list(PS_COLUMNS);
    const found = parsePs(output, names);
    const now = new Map(found.map(({ info }) => [info.pid, `${info.startTime} ${info.commandLine.join(' ')}`]));
    const isNew = [...now].some(([pid, line]) => listed.get(pid) !== line);
    listed = now;
    if (!isNew) return found;
    // Which program a process runs takes a second listing, since a path with spaces cannot be separated from its arguments.
    names = parsePsNames(await list(['pid', 'comm']));
    return parsePs(output, names);
  };
}

/**
 * The columns asked of ps(1), each with an empty header: those that POSIX, macOS and the BSDs have under one name. The start time is
 * 24 characters in the C locale; the arguments come last, since they hold anything.
 */
const PS_COLUMNS = ['pid', 'ppid', 'pgid', 'ruid', 'stat', 'rss', 'time', 'lstart', 'args'] as const;

const ROW =
  /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+(\S+)\s+(\d+)\s+(\S+)\s+(\w{3} +\w{3} +\d+ +\d\d:\d\d:\d\d +\d{4})(?: (.*))?$/;

const states: Readonly<Record<string, ProcessState>> = {
  R: 'running',
  S: 'running',
  I: 'running',
  U: 'running',
  D: 'running',
  W: 'running',
  L: 'running',
  T: 'stopped',
  t: 'stopped',
  Z: 'zombie',
  X: 'zombie',
};

/**
 * Parses what ps prints for {@link PS_COLUMNS} in the C locale and in UTC. Lines that are none (cut off, or what a newline
 * among the arguments makes of one) are left out.
 *
 * @param names executable or short name by pid, from {@link parsePsNames}
 */
export function parsePs(output: string, names: ReadonlyMap<number, string>): ReportedProcess[] {
  const found: ReportedProcess[] = [];
  for (const line of output.split('\n')) {
    const match = ROW.exec(line);
    if (!match) continue;
    const [, pid, ppid, groupId, uid, stat, rss, time, started, args = ''] = match;
    // As `Sat Nov 21 02:29:08 2026`, which V8 reads too.
    const startTime = Date.parse(`${started} UTC`);
    const cpuMs = parseCpuTime(time!);
    if (Number.isNaN(startTime) || cpuMs === undefined) continue;
    const state = states[stat![0]!] ?? 'unknown';
    const program = names.get(Number(pid)) ?? args.split(' ')[0]!;
    found.push({
      info: {
        pid: Number(pid),
        // A second is as exact as ps is.
        startTime,
        ppid: Number(ppid),
        groupId: Number(groupId),
        // macOS prints an address there, if anything.
        sessionId: 0,
        state,
        name: posix.basename(program),
        commandLine: state === 'zombie' ? [] : splitArguments(args, program),
        uid: Number(uid),
        startedAtMs: startTime,
        cpuMs,
        rssBytes: Number(rss) * 1024,
        threads: 0,
      },
    });
  }
  return found;
}

/** Parses `ps -o pid= -o comm=`: on macOS the whole path of the program, elsewhere its short name; either may hold spaces. */
export function parsePsNames(output: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of output.split('\n')) {
    const match = /^\s*(\d+) (.+?)\s*$/.exec(line);
    if (match) names.set(Number(match[1]), match[2]!.trim());
  }
  return names;
}

/**
 * Arguments from ps's line, which joins them by spaces without a mark: the program is known by its path, values of `--name=value` go
 * on to the next switch or URL (`--user-data-dir=/Users/ada/Library/Application Support/x about:blank`), and all else is split.
 */
export function splitArguments(args: string, program: string): string[] {
  if (args === '') return [];
  const known = program !== '' && (args === program || args.startsWith(`${program} `));
  const first = known ? program : args.split(' ')[0]!;
  const found = [first];
  const rest = args.slice(first.length).trim();
  if (rest === '') return found;
  for (const word of rest.split(' ')) {
    const last = found.at(-1)!;
    const goesOn =
      found.length > 1 && /^--[\w-]+=./.test(last) && !word.startsWith('-') && !/^[a-z][a-z0-9+.-]*:/.test(word);
    if (goesOn) found[found.length - 1] = `${last} ${word}`;
    else found.push(word);
  }
  return found;
}

/** CPU time in ms: macOS's `12:34.56`, with minutes beyond 60, and POSIX's `1-02:03:04`. */
export function parseCpuTime(text: string): number | undefined {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)$/.exec(text);
  if (!match) return undefined;
  const [days, hours, minutes] = match.slice(1, 4).map((part) => Number(part ?? 0)) as [number, number, number];
  const seconds = Number(match[4]!.replace(',', '.'));
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
}
