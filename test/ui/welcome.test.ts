import { canHaveOwnProcesses } from '../tools/processTable.ts';
import { Workbench } from './workbench.ts';

// On a machine where a program drives a browser, as ours does with the one that shows the editor, the view is never empty.
describe('In the workbench, someone with no browser to see', function () {
  let workbench: Workbench | undefined;
  before(async function () {
    if (!canHaveOwnProcesses()) this.skip();
    workbench = await Workbench.open({ ownProcesses: true, workspaceTrust: true });
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench?.screenshot('failed-welcome');
  });

  // An empty view without a word is where people give up.
  it('is told what the views are for, and led on by their buttons', async () => {
    const editor = workbench!;
    const { page } = editor;
    await editor.showViews();
    const welcome = page.locator('.welcome-view-content:visible');
    await welcome.getByText(/No browser is running under a program on this machine/).waitFor();
    await welcome
      .getByText(/they need its trust/)
      .first()
      .waitFor();
    await editor.screenshot('welcome-untrusted', 640);
    await welcome.getByRole('button', { name: 'Manage Workspace Trust' }).first().click();
    await page.getByRole('button', { name: /^Trust$/ }).click();
    await editor.run('View: Close All Editors');
    for (const button of ['Launch Session…', 'Check for Leaks…', 'Open Report File…'])
      await welcome.getByRole('button', { name: button }).first().waitFor();
    for (const theme of ['light', 'high-contrast', 'dark'] as const) {
      await editor.setTheme(theme);
      await editor.screenshot(`welcome-${theme}`, 640);
    }
    await welcome.getByRole('button', { name: 'Launch Session…' }).click();
    await editor.answer(/The page to open/, editor.shop.url);
    await editor.row(/^Tea Shop · /).waitFor();
    await editor.screenshot('welcome-gone', 640);
    await editor.run('Leakwright: Close All Sessions');
    await welcome.getByRole('button', { name: 'Launch Session…' }).waitFor();
  });
});
