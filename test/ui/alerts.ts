import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, lutimesSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../editor/watching.ts';
import { repository } from '../tools/obtainEditor.ts';
import { MARK, isAlive } from '../tools/ownedProcesses.ts';
import { Workbench } from './workbench.ts';

const OWNERS = join(repository, 'test', 'support', 'owners');

/** As if nothing had touched it and what is in it for so many seconds. */
function age(path: string, seconds: number): void {
  const stats = lstatSync(path);
  if (stats.isDirectory()) for (const name of readdirSync(path)) age(join(path, name), seconds);
  const then = Date.now() / 1000 - seconds;
  lutimesSync(path, then, then);
}

describe('In the workbench, someone who is told of what was left behind', function () {
  this.timeout(180_000);
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({
      settings: {
        'workbench.colorTheme': 'Default Dark Modern',
        'leakwright.afterDebugSession': 'ask',
        'leakwright.processLeakAlertAfter': 3,
        'leakwright.fileLeakAlertAfter': 3,
      },
    });
    // The extension wakes up with the view at the latest.
    await workbench.openProcesses();
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.slice(0, 40)}`);
  });

  /** A script outside of the editor with its browser, in the editor's temp folder and ended with the editor. */
  async function startScript(name: string): Promise<{ script: ChildProcess; browser: number }> {
    const script = spawn(process.execPath, [join(OWNERS, `${name}.ts`)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: workbench.server.temp, [MARK]: workbench.server.mark },
    });
    const [line] = (await once(createInterface({ input: script.stdout }), 'line')) as [string];
    return { script, browser: (JSON.parse(line) as { browser: number }).browser };
  }

  async function kill(script: ChildProcess): Promise<void> {
    script.kill('SIGKILL');
    await once(script, 'exit');
  }

  const foldersOf = (tool: string) => readdirSync(workbench.server.temp).filter((name) => name.startsWith(tool));

  /** The settings of the folder, where this folder's own values are. */
  const setting = (name: string) =>
    (JSON.parse(readFileSync(join(workbench.folder, '.vscode', 'settings.json'), 'utf8')) as Record<string, unknown>)[
      `leakwright.${name}`
    ];

  async function press(text: RegExp, button: string, timeoutMs = 60_000): Promise<void> {
    const message = await workbench.notification(text, timeoutMs);
    await message.hover();
    await message.getByRole('button', { name: button }).click();
  }

  // The default after a bad debug session: one question, one button, and both browser and files are gone.
  it('is asked once after a debug session whose script died, and one button cleans up', async () => {
    const { page, server, folder } = workbench;
    const crash = join(server.temp, 'crash-now');
    mkdirSync(join(folder, '.vscode'), { recursive: true });
    writeFileSync(
      join(folder, '.vscode', 'launch.json'),
      JSON.stringify({
        version: '0.2.0',
        configurations: [
          {
            type: 'node',
            request: 'launch',
            name: 'Launch e2e',
            program: join(OWNERS, 'crashing.mjs'),
            env: { CRASH_FILE: crash },
            console: 'internalConsole',
            internalConsoleOptions: 'neverOpen',
          },
        ],
      }),
    );
    await workbench.run('Debug: Start Debugging');
    await workbench.openProcesses();
    const row = workbench.row(/Launch e2e/).first();
    await row.waitFor({ timeout: 60_000 });
    await eventually('its profile is there', () => (foldersOf('puppeteer_dev').length === 1 ? true : undefined));
    const browser = server
      .processes()
      .find(({ commandLine }) => /puppeteer_dev/.test(commandLine) && !commandLine.includes('--type='));
    writeFileSync(crash, '');
    await workbench.notification(/'Launch e2e' left a browser behind/, 60_000);
    await workbench.screenshot('after-debug-session-ask-dark');
    await press(/'Launch e2e' left a browser behind/, 'Clean Up');
    await workbench.notification(/Cleaned up: 1 browser ended/, 60_000);
    assert.deepEqual(foldersOf('puppeteer_dev'), []);
    assert.equal(
      await page
        .locator('.notification-list-item')
        .filter({ hasText: `(process ${browser!.pid}) has been an orphan` })
        .count(),
      0,
      'it is not asked twice about one browser',
    );
  });

  it('is told of an orphan that stays, and of no other once that is not wanted', async () => {
    const { script, browser } = await startScript('puppeteer');
    await kill(script);
    await press(new RegExp(`\\(process ${browser}\\) has been an orphan for`), "Don't Ask Again");
    await eventually('the setting says so', () => (setting('processLeakAlertAfter') === 0 ? true : undefined));
    assert.ok(isAlive(browser), 'nothing was ended');
    process.kill(browser, 'SIGKILL');
  });

  // Playwright's browsers die with their script; some ten megabytes of profile stay, every time.
  it('sees leftover files with what they are, and removes them from the list', async () => {
    const { page, server } = workbench;
    const { script, browser } = await startScript('playwright');
    await kill(script);
    await eventually('the browser ends with its pipe', () => (isAlive(browser) ? undefined : true));
    // A day's profile has more than 10 MB; less than that is no reason to disturb anybody.
    const [profile] = foldersOf('playwright_chromiumdev_profile');
    writeFileSync(join(server.temp, profile!, 'cache'), Buffer.alloc(12 * 1024 * 1024, 1));
    await workbench.notification(/left (a folder|\d+ folders) behind/, 90_000);
    await press(/left (a folder|\d+ folders) behind/, 'Show');
    const group = workbench.row(/^Leftover files/);
    await group.waitFor({ timeout: 60_000 });
    await group.click();
    await page.keyboard.press('ArrowRight');
    await workbench
      .row(/^playwright_chromiumdev_profile/)
      .first()
      .waitFor();
    // A minute must pass before a profile may go; here it is made to have passed.
    for (const name of readdirSync(server.temp)) age(join(server.temp, name), 120);
    await workbench.run('Leakwright: Refresh Processes');
    await workbench
      .row(/^playwright_chromiumdev_profile.*\d min old/)
      .first()
      .waitFor();
    await workbench.screenshot('leftovers-dark');

    await workbench.run('Leakwright: Clean Up Leftover Files');
    const list = page.locator('.quick-input-widget');
    await list
      .getByRole('checkbox', { name: /playwright_chromiumdev_profile/ })
      .first()
      .waitFor({ timeout: 60_000 });
    await workbench.screenshot('leftovers-pick-dark');
    await page.keyboard.press('Enter');
    await workbench.notification(/Cleaned up: .*leftover folder/, 60_000);
    await eventually('they are gone', () => (foldersOf('playwright').length === 0 ? true : undefined));
    await group.waitFor({ state: 'hidden', timeout: 60_000 });
  });

  it('ends what Leakwright launched itself, and says when there is nothing', async () => {
    await workbench.run('Leakwright: Clean Up Everything Leakwright Launched');
    await workbench.notification(/launched nothing that is still there/, 60_000);
  });
});
