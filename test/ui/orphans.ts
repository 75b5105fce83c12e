import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repository } from '../tools/obtainEditor.ts';
import { MARK, isAlive } from '../tools/ownedProcesses.ts';
import { Workbench } from './workbench.ts';
import { eventually } from '../editor/watching.ts';

/** A Puppeteer script with its browser, in the editor's temp folder and ended with the editor, should the test fail. */
async function startScript(workbench: Workbench): Promise<{ script: ChildProcess; browser: number }> {
  const script = spawn(process.execPath, [join(repository, 'test', 'support', 'owners', 'puppeteer.ts')], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: workbench.server.temp, [MARK]: workbench.server.mark },
  });
  const [line] = (await once(createInterface({ input: script.stdout }), 'line')) as [string];
  return { script, browser: (JSON.parse(line) as { browser: number }).browser };
}

const profilesIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('puppeteer_dev'));

describe('In the workbench, someone with a browser left behind', () => {
  let workbench: Workbench;
  before(async function () {
    this.timeout(180_000);
    workbench = await Workbench.open({ settings: { 'workbench.colorTheme': 'Default Dark Modern' } });
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.slice(0, 40)}`);
  });

  // One button after a bad run; and never a browser that somebody is using.
  it('cleans up the orphan with its files, and leaves the browser whose script lives', async function () {
    this.timeout(180_000);
    const { page, server } = workbench;
    const dying = await startScript(workbench);
    const living = await startScript(workbench);
    dying.script.kill('SIGKILL');
    await once(dying.script, 'exit');
    assert.ok(isAlive(dying.browser), 'the browser outlives its script');

    await workbench.openProcesses();
    await workbench.row(/^Orphans/).waitFor({ timeout: 60_000 });
    await workbench.screenshot('orphans-dark');

    await workbench.run('Leakwright: Clean Up Orphans');
    const list = page.locator('.quick-input-widget');
    // Other browsers of this machine may be orphans as well; they are not this test's to end.
    const offered = list.getByRole('checkbox', { name: new RegExp(`pid ${dying.browser}\\), \\d+ processes`) });
    await offered.waitFor({ timeout: 60_000 });
    await workbench.screenshot('orphans-pick-dark');
    assert.equal(await list.getByText(`pid ${living.browser})`).count(), 0);
    await workbench.tickOnly(`pid ${dying.browser})`);
    await page.keyboard.press('Enter');

    await workbench.notification(/Cleaned up: 1 browser ended/, 60_000);
    await workbench.screenshot('orphans-done-dark');
    assert.ok(!isAlive(dying.browser), 'the orphan is gone');
    assert.ok(isAlive(living.browser), 'the other browser lives');
    assert.equal(profilesIn(server.temp).length, 1, "the orphan's profile is removed, the other's is not");
    living.script.kill('SIGKILL');
  });

  it('ends a tree from its row, after naming it, and not without an answer', async function () {
    this.timeout(120_000);
    const { page } = workbench;
    const { script, browser } = await startScript(workbench);
    script.kill('SIGKILL');
    await once(script, 'exit');
    await workbench.openProcesses();
    await workbench.run('Leakwright: Refresh Processes');
    const row = page
      .locator(`[role=treeitem][id*="${browser}@"], [role=treeitem]`)
      .filter({ hasText: /left by/ })
      .last();
    await row.waitFor({ timeout: 60_000 });
    const dialog = page.getByRole('dialog').filter({ hasText: /End .* and its \d+ processes\?/ });
    // A view that has just been drawn anew may miss the first key, as a person may have to press it again.
    await eventually(
      'the question',
      async () => {
        if (!(await dialog.isVisible())) {
          await row.click();
          await page.keyboard.press('Delete');
        }
        return await dialog.waitFor({ timeout: 4000 }).then(
          () => true,
          () => undefined,
        );
      },
      60_000,
    );
    await workbench.screenshot('end-tree-dialog');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    assert.ok(isAlive(browser));
  });
});
