import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { leaks } from '../../scripts/freshProjects/leaks.ts';
import { mendedFiles, projects } from '../../scripts/freshProjects/projects.ts';
import { until } from '../support/until.ts';
import { freePort } from '../support/ports.ts';
import { Workbench } from './workbench.ts';

/**
 * Where the apps are, and are installed from the npm registry where they are not yet. Without it these tests are left out:
 * `LEAKWRIGHT_TEST_FRESH=/tmp/fresh npm run test:ui -- --file=test/ui/freshApps.test.ts`.
 */
const apps = process.env['LEAKWRIGHT_TEST_FRESH'];

for (const name of ['vite-react', 'vite-vue', 'angular']) {
  const project = projects.find((one) => one.name === name)!;
  // The one that its page shows at an address without a query.
  const leak = leaks.find((one) => one.name === 'listener')!;

  // The way that a new user goes, in an app that knows nothing of us.
  describe(`In the workbench, someone with a fresh ${name} app`, function () {
    this.timeout(900_000);
    let workbench: Workbench;
    let folder: string;
    let server: ChildProcess;
    let port: number;
    before(async function () {
      if (apps === undefined) return this.skip();
      folder = join(apps, name);
      write(project.files, folder);
      if (!existsSync(join(folder, 'node_modules')))
        await run('npm', ['install', '--no-audit', '--no-fund', ...project.dependencies], folder);
      port = await freePort();
      server = spawn('npx', [...project.dev!(port)], { cwd: folder, stdio: 'ignore', detached: true });
      await until('the app answers', async () => await isThere(port));
      workbench = await Workbench.open({ folder, settings: { 'workbench.colorTheme': 'Default Dark Modern' } });
    });
    after(async () => {
      await workbench?.close();
      if (server?.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGKILL');
    });
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await workbench.screenshot(`fresh-${name}-failed`);
    });

    it('is at the leaking line after two clicks and two Enters, mends it, and sees it gone after one click more', async () => {
      const { page } = workbench;
      const file = project.panel(leak);
      const line =
        readFileSync(join(folder, file), 'utf8')
          .split('\n')
          .findIndex((one) => one.includes(leak.line)) + 1;
      const base = file.split('/').at(-1)!;

      await page.getByRole('tab', { name: 'Leakwright' }).first().click();
      const view = page.locator('.pane').filter({ hasText: 'Leak Checks' });
      await view.getByRole('button', { name: 'Check for Leaks…' }).first().click();
      const list = page.locator('.quick-input-widget');
      // Its own folder's server is the first, whatever else runs on this machine.
      const own = list.getByRole('option', { name: new RegExp(`^localhost:${port}`) });
      await own.waitFor();
      await until('the app is chosen already', async () =>
        (await own.evaluate((row) => row.classList.contains('focused'))) ? true : undefined,
      );
      await workbench.screenshot(`fresh-${name}-1-where`);
      await page.keyboard.press('Enter');
      await list
        .getByRole('option', { name: /Toggle/ })
        .first()
        .waitFor();
      await workbench.screenshot(`fresh-${name}-2-how`);
      await page.keyboard.press('Enter');
      await page.getByRole('tab', { name: new RegExp(`^${base}`) }).waitFor({ timeout: 400_000 });
      await page
        .locator('.statusbar')
        .getByText(new RegExp(`^Ln ${line}, Col`))
        .waitFor();
      await workbench.notification(new RegExp(`1 leak: ${base}:${line}, `));
      await workbench.screenshot(`fresh-${name}-3-line`);
      await workbench.hideNotifications();

      write(mendedFiles(project), folder);
      const row = await workbench.leakRow(new RegExp(`^${base}:${line}, `));
      await workbench.press(row, 'Check Again');
      await workbench.notification(new RegExp(`Gone: ${base}:${line}, `), 400_000);
      assert.equal(await page.locator('.squiggly-warning').count(), 0);
      await workbench.screenshot(`fresh-${name}-4-gone`);
    });
  });
}

function write(files: Readonly<Record<string, string>>, folder: string): void {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file);
    // npm writes its dependencies into it.
    if (file === 'package.json' && existsSync(path)) continue;
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, `${program} ${args.join(' ')}`);
}

async function isThere(port: number): Promise<true | undefined> {
  return await fetch(`http://localhost:${port}/`).then(
    ({ ok }) => ok || undefined,
    () => undefined,
  );
}
