import assert from 'node:assert/strict';
import { lstatSync, lutimesSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { repository } from '../tools/obtainEditor.ts';
import { isAlive } from '../tools/ownedProcesses.ts';
import { type Script, endScripts, kill, startScript } from './sharedWorkbench.ts';
import type { Workbench } from './workbench.ts';

const OWNERS = join(repository, 'test', 'support', 'owners');

/** As if nothing had touched it and what is in it for so many seconds. */
function age(path: string, seconds: number): void {
  const stats = lstatSync(path);
  if (stats.isDirectory()) for (const name of readdirSync(path)) age(join(path, name), seconds);
  const then = Date.now() / 1000 - seconds;
  lutimesSync(path, then, then);
}

/** Someone who is told of what was left behind. */
export function toldOfWhatWasLeftBehind(theWorkbench: () => Workbench): void {
  let workbench: Workbench;
  const scripts: Script[] = [];
  // Before each: a test that turns a question off may be tried again, in a new window.
  beforeEach(async () => {
    workbench = theWorkbench();
    await workbench.changeSettings({
      'leakwright.afterDebugSession': 'ask',
      'leakwright.processLeakAlertAfter': 3,
      'leakwright.fileLeakAlertAfter': 3,
    });
    // The extension wakes up with the view at the latest.
    await workbench.openProcesses();
  });
  after(() => workbench.changeSettings({}));
  afterEach(() => endScripts(workbench, scripts));
  const start = async (name: string): Promise<Script> => {
    const script = await startScript(workbench, name);
    scripts.push(script);
    return script;
  };

  const foldersOf = (tool: string) => readdirSync(workbench.server.temp).filter((name) => name.startsWith(tool));

  /** A setting of the folder, where this folder's own values are; undefined while the editor writes them. */
  const setting = (name: string): unknown => {
    const text = readFileSync(join(workbench.folder, '.vscode', 'settings.json'), 'utf8');
    return text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>)[`leakwright.${name}`];
  };

  async function press(text: RegExp, button: string): Promise<void> {
    const message = await workbench.notification(text);
    await workbench.press(message, button);
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
    await row.waitFor();
    await until('its profile is there', () => (foldersOf('puppeteer_dev').length === 1 ? true : undefined));
    const browser = server
      .processes()
      .find(({ commandLine }) => /puppeteer_dev/.test(commandLine) && !commandLine.includes('--type='));
    writeFileSync(crash, '');
    await workbench.notification(/'Launch e2e' left a browser behind/);
    await workbench.screenshot('after-debug-session-ask-dark');
    await press(/'Launch e2e' left a browser behind/, 'Clean Up');
    await workbench.notification(/Cleaned up: 1 browser ended/);
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
    const script = await start('puppeteer');
    const { browser } = script;
    await kill(script);
    await press(new RegExp(`\\(process ${browser}\\) has been an orphan for`), "Don't Ask Again");
    await until('the setting says so', () => (setting('processLeakAlertAfter') === 0 ? true : undefined));
    assert.ok(isAlive(browser), 'nothing was ended');
  });

  // Playwright's browsers die with their script; some ten megabytes of profile stay, every time.
  it('sees leftover files with what they are, and removes them from the list', async () => {
    const { page, server } = workbench;
    const script = await start('playwright');
    const { browser } = script;
    await kill(script);
    await until('the browser ends with its pipe', () => (isAlive(browser) ? undefined : true));
    // A day's profile has more than 10 MB; less than that is no reason to disturb anybody.
    const [profile] = foldersOf('playwright_chromiumdev_profile');
    writeFileSync(join(server.temp, profile!, 'cache'), Buffer.alloc(12 * 1024 * 1024, 1));
    await workbench.notification(/left (a folder|\d+ folders) behind/);
    await press(/left (a folder|\d+ folders) behind/, 'Show');
    const group = workbench.row(/^Leftover files/);
    await group.waitFor();
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
      .waitFor();
    await workbench.screenshot('leftovers-pick-dark');
    await page.keyboard.press('Enter');
    await workbench.notification(/Cleaned up: .*leftover folder/);
    await until('they are gone', () => (foldersOf('playwright').length === 0 ? true : undefined));
    await group.waitFor({ state: 'hidden' });
  });

  it('ends what Leakwright launched itself, and says when there is nothing', async () => {
    await workbench.run('Leakwright: Clean Up Everything Leakwright Launched');
    await workbench.notification(/launched nothing that is still there/);
  });
}
