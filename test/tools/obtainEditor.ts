import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';

/**
 * A real VS Code to test in: the desktop program where it can be downloaded, else VS Code's own server and web
 * workbench, which the npm package `code-server` carries. Both run extensions in the same Node extension host.
 */
export type Editor =
  | { readonly kind: 'desktop'; readonly executable: string }
  | { readonly kind: 'server'; readonly serverMain: string };

export const repository = resolve(import.meta.dirname, '..', '..');
const cache = join(repository, '.vscode-test');

/** Ships VS Code 1.139. Pinned: a newer one may need other install steps. */
const CODE_SERVER = '4.139.1';

const UPDATE_SERVER = 'https://update.code.visualstudio.com/api/releases/stable';
/** Long enough for a slow network, short enough not to be in the way where there is none. */
const UPDATE_SERVER_TIMEOUT_MS = 8_000;
const INSTALL_TIMEOUT_MS = 10 * 60_000;

export type Progress = (line: string) => void;

export interface ObtainEditorOptions {
  readonly progress?: Progress;
  /** Default: `LEAKWRIGHT_EDITOR` (`desktop` or `server`), else whichever can be had, desktop first. */
  readonly kind?: 'desktop' | 'server' | undefined;
}

/** @throws when the editor asked for (or, without a wish, neither) can be had; the message names what was tried */
export async function obtainEditor(options: ObtainEditorOptions = {}): Promise<Editor> {
  const progress = options.progress ?? (() => {});
  const wish = options.kind ?? (process.env['LEAKWRIGHT_EDITOR'] as Editor['kind'] | undefined);
  if (wish === 'server') return obtainServer(progress);
  const hindrance = await whyNoDesktop();
  if (hindrance === undefined) {
    try {
      return await obtainDesktop(progress);
    } catch (error) {
      if (wish === 'desktop') throw error;
      progress(`Desktop VS Code could not be downloaded: ${(error as Error).message}`);
    }
  } else if (wish === 'desktop') {
    throw new Error(`Desktop VS Code cannot be had: ${hindrance}.`);
  } else {
    progress(`Desktop VS Code cannot be had (${hindrance}): using the VS Code server instead.`);
  }
  return obtainServer(progress);
}

async function whyNoDesktop(): Promise<string | undefined> {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'no display';
  if (process.platform === 'linux' && process.getuid?.() === 0) return 'it does not run as root';
  const downloaded = existsSync(cache) && (await readdir(cache)).some((name) => name.startsWith('vscode-'));
  if (downloaded) return undefined;
  try {
    const response = await fetch(UPDATE_SERVER, { signal: AbortSignal.timeout(UPDATE_SERVER_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok ? undefined : `its update server answers ${response.status}`;
  } catch {
    return 'its update server cannot be reached';
  }
}

async function obtainDesktop(progress: Progress): Promise<Editor> {
  progress('Obtaining desktop VS Code …');
  const executable = await downloadAndUnzipVSCode({ version: 'stable', cachePath: cache, timeout: 30_000 });
  return { kind: 'desktop', executable };
}

/** Where a finished install lies. It is made elsewhere and renamed, so a half-done one never has this name. */
const serverFolder = join(cache, `code-server-${CODE_SERVER}`);

async function obtainServer(progress: Progress): Promise<Editor> {
  const serverMain = join('node_modules', 'code-server', 'lib', 'vscode', 'out', 'server-main.js');
  if (!existsSync(join(serverFolder, serverMain))) await installServer(progress);
  return { kind: 'server', serverMain: join(serverFolder, serverMain) };
}

async function installServer(progress: Progress): Promise<void> {
  await mkdir(cache, { recursive: true });
  for (const name of await readdir(cache)) {
    if (!name.startsWith('installing-')) continue;
    // A younger one may be under way: two steps of the tests may want the editor at the same time.
    const { mtimeMs } = await stat(join(cache, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > 4 * INSTALL_TIMEOUT_MS) await rm(join(cache, name), { recursive: true, force: true });
  }
  const folder = await mkdtemp(join(cache, 'installing-'));
  const server = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  // Without install scripts: they compile what the server works without (spdlog, kerberos), and need a compiler and
  // headers. Only the terminal's node-pty matters, and it comes with a prebuilt binary.
  const quick = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
  const steps: readonly { readonly what: string; readonly cwd: string; readonly args: readonly string[] }[] = [
    { what: 'the package', cwd: folder, args: ['install', `code-server@${CODE_SERVER}`, ...quick] },
    { what: "the server's modules", cwd: server, args: ['install', '--omit=dev', ...quick] },
    { what: 'the terminal', cwd: server, args: ['rebuild', 'node-pty'] },
    {
      what: "the built-in extensions' modules",
      cwd: join(server, 'extensions'),
      args: ['install', '--omit=dev', ...quick],
    },
  ];
  try {
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    progress(`Obtaining the VS Code server (code-server ${CODE_SERVER}, about 620 MB, once) …`);
    for (const [index, step] of steps.entries()) {
      const started = performance.now();
      await npm(step.args, step.cwd);
      progress(`  ${index + 1}/${steps.length} ${step.what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
    await rename(folder, serverFolder).catch((error: unknown) => {
      // The other one was faster. What is there under this name is whole.
      if (!existsSync(serverFolder)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  // npm's settings of the npm script that runs us (its prefix, its lifecycle event) must not reach this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  const windows = process.platform === 'win32';
  const child = spawn(windows ? 'npm.cmd' : 'npm', args, {
    cwd,
    env,
    shell: windows,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: INSTALL_TIMEOUT_MS,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  await new Promise<void>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => {
      if (code === 0) done();
      else failed(new Error(`'npm ${args.join(' ')}' in ${cwd} exited with ${code}:\n${output.slice(-3000)}`));
    });
  });
}
