import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { until } from '../support/until.ts';
import { kill } from '../tools/ownedProcesses.ts';
import { type Workbench, closeWindow } from './workbench.ts';

/** One for each window. */
function extensionHosts(workbench: Workbench): number[] {
  return workbench.server
    .processes()
    .filter(({ commandLine }) => commandLine.includes('--type=extensionHost'))
    .map(({ pid }) => pid);
}

/** What a session consists of: its host and guard processes, its browser, its folder. */
function sessionParts(workbench: Workbench): string[] {
  const processes = workbench.server
    .processes()
    .filter(({ commandLine }) => /sessionHost|hostProcess|--remote-debugging-pipe|crashpad/.test(commandLine))
    .map(({ pid, commandLine }) => `process ${pid}: ${commandLine.slice(0, 120)}`);
  const folders = readdirSync(workbench.server.temp).filter((name) => /leakwright|playwright|chromium/i.test(name));
  return [...processes, ...folders.map((name) => `folder ${name}`)];
}

/** What a session leaves, however it ends. */
export function sessionsThatEnd(theWorkbench: () => Workbench): void {
  let workbench: Workbench;
  /** The test before ended what it ran in. */
  let isEnded = false;
  before(() => {
    workbench = theWorkbench();
  });
  beforeEach(async () => {
    if (isEnded) await workbench.reopen();
    isEnded = false;
    await workbench.launchSession(workbench.shop.url);
    await workbench.openProcesses();
    await workbench.row(/Managed sessions/).waitFor();
    await until('a session host and its browser run', () => parts().length > 2 || undefined);
  });

  const parts = () => sessionParts(workbench);
  /** Until what is left is only this. */
  const onlyLeft = async (may: (part: string) => boolean) => {
    try {
      await until('the session is gone', () => parts().every(may) || undefined);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${parts().join('\n')}`, { cause: error });
    }
  };
  const nothing = () => false;

  // Both look at one machine through one journal: what one launched is nobody's orphan in the other.
  it('is managed in a second window too, and no orphan there', async () => {
    const { browser, server, folder } = workbench;
    const ours = extensionHosts(workbench);
    const other = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    try {
      const extension = process.env['LEAKWRIGHT_TEST_EXTENSION'] ?? process.cwd();
      await other.goto(server.workbenchUrl({ folder, extension }));
      await other.getByRole('tab', { name: 'Leakwright' }).first().click();
      const tree = other.getByRole('tree', { name: /Processes/ });
      const session = tree.getByRole('treeitem', { name: /Chromium.*Leakwright session/ });
      await session.waitFor();
      const names = await tree
        .getByRole('treeitem')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''));
      const groups = names.filter((name) => /^(Managed sessions|Orphans)|Leakwright session/.test(name));
      // Directly below its group, and nowhere else: an orphan would be below another, with an offer to end it.
      assert.match(groups[0]!, /^Managed sessions, 1 browser/);
      assert.match(groups[1]!, /Leakwright session/);
      assert.equal(groups.filter((name) => name.includes('Leakwright session')).length, 1);
    } finally {
      await closeWindow(other);
    }
    const isAlone = () => extensionHosts(workbench).every((pid) => ours.includes(pid)) || undefined;
    await until("the second window's extension host ends", isAlone, 30_000).catch(async () => {
      // The farewell of a window is lost on a busy machine, and the editor's server waits minutes for it to come back.
      for (const pid of extensionHosts(workbench)) if (!ours.includes(pid)) kill(pid, 'SIGTERM');
      await until("the second window's extension host ends", isAlone);
    });
    await workbench.run('Leakwright: Close All Sessions');
    await onlyLeft((part) => part.includes('sessionHost'));
  });

  it('leaves nothing when it is closed from its row', async () => {
    const row = workbench.row(/^(?:Chromium \d+|.*· 127\.0\.0\.1)/).first();
    await workbench.press(row, 'Close Session');
    await workbench.row(/Managed sessions/).waitFor({ state: 'detached' });
    // The host stays for the next launch; its browser and its folder do not.
    await onlyLeft((part) => part.includes('sessionHost'));
  });

  // A crash of the editor is when nobody is left to clean up by hand.
  it('leaves nothing when the extension host is killed', async () => {
    const [pid] = extensionHosts(workbench);
    assert.ok(pid, 'the extension host is found');
    assert.match(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /extensionHost/);
    isEnded = true;
    process.kill(pid, 'SIGKILL');
    await onlyLeft(nothing);
  });

  it('leaves nothing when the window is closed', async () => {
    isEnded = true;
    await closeWindow(workbench.page);
    await onlyLeft(nothing);
  });
}
