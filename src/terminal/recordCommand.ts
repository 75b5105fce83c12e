import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { findBrowser, findPlaywright } from '../browsers/index.ts';
import { playwrightTypes, recordedSteps, renderScenario } from '../scenarios/index.ts';
import { parsePageUrl } from '../checks/index.ts';
import { LeakwrightError, makeTempFolder, replaceFile } from '../support/index.ts';
import type { TerminalIo } from './io.ts';

export interface RecordOptions {
  readonly url: string;
  /** The file to write: the scenario, or the signed-in state. */
  readonly output: string;
  readonly browser?: string;
  readonly executablePath?: string;
}

/**
 * Lets a person do the steps in a browser while Playwright's own recorder writes them down, and makes a scenario of them
 * when the browser is closed.
 *
 * @returns the exit code: 0, or 2 when nothing was done in the browser and the steps are to be written by hand
 * @throws LeakwrightError `usage`, `browsers.notFound`, `browsers.launchFailed`
 */
export async function runRecord(options: RecordOptions, io: TerminalIo, signal: AbortSignal): Promise<number> {
  const url = parsePageUrl(options.url);
  const file = resolve(options.output);
  if (!/\.leak\.(?:[cm]?js|m?ts)$/.test(file)) {
    throw new LeakwrightError('usage', `'${options.output}' is no name of a scenario.`, {
      hint: 'Let it end in .leak.ts, .leak.mjs or .leak.js.',
    });
  }
  if (existsSync(file)) {
    throw new LeakwrightError('usage', `'${options.output}' exists already.`, { hint: 'Give another --output.' });
  }
  requireDisplay('Recording');
  const folder = makeTempFolder('record');
  try {
    const recording = join(folder, 'recording.js');
    await playwrightTool(['codegen', '--target', 'javascript', '--output', recording, url], recording, options, signal);
    const steps = existsSync(recording) ? recordedSteps(readFileSync(recording, 'utf8')) : [];
    const typesFrom = playwrightTypes('.');
    const typescript = file.endsWith('ts');
    mkdirSync(dirname(file), { recursive: true });
    const template = { url, folder: dirname(file), clicks: [], statements: steps, typescript, typesFrom };
    writeFileSync(file, renderScenario(template));
    io.out(`${file}\n`);
    return steps.length === 0 ? 2 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Lets a person sign in in a browser, and keeps cookies and storage when it is closed: what `--storage-state` takes. The
 * file is a secret, so only this user may read it.
 *
 * @returns the exit code: 0
 * @throws LeakwrightError `browsers.notFound`, `browsers.launchFailed`
 */
export async function runSignIn(options: RecordOptions, io: TerminalIo, signal: AbortSignal): Promise<number> {
  const url = parsePageUrl(options.url);
  requireDisplay('Signing in');
  const folder = makeTempFolder('record');
  try {
    const state = join(folder, 'state.json');
    await playwrightTool(['open', '--save-storage', state, url], state, options, signal);
    await replaceFile(resolve(options.output), readFileSync(state, 'utf8'));
    io.out(`${resolve(options.output)}\n`);
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Playwright's own tests of its recorder run it without a window; so do ours. */
export function showsWindow(): boolean {
  return !process.env['PWTEST_CLI_HEADLESS'];
}

/** @throws LeakwrightError `browsers.launchFailed` where no window can be shown */
export function requireDisplay(what: string): void {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform !== 'linux' || DISPLAY || WAYLAND_DISPLAY || !showsWindow()) return;
  throw new LeakwrightError('browsers.launchFailed', `${what} needs a screen, and this machine has none.`, {
    hint: 'Write the steps instead: New Leak Scenario… in the editor, or a file that exports { url, iteration }.',
  });
}

/** Runs a window of Playwright's own until the person closes it. @param result the file that it writes */
async function playwrightTool(
  args: readonly string[],
  result: string,
  options: Pick<RecordOptions, 'browser' | 'executablePath'>,
  signal: AbortSignal,
): Promise<void> {
  const playwright = findPlaywright(process.cwd());
  if (!playwright) {
    throw new LeakwrightError('browsers.notFound', 'Playwright, whose recorder this uses, was not found.', {
      hint: 'Install it: npm install --save-dev playwright',
    });
  }
  const channel = options.browser === 'chrome' || options.browser === 'msedge' ? options.browser : undefined;
  const { executablePath } = findBrowser({
    ...(options.executablePath ? { executablePath: options.executablePath } : {}),
    ...(channel ? { channel } : {}),
    workspaceFolder: process.cwd(),
  });
  const program = join(dirname(playwright.entry), 'cli.js');
  const child = spawn(
    process.execPath,
    [program, ...args],
    // The recorder knows no flag for a browser of the system's own; this is how Playwright's tests name one.
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PWTEST_CLI_EXECUTABLE_PATH: executablePath } },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  const end = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  try {
    const code = await new Promise<number | null>((done, failed) => {
      child.on('error', failed);
      child.on('close', done);
      if (signal.aborted) end();
    });
    signal.throwIfAborted();
    if (code !== 0 && !existsSync(result)) {
      const reason = said.split('\n').find((line) => line.trim() !== '') ?? `it exited with ${code}`;
      throw new LeakwrightError('browsers.launchFailed', `The recorder could not be started: ${reason.trim()}`);
    }
  } finally {
    signal.removeEventListener('abort', end);
  }
}
