import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { kill } from '../tools/ownedProcesses.ts';

export interface StartedOwner {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly browser: number;
  readonly driver?: number;
  readonly profile?: string;
  readonly ws?: string;
}

/**
 * Programs that launch browsers, and the temp folder all of them live in: everything of one arena is found again by that
 * folder, whatever became of its parents, so a test never sees another's processes and leaves none of its own.
 */
export class Arena {
  readonly folder: string;
  readonly #children: ChildProcess[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Arena> {
    return new Arena(await mkdtemp(join(tmpdir(), 'lw-arena-')));
  }

  /** Starts an owner in a session of its own, as a terminal or debugger would, and waits until its browser works. */
  async start(
    name: 'puppeteer' | 'playwright' | 'ownSpawn' | 'chromedriver' | 'selenium',
    args: string[] = [],
  ): Promise<StartedOwner> {
    const child = this.spawn(process.execPath, [
      join(import.meta.dirname, 'owners', name === 'selenium' ? 'selenium.mjs' : `${name}.ts`),
      ...args,
    ]);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const said = await new Promise<Omit<StartedOwner, 'process' | 'pid'>>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as StartedOwner));
      child.once('exit', (code) => reject(new Error(`owner ${name} ended with ${code}: ${errors.slice(-2000)}`)));
      child.once('error', reject);
    });
    return { ...said, process: child, pid: child.pid! };
  }

  spawn(
    command: string,
    args: readonly string[],
    options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
  ) {
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
      env: { ...process.env, ...options.env, TMPDIR: this.folder },
    });
    this.#children.push(child);
    return child;
  }

  /** Ends one with a signal and waits until it is reaped. */
  async end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await exited;
  }

  /** Pids of all that lives here, judged without the code under test: by command line or environment. */
  survivors(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid !== process.pid && this.#isHere(pid));
  }

  #isHere(pid: number): boolean {
    try {
      if (/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) return false;
      return ['cmdline', 'environ'].some((file) =>
        readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(this.folder),
      );
    } catch {
      return false;
    }
  }

  /** Ends all that lives here, and waits until it has. */
  async endAll(): Promise<void> {
    const deadline = Date.now() + 10_000;
    for (let left = this.survivors(); left.length > 0; left = this.survivors()) {
      if (Date.now() > deadline) throw new Error(`cannot end ${left.join(', ')}`);
      for (const pid of left) kill(pid);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async close(): Promise<void> {
    await this.endAll();
    for (const child of this.#children) {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** One letter as the kernel has it (`R`, `S`, `T`, `Z` …), or undefined when it is gone. */
export function stateOf(pid: number): string | undefined {
  try {
    return /\) (\S) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  const state = stateOf(pid);
  return state !== undefined && state !== 'Z' && state !== 'X';
}
