import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createProcessReader, membersOf, sameProcess } from '../../../src/processes/index.ts';
import type { ProcessIdentity } from '../../../src/processes/index.ts';
import { kill } from '../../tools/ownedProcesses.ts';
import { removeFolder } from '../../support/removeFolder.ts';
import { PATIENCE_MS, until } from '../../support/until.ts';

const reader = createProcessReader();

/**
 * A temp folder and a state folder of its own for whatever a test starts, and the knowledge of all processes started
 * within: what is left of them afterwards is what a user would find left.
 */
export class Sandbox {
  readonly folder: string;
  readonly temp: string;
  readonly state: string;
  readonly #before: Record<string, string | undefined> = {};
  readonly #seen = new Map<string, ProcessIdentity>();
  readonly #children = new Set<ChildProcess>();

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'lw-'));
    this.temp = join(this.folder, 't');
    this.state = join(this.folder, 's');
    mkdirSync(this.temp);
    for (const [name, value] of Object.entries({ TMPDIR: this.temp, LEAKWRIGHT_STATE_DIR: this.state })) {
      this.#before[name] = process.env[name];
      process.env[name] = value;
    }
  }

  /** Remembers a whole tree, so that none of it can be missed later, wherever it was handed to. */
  async remember(root: ProcessIdentity): Promise<ProcessIdentity[]> {
    const members = membersOf(await reader.readTable(), root);
    for (const member of members) this.#seen.set(`${member.pid}@${member.startTime}`, member);
    return members;
  }

  /** Starts a program of this folder with one line of JSON a message on its standard output. */
  start(program: string, args: readonly string[] = []): TestProgram {
    const child = spawn(process.execPath, [join(import.meta.dirname, program), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // Like a terminal's job: a group of its own.
      detached: true,
    });
    this.#children.add(child);
    return new TestProgram(child);
  }

  async #living(): Promise<ProcessIdentity[]> {
    const table = await reader.readTable();
    const living: ProcessIdentity[] = [];
    for (const info of table.processes.values()) {
      if (info.pid === process.pid || info.state === 'zombie') continue;
      const remembered = [...this.#seen.values()].some((identity) => sameProcess(identity, info));
      const within = info.commandLine.some((argument) => argument.includes(this.folder));
      const started =
        remembered || within || (await reader.readEnvironment(info))?.['LEAKWRIGHT_STATE_DIR'] === this.state;
      if (started) living.push(info);
    }
    return living;
  }

  /** Runs something with more variables in the environment, which what it starts inherits. */
  async within(variables: Readonly<Record<string, string>>, run: () => Promise<void>): Promise<void> {
    const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
    Object.assign(process.env, variables);
    try {
      await run();
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  }

  /** The command lines of what was started within and lives. */
  async commandLines(): Promise<string[]> {
    const infos = await Promise.all((await this.#living()).map(({ pid }) => reader.readProcess(pid)));
    return infos.flatMap((info) => (info ? [info.commandLine.join(' ')] : []));
  }

  async isAlive(identity: ProcessIdentity): Promise<boolean> {
    const info = await reader.readProcess(identity.pid);
    return info !== undefined && sameProcess(info, identity) && info.state !== 'zombie';
  }

  /** What is left of everything, as text: processes by pid, and what lies in the temp folder and the journal. */
  async leftovers(except: readonly ProcessIdentity[] = []): Promise<string[]> {
    const left: string[] = [];
    for (const identity of await this.#living()) {
      if (except.some((other) => sameProcess(other, identity))) continue;
      const info = await reader.readProcess(identity.pid);
      if (info) left.push(`process ${info.pid} ${info.commandLine.slice(0, 3).join(' ')}`);
    }
    for (const name of readdirSync(this.temp)) left.push(`in the temp folder: ${name}`);
    try {
      for (const name of readdirSync(join(this.state, 'journal'))) {
        // What a writer leaves that is killed before its rename; the journal removes it when it is old.
        if (!name.endsWith('.tmp')) left.push(`in the journal: ${name}`);
      }
    } catch {
      // No journal was ever written.
    }
    return left;
  }

  /** Waits until nothing is left. @returns how long that took, in ms */
  async expectNothingLeft(): Promise<number> {
    const begin = performance.now();
    let left: string[] = [];
    for (;;) {
      left = await this.leftovers();
      if (left.length === 0) return performance.now() - begin;
      if (performance.now() - begin > PATIENCE_MS) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual(left, [], `still there after ${PATIENCE_MS} ms`);
    return Number.NaN;
  }

  /** Ends whatever a failed test left, by identity. */
  async dispose(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    for (let round = 0; round < 50; round += 1) {
      const living = await this.#living();
      if (living.length === 0) break;
      for (const { pid } of living) kill(pid);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const [name, value] of Object.entries(this.#before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    removeFolder(this.folder);
  }
}

/** A child that says things in lines of JSON. */
export class TestProgram {
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
  readonly #lines: Record<string, unknown>[] = [];

  constructor(child: ChildProcess) {
    this.child = child;
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.#lines.push(JSON.parse(line) as Record<string, unknown>);
    });
  }

  /** The first message with this key, once it has come. */
  async said<T>(key: string): Promise<T> {
    return await until(`the program to say '${key}'`, () => {
      const line = this.#lines.find((candidate) => key in candidate);
      if (!line && this.child.exitCode !== null) assert.fail(`the program exited with ${this.child.exitCode}`);
      return line && ((line[key] ?? true) as T);
    });
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    await this.exited;
  }
}
