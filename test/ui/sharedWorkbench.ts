import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../support/until.ts';
import { removeFolder } from '../support/removeFolder.ts';
import { repository } from '../tools/obtainEditor.ts';
import { MARK, isAlive, kill as killProcess } from '../tools/ownedProcesses.ts';
import { Workbench, type WorkbenchOptions } from './workbench.ts';

/**
 * A workbench for all tests of the suite this is called in: opening one takes 20 s of processor time. After a test that failed
 * there is a new window, so the next one finds no dialog, session or selection of the other.
 */
export function useWorkbench(options: WorkbenchOptions): () => Workbench {
  let workbench: Workbench | undefined;
  before(async () => {
    workbench = await Workbench.open(options);
  });
  afterEach(async function () {
    const test = this.currentTest!;
    // A test that is going to be tried again has no state.
    if (test.state === 'passed' || test.isPending()) return;
    await workbench!.screenshot(`failed-${test.title.slice(0, 40)}`).catch(() => {});
    await workbench!.reopen();
  });
  after(() => workbench?.close());
  return () => workbench!;
}

export interface Script {
  readonly process: ChildProcess;
  /** The process id of its browser. */
  readonly browser: number;
}

/** Starts a script of test/support/owners, in the editor's temp folder; it is ended with the editor at the latest. */
export async function startScript(workbench: Workbench, name: string): Promise<Script> {
  const script = spawn(process.execPath, [join(repository, 'test', 'support', 'owners', `${name}.ts`)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: workbench.server.temp, [MARK]: workbench.server.mark },
  });
  const [line] = (await once(createInterface({ input: script.stdout }), 'line')) as [string];
  return { process: script, browser: (JSON.parse(line) as { browser: number }).browser };
}

export async function kill({ process: script }: Script): Promise<void> {
  const exited = once(script, 'exit');
  script.kill('SIGKILL');
  await exited;
}

/** Ends scripts with their browsers, however the test ended, and removes what browsers of scripts left. */
export async function endScripts(workbench: Workbench, scripts: Script[]): Promise<void> {
  for (const { process: script, browser } of scripts.splice(0)) {
    script.kill('SIGKILL');
    killProcess(browser);
    await until('its browser is gone', () => (isAlive(browser) ? undefined : true));
  }
  for (const { pid, commandLine } of workbench.server.processes()) {
    if (commandLine.includes('puppeteer_dev')) killProcess(pid);
  }
  const { temp } = workbench.server;
  for (const name of readdirSync(temp)) {
    if (/^(?:puppeteer_dev|playwright|org\.chromium)/.test(name)) removeFolder(join(temp, name));
  }
}
