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

describe('What a session leaves behind', () => {
  let workbench: Workbench;
  beforeEach(async function () {
    this.timeout(180_000);
    workbench = await Workbench.open();
    await workbench.run('Leakwright: Launch Session');
    await workbench.answer(/The page to open/, workbench.shop.url);
    await workbench.openProcesses();
    await workbench.row(/Managed sessions/).waitFor({ timeout: 60_000 });
    await eventually('a session host and its browser run', () =>
      sessionParts(workbench).length > 2 ? true : undefined,
    );
  });
  afterEach(() => workbench?.close());

  const nothingLeft = () => (sessionParts(workbench).length === 0 ? true : undefined);
  const failure = (error: unknown) => {
    throw new Error(`${(error as Error).message}\n${sessionParts(workbench).join('\n')}`);
  };

  it('is nothing when the window is closed', async () => {
    await workbench.page.close({ runBeforeUnload: false });
    await eventually('the session is gone', nothingLeft).catch(failure);
  });

  // A crash of the editor is when nobody is left to clean up by hand.
  it('is nothing when the extension host is killed', async () => {
    const pid = extensionHost(workbench);
    assert.ok(pid, 'the extension host is found');
    assert.match(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /extensionHost/);
    process.kill(pid, 'SIGKILL');
    await eventually('the session is gone', nothingLeft).catch(failure);
  });

  it('is nothing when it is closed from its row', async () => {
    const row = workbench.row(/^Chromium/).first();
    await row.hover();
    await row.getByRole('button', { name: 'Close Session' }).click();
    await workbench.row(/Managed sessions/).waitFor({ state: 'detached' });
    // The host stays for the next launch; its browser and its folder do not.
    await eventually('the browser is gone', () =>
      sessionParts(workbench).every((part) => part.includes('sessionHost')) ? true : undefined,
    ).catch(failure);
  });
});
