import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { atExit, temporaryFolder } from './atExit.ts';
import { MARK, type OwnedProcess, endProcesses, processesMarked } from './ownedProcesses.ts';
import { OWN_PROCESSES } from './processTable.ts';

export interface VscodeServerOptions {
  readonly serverMain: string;
  /** Let VS Code ask whether a folder is trusted. Default: false, everything is trusted. */
  readonly workspaceTrust?: boolean;
  /** Settings of the machine the extension runs on: the only place for machine-scoped ones in this host. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  /** Let it see no processes but its own, where `canHaveOwnProcesses`. Default: all of this machine. */
  readonly ownProcesses?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** A folder with installed extensions (see {@link installVsix}); default: an empty one of its own. */
  readonly extensionsFolder?: string;
  /** Called with each line the server prints. */
  readonly log?: (line: string) => void;
  /** 0, the default, is a free port. */
  readonly port?: number;
}

/** VS Code's own server on a free local port, with data folders and a temp folder of its own. */
export interface VscodeServer {
  readonly port: number;
  readonly pid: number;
  /** The mark in the environment of everything this server starts. */
  readonly mark: string;
  /** TMPDIR of everything it starts: what is left in it was left behind. */
  readonly temp: string;
  /** LEAKWRIGHT_STATE_DIR of everything it starts. */
  readonly state: string;
  /** The workbench's address for a folder, with an extension in development, and a test suite to run or none. */
  workbenchUrl(options: { folder: string; extension?: string | undefined; tests?: string | undefined }): string;
  /** What it has started and still lives. */
  processes(): OwnedProcess[];
  /** Ends its whole process tree and removes its folders; returns what had to be ended by force. */
  stop(): Promise<OwnedProcess[]>;
}

const START_TIMEOUT_MS = 60_000;

export async function startVscodeServer(options: VscodeServerOptions): Promise<VscodeServer> {
  // A socket's path may have 108 bytes (104 on macOS), and VS Code adds 60: the system's temp folder can be too deep.
  const home = await mkdtemp(join(process.platform === 'win32' || tmpdir().length < 30 ? tmpdir() : '/tmp', 'lw-'));
  const [data, extensions, temp, state] = ['data', 'ext', 'tmp', 'state'].map((name) => join(home, name)) as [
    string,
    string,
    string,
    string,
  ];
  await Promise.all(
    [extensions, temp, state, join(data, 'data', 'Machine')].map((dir) => mkdir(dir, { recursive: true })),
  );
  await writeFile(
    join(data, 'data', 'Machine', 'settings.json'),
    JSON.stringify({ 'telemetry.telemetryLevel': 'off', ...options.machineSettings }),
  );

  const mark = randomUUID();
  const [command, ...before] = [...(options.ownProcesses ? OWN_PROCESSES : []), process.execPath] as [string];
  const server = spawn(
    command,
    [
      ...before,
      options.serverMain,
      '--host=127.0.0.1',
      `--port=${options.port ?? 0}`,
      '--without-connection-token',
      '--accept-server-license-terms',
      // Only with this does the built workbench obey extensionDevelopmentPath and extensionTestsPath.
      '--enable-smoke-test-driver',
      `--server-data-dir=${data}`,
      `--extensions-dir=${options.extensionsFolder ?? extensions}`,
      '--disable-telemetry',
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    ],
    {
      cwd: dirname(dirname(options.serverMain)),
      // A group of its own: Ctrl-C in our terminal must not reach it before we have seen what it started.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...withoutEditorVariables(process.env),
        TMPDIR: temp,
        XDG_RUNTIME_DIR: temp,
        LEAKWRIGHT_STATE_DIR: state,
        ...options.env,
        [MARK]: mark,
      },
    },
  );
  let stopped: Promise<OwnedProcess[]> | undefined;
  const stop = () => (stopped ??= end(server, mark, home));
  atExit(async () => void (await stop()));

  try {
    const port = await listening(server, options.log);
    return {
      port,
      pid: server.pid!,
      mark,
      temp,
      state,
      workbenchUrl: ({ folder, extension, tests }) => {
        const remote = (path: string) => `vscode-remote://127.0.0.1:${port}${asUriPath(path)}`;
        const payload = [
          ...(extension === undefined ? [] : [['extensionDevelopmentPath', remote(extension)]]),
          ...(tests === undefined ? [] : [['extensionTestsPath', remote(tests)]]),
        ];
        const query = new URLSearchParams({ folder: asUriPath(folder), payload: JSON.stringify(payload) });
        return `http://127.0.0.1:${port}/?${query.toString()}`;
      },
      processes: () => processesMarked(mark),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Installs a .vsix into an extensions folder, with the server's own installer. */
export async function installVsix(serverMain: string, vsix: string, extensionsFolder: string): Promise<void> {
  const data = temporaryFolder();
  try {
    const child = spawn(
      process.execPath,
      [serverMain, '--install-extension', vsix, '--extensions-dir', extensionsFolder, '--server-data-dir', data],
      { stdio: ['ignore', 'pipe', 'pipe'], env: withoutEditorVariables(process.env) },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    const closed = once(child, 'close') as Promise<[number | null]>;
    // Left alone it would go on writing into folders that are being removed.
    atExit(async () => {
      child.kill('SIGKILL');
      await closed;
    });
    const [code] = await closed;
    if (code !== 0) throw new Error(`Installing ${vsix} exited with ${code}:\n${output}`);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

/** The variables of an editor we may ourselves run in would tell the server that it is a part of that one. */
function withoutEditorVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(VSCODE_|ELECTRON_|npm_|NODE_OPTIONS$)/.test(name)),
  );
}

function asUriPath(path: string): string {
  const slashes = path.replaceAll('\\', '/');
  return slashes.startsWith('/') ? slashes : `/${slashes}`;
}

async function listening(server: ChildProcess, log: ((line: string) => void) | undefined): Promise<number> {
  let output = '';
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<number>((done, failed) => {
      const fail = (why: string) => failed(new Error(`The VS Code server ${why}:\n${output.slice(-3000)}`));
      timer = setTimeout(() => fail(`did not listen within ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
      const onOutput = (chunk: Buffer) => {
        const text = chunk.toString('utf8');
        if (output.length < 100_000) output += text;
        for (const line of text.split('\n')) if (line.trim()) log?.(line);
        const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
        if (port) done(Number(port));
      };
      server.stdout!.on('data', onOutput);
      server.stderr!.on('data', onOutput);
      server.on('error', (error) => fail(`could not be started (${error.message})`));
      server.on('exit', (code, signal) => fail(`exited (${signal ?? code})`));
    });
  } finally {
    clearTimeout(timer);
  }
}

async function end(server: ChildProcess, mark: string, home: string): Promise<OwnedProcess[]> {
  const exited = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : undefined;
  const ended = server.pid === undefined ? [] : await endProcesses(server.pid, mark);
  if (server.pid !== undefined) await exited;
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
  return ended;
}
