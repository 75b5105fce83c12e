import assert from 'node:assert/strict';
import type { Workbench } from './workbench.ts';

/** Sessions that the settings of the machine have. */
export const SAVED_SESSIONS = {
  'leakwright.sessions': [
    { name: 'Tea shop on a phone', device: 'Pixel 7' },
    { name: 'Nightly grid', source: 'grid', endpoint: 'http://127.0.0.1:9/wd/hub' },
  ],
};

/** Someone who works in sessions. */
export function workingInSessions(theWorkbench: () => Workbench): void {
  let workbench: Workbench;
  before(() => {
    workbench = theWorkbench();
  });
  after(() => workbench.closeAllSessions());

  const option = (name: string | RegExp) => workbench.page.locator('.quick-input-widget').getByRole('option', { name });

  it('launches one from the palette, sees it, closes it from the tree, and reads what that did', async () => {
    await workbench.run('Leakwright: Launch Session');
    await option(/^New Session…/).waitFor();
    await workbench.screenshot('sessions-list', 500);
    await option(/^New Session…/).click();
    await workbench.answer(/The page to open/, workbench.shop.url);
    await workbench.openProcesses();
    // By what it shows, not as one `Chromium` of several.
    const session = workbench.row(/^Tea Shop · 127\.0\.0\.1:\d+, .*MB, Chromium \d+/).first();
    await session.waitFor();
    await workbench.unfold(/^Tea Shop · /);
    await workbench.row(/^Holds, pages: 1, contexts: 1, .*requests: \d+/).waitFor();
    await workbench.screenshot('sessions-holds', 500);
    await workbench.press(session, 'Close Session');
    await workbench.row(/^Managed sessions/).waitFor({ state: 'detached' });
    const message = await workbench.notification(/Session 'Chromium' closed in/);
    assert.match(
      (await message.textContent()) ?? '',
      /Cleaned up: \d+ processes, \d+ MB of memory, pages: 1, contexts: 1, .*Its processes and files are gone\./,
    );
    await workbench.screenshot('sessions-summary');
  });

  it('picks one that is saved in the settings, and opens a page in it', async () => {
    await workbench.run('Leakwright: Launch Session');
    await option(/^Tea shop on a phone/).click();
    await workbench.row(/^Tea shop on a phone/).waitFor();
    await workbench.run('Leakwright: Open URL in Session');
    await workbench.answer(/The page to open/, workbench.shop.url);
    await workbench.row(/^Tea shop on a phone.*127\.0\.0\.1/).waitFor();
    await workbench.screenshot('sessions-saved', 500);
  });

  // A Grid that is down is the usual case when something does not work: it must say which, and what to do.
  it('is told clearly when a Selenium Grid cannot be reached', async () => {
    await workbench.run('Leakwright: Launch Session');
    await option(/^Nightly grid/).click();
    await workbench.notification(/Selenium Grid at 'http:\/\/127\.0\.0\.1:9\/…' gave no browser/);
  });

  it('is asked what to attach to', async () => {
    await workbench.run('Leakwright: Attach');
    await option(/^Selenium Grid/).waitFor();
    await workbench.screenshot('sessions-attach', 500);
    await option(/^Browser with a debugging port/).click();
    await workbench.answer(/debugging port/, 'nonsense');
    await workbench.page.locator('.quick-input-widget').getByText('Enter an address').waitFor();
    await workbench.page.keyboard.press('Escape');
  });

  it('answers question by question what a new session is to be like', async () => {
    await workbench.run('Leakwright: Launch Session');
    await option(/^New Session with Options/).click();
    await option('As the setting says').waitFor();
    await workbench.screenshot('sessions-options', 500);
    await option(/^As the setting says/).click();
    await option(/^With a window/).waitFor();
    // Who errs need not begin again.
    await workbench.page.locator('.quick-input-widget').getByRole('button', { name: 'Back' }).click();
    await option(/^As the setting says/).click();
    await option(/^Without a window/).click();
    await option(/^Fresh profile/).click();
    await option(/^No device/).waitFor();
    await workbench.quickInput.fill('iPhone 15 Pro');
    await option('iPhone 15 Pro').first().click();
    await workbench.answer(/The page to open/, workbench.shop.url);
    await workbench.answer(/\(base URL\), or nothing/, workbench.shop.url);
    await workbench.answer(/Further arguments of the browser/, '--lang="de');
    await workbench.answer(/A quotation mark is not closed/, '--lang="de" --window-name=fruit');
    await workbench.answer(/A name to save it under/, 'Fruit phone');
    // Two browsers need more room than three views leave.
    for (const view of ['Leak Checks', 'Memory']) await workbench.collapseView(view);
    await workbench.row(/^Fruit phone/).waitFor();
    const given = workbench.server.processes().some(({ commandLine }) => commandLine.includes('--window-name=fruit'));
    assert.ok(given, 'the browser was given the arguments');
    await workbench.run('Leakwright: Launch Session');
    await option(/^Fruit phone/).waitFor();
    await workbench.page.keyboard.press('Escape');
    await workbench.run('Leakwright: Close All Sessions');
    await workbench.notification(
      /[Ss]ession.* closed.* Cleaned up: \d+ processes.*(Its|Their) processes and files are gone\./,
    );
  });
}
