import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The environment variable that marks every process of one run of the suite: children inherit it, strangers lack it. */
export const RUN_MARK = 'LEAKWRIGHT_TEST_RUN';

/** Our own names for temp entries. What browsers name is not told from another program's on the same machine. */
const OUR_FILES = /^(leakwright-|lw-)/;

export interface RunPart {
  /** The value of the mark. */
  readonly id: string;
  /** Where everything it starts is told to put its files. */
  readonly tempFolder: string;
}

/**
 * What a part of the suite left: one line for each living process that carries its mark (with the ports it listens on; a
 * listener cannot outlive its process), and each file in its temp folder. Processes are seen on Linux only.
 */
export function findLeftBehind({ id, tempFolder }: RunPart): string[] {
  return [...markedProcesses(id), ...readdirSync(tempFolder).flatMap((name) => describe(join(tempFolder, name)))];
}

/** Files that were put into the system's temp folder under a name of ours since a moment, against what they were told. */
export function findLeftInSystemTemp(options: {
  readonly systemTempFolder: string;
  readonly startedAtMs: number;
  readonly except: string;
}): string[] {
  const paths = readdirSync(options.systemTempFolder).flatMap((name) =>
    OUR_FILES.test(name) ? [join(options.systemTempFolder, name)] : [],
  );
  return paths
    .filter((path) => {
      const status = statSync(path, { throwIfNoEntry: false });
      return path !== options.except && status !== undefined && status.birthtimeMs >= options.startedAtMs;
    })
    .flatMap((path) => describe(path));
}

/** With some of what is in a folder, which tells whose it was; empty where it went meanwhile. */
function describe(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [`file ${path}`];
    const inside = readdirSync(path, { recursive: true, encoding: 'utf8' });
    return [`folder ${path} (${inside.length === 0 ? 'empty' : inside.slice(0, 12).join(', ')})`];
  } catch {
    return existsSync(path) ? [`${path}, which is being changed`] : [];
  }
}

function markedProcesses(runId: string): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  const found: string[] = [];
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${RUN_MARK}=${runId}`)) continue;
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
      const ports = listeningPorts(pid);
      const listening = ports.length === 0 ? '' : `, listening on ${ports.join(', ')}`;
      found.push(`process ${pid}${listening}: ${commandLine.slice(0, 160)}`);
    } catch {
      // It ended while we looked, or belongs to somebody else.
    }
  }
  return found;
}

function listeningPorts(pid: string): number[] {
  const portOfInode = new Map<string, number>();
  for (const table of ['tcp', 'tcp6']) {
    for (const row of readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1)) {
      // Columns: sl, local address:port in hex, remote, state (0A is LISTEN), …, inode.
      const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
      if (state === '0A' && inode) portOfInode.set(inode, Number.parseInt(local!.split(':')[1]!, 16));
    }
  }
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
    const port = inode === undefined ? undefined : portOfInode.get(inode);
    return port === undefined ? [] : [port];
  });
}
