import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { kill } from './ownedProcesses.ts';

/**
 * The first process of a process table of its own. It reaps orphans while it waits, passes signals on, and reports the
 * command's exit code and the processor time of all that ran. Then it waits for the end of its input: what the command left
 * still lives until then and can be found; after it the kernel ends all of it.
 */
const FIRST_PROCESS = `
"$@" </dev/null 3>&- & command=$!
trap 'kill -INT $command' INT
trap 'kill -TERM $command' TERM
while kill -0 $command 2>/dev/null; do wait $command; code=$?; done
{ echo $code; times; } >&3
read -r line
exit $code`;

/** @param asRoot Keeps the user; without it the user becomes root of a user namespace where he is not root. */
const unshare = (asRoot: boolean): string[] => [
  'unshare',
  ...(asRoot || process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
];

/** A command whose first process is a shell that reaps orphans; for programs that stop by themselves. */
export const OWN_PROCESSES = [...unshare(false), 'sh', '-c', '"$@" & wait', 'sh'];

/** Whether this machine lets a process have a process table of its own. */
export function canHaveOwnProcesses(): boolean {
  return succeeds([...OWN_PROCESSES, 'true']);
}

/** The same, with all users as they are outside. */
export function canHaveOwnProcessesAsRoot(): boolean {
  return process.getuid?.() === 0 && succeeds([...unshare(true), 'true']);
}

function succeeds([command, ...args]: readonly string[]): boolean {
  return process.platform === 'linux' && spawnSync(command!, args, { stdio: 'ignore' }).status === 0;
}

export interface IsolatedEnd {
  readonly exitCode: number;
  /** User and system time of everything that ran, in seconds. */
  readonly cpuSeconds: number;
}

/** A command that sees no processes but its own. */
export interface Isolated {
  readonly child: ChildProcess;
  /** When the command ended; what it left lives on until `release`. */
  readonly ended: Promise<IsolatedEnd>;
  /** Passes a signal to the command. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Ends all that is left of it. */
  readonly release: () => Promise<void>;
}

export function startIsolated(
  command: readonly string[],
  options: { readonly output: 'pipe' | 'inherit'; readonly env: NodeJS.ProcessEnv },
): Isolated {
  const [program, ...args] = [...unshare(true), 'sh', '-c', FIRST_PROCESS, 'sh', ...command];
  const stdio: StdioOptions = ['pipe', options.output, options.output, 'pipe'];
  const child = spawn(program!, args, { stdio, env: options.env });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ended = new Promise<IsolatedEnd>((resolve) => {
    let report = '';
    (child.stdio[3] as NodeJS.ReadableStream).on('data', (chunk: Buffer) => {
      report += chunk.toString();
      // The code, the shell's own times, and those of its children.
      const lines = report.split('\n');
      if (lines.length > 3) resolve({ exitCode: Number(lines[0]), cpuSeconds: secondsOf(`${lines[1]} ${lines[2]}`) });
    });
    child.once('error', () => resolve({ exitCode: 1, cpuSeconds: 0 }));
    child.once('exit', (code) => resolve({ exitCode: code ?? 1, cpuSeconds: 0 }));
  });
  return {
    child,
    ended,
    signal: (signal) => {
      // unshare itself blocks signals while it waits for the first process.
      for (const pid of childrenOf(child.pid)) kill(pid, signal);
    },
    release: async () => {
      child.stdin?.destroy();
      await closed;
    },
  };
}

/** `1m2.50s 0m3.00s …`, as `times` of a shell prints it, as one sum. */
function secondsOf(times: string): number {
  return [...times.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

function childrenOf(pid: number | undefined): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
