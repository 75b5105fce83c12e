import assert from 'node:assert/strict';
import { Workbench } from './workbench.ts';

describe('In the workbench, someone who does not trust the folder', () => {
  let workbench: Workbench;
  before(async function () {
    this.timeout(180_000);
    workbench = await Workbench.open({ workspaceTrust: true });
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.slice(0, 40)}`);
  });

  // A cloned repository must not be able to start a program just because somebody looks at it.
  it('sees what runs and can clean up, and is told why a session and a check are not to be had', async () => {
    await workbench.openProcesses();
    await workbench
      .row(/Chromium/)
      .first()
      .waitFor({ timeout: 60_000 });
    await workbench.run('Leakwright: Launch Session');
    const why = await workbench.notification(
      /Launching a session runs code and settings of this folder, which is not trusted/,
    );
    assert.ok(await why.getByRole('button', { name: 'Manage Workspace Trust' }).isVisible());
    await workbench.screenshot('untrusted');
    await workbench.run('Leakwright: Check for Leaks');
    await workbench.notification(/A leak check runs code and settings of this folder/);
    await workbench.run('Leakwright: Clean Up Orphans');
    // What there is to clean up depends on the machine: a list, or the message that there is nothing.
    const list = workbench.page.locator('.quick-input-title').filter({ hasText: 'Clean Up Orphans' });
    await Promise.any([list.waitFor({ timeout: 60_000 }), workbench.notification(/Nothing to clean up/, 60_000)]);
    await workbench.page.keyboard.press('Escape');
  });
});
