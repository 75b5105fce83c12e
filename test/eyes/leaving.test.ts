import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { eventually } from '../editor/watching.ts';
import { Workbench } from './workbench.ts';

/** The extension host among the server's processes: the one that has our extension's log open is not told apart by name. */
function extensionHost(workbench: Workbench): number | undefined {
  return workbench.server.processes().find(({ commandLine }) => commandLine.includes('--type=extensionHost'))?.pid;
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

describe('What a session leaves behind', function () {
  this.timeout(180_000);
  let workbench: Workbench | undefined;
  beforeEach(async () => {
    // One editor for all, in a window that is opened anew: the test before may have ended what the last one ran in.
    if (workbench) await workbench.reopen();
    else workbench = await Workbench.open();
    await workbench.run('Leakwright: Launch Session');
    await workbench.answer(/The page to open/, workbench.shop.url);
    await workbench.openProcesses();
    await workbench.row(/Managed sessions/).waitFor();
    await eventually('a session host and its browser run', () => parts().length > 2 || undefined);
  });
  after(() => workbench?.close());

  const parts = () => sessionParts(workbench!);
  /** Until what is left is only this. */
  const onlyLeft = async (may: (part: string) => boolean) => {
    try {
      await eventually('the session is gone', () => parts().every(may) || undefined);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${parts().join('\n')}`, { cause: error });
    }
  };
  const nothing = () => false;

  it('is nothing when it is closed from its row', async () => {
    const row = workbench!.row(/^Chromium/).first();
    await row.hover();
    await row.getByRole('button', { name: 'Close Session' }).click();
    await workbench!.row(/Managed sessions/).waitFor({ state: 'detached' });
    // The host stays for the next launch; its browser and its folder do not.
    await onlyLeft((part) => part.includes('sessionHost'));
  });

  // A crash of the editor is when nobody is left to clean up by hand.
  it('is nothing when the extension host is killed', async () => {
    const pid = extensionHost(workbench!);
    assert.ok(pid, 'the extension host is found');
    assert.match(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /extensionHost/);
    process.kill(pid, 'SIGKILL');
    await onlyLeft(nothing);
  });

  it('is nothing when the window is closed', async () => {
    await workbench!.page.close({ runBeforeUnload: false });
    await onlyLeft(nothing);
  });
});
