import assert from 'node:assert/strict';
import { Workbench } from './workbench.ts';

describe('Through the eyes of someone with two windows', () => {
  let workbench: Workbench;
  before(async function () {
    this.timeout(180_000);
    workbench = await Workbench.open();
  });
  after(() => workbench?.close());

  // Both look at one machine through one journal: what one launched is nobody's orphan in the other.
  it('sees in one what the other launched, as managed and not as an orphan', async function () {
    this.timeout(180_000);
    const { browser, server, folder } = workbench;
    await workbench.run('Leakwright: Launch Session');
    await workbench.answer(/The page to open/, '');
    await workbench.openProcesses();
    await workbench.row(/Managed sessions/).waitFor({ timeout: 60_000 });

    const other = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    try {
      const extension = process.env['LEAKWRIGHT_TEST_EXTENSION'] ?? process.cwd();
      await other.goto(server.workbenchUrl({ folder, extension }));
      await other.getByRole('tab', { name: 'Leakwright' }).first().click({ timeout: 60_000 });
      const tree = other.getByRole('tree', { name: /Processes/ });
      const session = tree.getByRole('treeitem', { name: /Chromium.*Leakwright session/ });
      await session.waitFor({ timeout: 60_000 });
      const names = await tree
        .getByRole('treeitem')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''));
      const groups = names.filter((name) => /^(Managed sessions|Orphans)|Leakwright session/.test(name));
      // Directly below its group, and nowhere else: an orphan would be below another, with an offer to end it.
      assert.match(groups[0]!, /^Managed sessions, 1 browser/);
      assert.match(groups[1]!, /Leakwright session/);
      assert.equal(groups.filter((name) => name.includes('Leakwright session')).length, 1);
    } finally {
      await other.close();
    }
  });
});
