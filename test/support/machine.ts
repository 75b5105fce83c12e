import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { CleanUpReport } from '../../src/orphans/cleanUpReport.ts';
import { packageFolder } from '../../src/support/index.ts';
import { kill } from '../tools/ownedProcesses.ts';
import { removeFolder } from './removeFolder.ts';
import { until } from './until.ts';

export interface MachineOptions {
  /** What is pid 1; default `sleep infinity`. */
  readonly init?: readonly string[];
  /** Files of another machine to share: its temp and state folders. */
  readonly shares?: Machine;
  /** Mount /proc with `hidepid=2`. */
  readonly hidePid?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface MachineRun {
  readonly uid?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Default: the temp folder. */
  readonly cwd?: string;
}

/** Whether machines can be made here: that takes Linux and root. */
export function canMakeMachines(): boolean {
  return (
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    spawnSync('unshare', ['--pid', '--fork', '--mount-proc', '--mount', '--net', 'true']).status === 0
  );
}

/**
 * Process ids, mounts, network, temp and state folders of its own: what is started in it sees no other process, and nothing
 * outlives it, since the kernel ends a pid namespace with its pid 1.
 */
export class Machine {
  /** The temp folder inside. */
  readonly temp: string;
  readonly state: string;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #unshare: ChildProcess;
  readonly #pid: number;

  private constructor(folder: string, env: NodeJS.ProcessEnv, unshare: ChildProcess, pid: number) {
    this.#folder = folder;
    this.temp = env['TMPDIR']!;
    this.state = env['LEAKWRIGHT_STATE_DIR']!;
    this.#env = env;
    this.#unshare = unshare;
    this.#pid = pid;
  }

  static async start(options: MachineOptions = {}): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), 'lw-machine-'));
    const temp = options.shares?.temp ?? join(folder, 't');
    const state = options.shares?.state ?? join(folder, 's');
    const home = join(folder, 'h');
    for (const one of [temp, state, home]) mkdirSync(one, { recursive: true });
    const env = {
      ...process.env,
      NODE_NO_WARNINGS: '1',
      ...options.env,
      TMPDIR: temp,
      LEAKWRIGHT_STATE_DIR: state,
      HOME: home,
    };
    const ready = join(folder, 'ready');
    const init = options.init ?? ['sleep', 'infinity'];
    const hide = options.hidePid ? 'mount -o remount,hidepid=2 /proc; ' : '';
    chmodSync(folder, 0o755);
    for (const one of [temp, state, home]) chmodSync(one, 0o777);
    // Killed when we end, however we do, and its child with it.
    const unshare = spawn(
      'setpriv',
      [
        '--pdeathsig',
        'KILL',
        'unshare',
        '--pid',
        '--fork',
        '--kill-child',
        '--mount-proc',
        '--mount',
        '--net',
        'sh',
        '-c',
        `${hide}mount --bind '${packageFolder()}' /mnt; ip link set lo up; touch '${ready}'; exec "$@"`,
        'sh',
        ...init,
      ],
      { env, stdio: 'ignore', detached: true, cwd: temp },
    );
    const pid = await until('its pid 1', () => childOf(unshare.pid!));
    const machine = new Machine(folder, env, unshare, pid);
    await until('the machine is made', () => existsSync(ready));
    return machine;
  }

  /** The path by which every user of the machine reaches a file of this package. */
  static inside(path: string): string {
    return join('/mnt', relative(packageFolder(), path));
  }

  /** Starts a program in it, as `docker exec` does: its parent is outside. */
  spawn(command: readonly string[], more: MachineRun = {}): ChildProcess {
    const user = more.uid === undefined ? [] : ['--setuid', String(more.uid), '--setgid', String(more.uid)];
    return spawn(
      'nsenter',
      ['-t', String(this.#pid), '-p', '-m', '-n', `--wdns=${more.cwd ?? this.temp}`, ...user, ...command],
      {
        env: { ...this.#env, PWD: more.cwd ?? this.temp, ...more.env },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      },
    );
  }

  /** Runs a program in it to its end. */
  async run(
    command: readonly string[],
    more: MachineRun = {},
  ): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
    const child = this.spawn(command, more);
    let [out, err] = ['', ''];
    child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, out, err };
  }

  /** The command line's program, as it is started inside. */
  readonly cli = [Machine.inside(process.execPath), process.env['LW_TEST_CLI'] ?? '/mnt/src/cli.ts'];

  /** `leakwright clean --json` in it. */
  async clean(
    args: readonly string[] = ['--yes'],
    more: MachineRun = {},
  ): Promise<CleanUpReport & { readonly code: number | null }> {
    const { code, out, err } = await this.run([...this.cli, 'clean', '--json', ...args], more);
    try {
      return { ...(JSON.parse(out) as CleanUpReport), code };
    } catch {
      throw new Error(`clean ended with ${code}: ${err}${out}`);
    }
  }

  /** Everything that lives in it, as its own pid and command line, judged without the code under test. */
  processes(): { readonly pid: number; readonly ppid: number; readonly outerPid: number; readonly command: string }[] {
    const namespace = namespaceOf(this.#pid);
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && namespaceOf(Number(name)) === namespace)
      .flatMap((name) => {
        try {
          const status = readFileSync(`/proc/${name}/status`, 'latin1');
          if (/^State:\s*[ZX]/m.test(status)) return [];
          const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
          const pid = Number(/^NSpid:.*\s(\d+)$/m.exec(status)![1]);
          return [{ pid, ppid: Number(/^PPid:\s*(\d+)/m.exec(status)![1]), outerPid: Number(name), command }];
        } catch {
          return [];
        }
      });
  }

  /** Main processes of browsers. */
  browsers(): { readonly pid: number; readonly outerPid: number; readonly command: string }[] {
    const found = this.processes().filter(
      ({ command }) =>
        /^\S*(?:chrom|headless|firefox)\S* /.test(command) &&
        !/^\S*driver | --type=| -contentproc|crashpad|crashhelper/.test(command),
    );
    // A child has its parent's command line until it is a program of its own.
    return found.filter(({ ppid }) => !found.some(({ outerPid }) => outerPid === ppid));
  }

  /** Names of what lies in its temp folder. */
  files(): string[] {
    return readdirSync(this.temp, { recursive: true, encoding: 'utf8' });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#unshare.once('exit', resolve));
    if (this.#unshare.exitCode === null && this.#unshare.signalCode === null) {
      kill(this.#pid);
      await ended;
    }
    removeFolder(this.#folder);
  }
}

function childOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
  return children[0] ? Number(children[0]) : undefined;
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}
