import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageFolder } from '../../src/support/index.ts';
import { processesMarked } from '../tools/ownedProcesses.ts';
import { pause, removeFolder } from './removeFolder.ts';

export interface CliRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Start it with an IPC channel, as the editor does. */
  readonly channel?: boolean;
}

/** A place of its own for one test: what the command leaves behind can be told from everybody else's. */
export interface CliHome {
  readonly tempFolder: string;
  /** Names of what lies in the temp folder now. */
  leftFiles(): string[];
  start(args: readonly string[], options?: CliOptions): CliProcess;
  run(args: readonly string[], options?: CliOptions): Promise<CliRun>;
  /** Kills the commands that run still. */
  kill(): void;
  dispose(): void;
}

export interface CliProcess {
  readonly child: ChildProcess;
  readonly done: Promise<CliRun>;
  stdout(): string;
  stderr(): string;
}

/** What the first browser of a user's first run teaches: later browsers start sooner, as every user's but the first. */
let learned: string | undefined;

export function createCliHome(): CliHome {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'lw-')));
  const tempFolder = mkdtempSync(join(home, 't'));
  const stateFolder = mkdtempSync(join(home, 's'));
  const features = join(stateFolder, 'disabled-features.json');
  if (learned !== undefined) writeFileSync(features, learned);
  const running = new Set<ChildProcess>();

  const start: CliHome['start'] = (args, options = {}) => {
    const child = spawn(process.execPath, [join(packageFolder(), 'src', 'cli.ts'), ...args], {
      cwd: options.cwd ?? tempFolder,
      env: {
        ...process.env,
        TMPDIR: tempFolder,
        LEAKWRIGHT_STATE_DIR: stateFolder,
        NODE_NO_WARNINGS: '1',
        CI: '',
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe', ...(options.channel ? ['ipc' as const] : [])],
    });
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    const done = new Promise<CliRun>((resolve, reject) => {
      child.on('error', reject);
      // Node tells no 'close' of a child whose channel we closed.
      child.on(options.channel ? 'exit' : 'close', (code: number | null, signal: NodeJS.Signals | null) => {
        running.delete(child);
        if (learned === undefined && existsSync(features)) learned = readFileSync(features, 'utf8');
        resolve({ code, signal, stdout, stderr });
      });
    });
    return { child, done, stdout: () => stdout, stderr: () => stderr };
  };

  const kill = (): void => running.forEach((child) => void child.kill('SIGKILL'));

  return {
    tempFolder,
    leftFiles: () => readdirSync(tempFolder),
    start,
    run: (args, options) => start(args, options).done,
    kill,
    dispose: () => {
      kill();
      // What cleans up after a killed one writes to the state folder until it ends.
      const deadline = performance.now() + 10_000;
      while (processesMarked(stateFolder, 'LEAKWRIGHT_STATE_DIR').length > 0 && performance.now() < deadline) pause();
      removeFolder(home);
    },
  };
}
