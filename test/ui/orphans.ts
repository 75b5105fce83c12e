import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { until } from '../support/until.ts';
import { isAlive } from '../tools/ownedProcesses.ts';
import { type Script, endScripts, kill, startScript } from './sharedWorkbench.ts';
import type { Workbench } from './workbench.ts';

const profilesIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('puppeteer_dev'));

/** Someone with a browser left behind. */
export function withABrowserLeftBehind(theWorkbench: () => Workbench): void {
  let workbench: Workbench;
  const scripts: Script[] = [];
  before(() => {
    workbench = theWorkbench();
  });
  afterEach(() => endScripts(workbench, scripts));
  const start = async (): Promise<Script> => {
    const script = await startScript(workbench, 'puppeteer');
    scripts.push(script);
    return script;
  };

  // One button after a bad run; and never a browser that somebody is using.
  it('cleans up the orphan with its files, and leaves the browser whose script lives', async () => {
    const { page, server } = workbench;
    const dying = await start();
    const living = await start();
    await kill(dying);
    assert.ok(isAlive(dying.browser), 'the browser outlives its script');

    await workbench.openProcesses();
    await workbench.row(/^Orphans/).waitFor();
    await workbench.screenshot('orphans-dark');

    await workbench.run('Leakwright: Clean Up Orphans');
    const list = page.locator('.quick-input-widget');
    // Other browsers of this machine may be orphans as well; they are not this test's to end.
    const offered = list.getByRole('checkbox', { name: new RegExp(`pid ${dying.browser}\\), \\d+ processes`) });
    await offered.waitFor();
    await workbench.screenshot('orphans-pick-dark');
    assert.equal(await list.getByText(`pid ${living.browser})`).count(), 0);
    await workbench.tickOnly(`pid ${dying.browser})`);
    await page.keyboard.press('Enter');

    await workbench.notification(/Cleaned up: 1 browser ended/);
    await workbench.screenshot('orphans-done-dark');
    assert.ok(!isAlive(dying.browser), 'the orphan is gone');
    assert.ok(isAlive(living.browser), 'the other browser lives');
    assert.equal(profilesIn(server.temp).length, 1, "the orphan's profile is removed, the other's is not");
  });

  it('ends a tree from its row, after naming it, and not without an answer', async () => {
    const { page } = workbench;
    const script = await start();
    const { browser } = script;
    await kill(script);
    await workbench.openProcesses();
    await workbench.run('Leakwright: Refresh Processes');
    const row = page
      .locator(`[role=treeitem][id*="${browser}@"], [role=treeitem]`)
      .filter({ hasText: /left by/ })
      .last();
    await row.waitFor();
    const dialog = page.getByRole('dialog').filter({ hasText: /End .* and its \d+ processes\?/ });
    // A view that has just been drawn anew may miss the first key, as a person may have to press it again.
    await until('the question', async () => {
      if (!(await dialog.isVisible())) {
        await row.click();
        await page.keyboard.press('Delete');
      }
      return await dialog.waitFor({ timeout: 4000 }).then(
        () => true,
        () => undefined,
      );
    });
    await workbench.screenshot('end-tree-dialog');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    assert.ok(isAlive(browser));
  });
}
