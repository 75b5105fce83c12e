import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import type { Workbench } from './workbench.ts';

/** A customer who cannot decide: without one there is nothing to see in a chart. */
const CUSTOMER = `<script>
  setInterval(() => (document.querySelector('.close') ?? document.querySelector('.open'))?.click(), 40);
</script>`;
/** How much is to be seen in the pictures that are published, in seconds; a test run needs a glimpse only. */
const CHART_SECONDS = process.env['LEAKWRIGHT_TEST_MEDIA'] === '1' ? 60 : 12;

/** Someone who looks at browsers. */
export function lookingAtBrowsers(theWorkbench: () => Workbench): void {
  let workbench: Workbench;
  before(() => {
    workbench = theWorkbench();
    const page = readFileSync(join(workbench.folder, 'index.html'), 'utf8');
    writeFileSync(join(workbench.folder, 'busy.html'), page.replace('</body>', `${CUSTOMER}</body>`));
  });
  // Whatever became of the test before.
  beforeEach(async () => {
    await workbench.openProcesses();
    if (!(await workbench.row(/^Managed sessions/).isVisible()))
      await workbench.launchSession(`${workbench.shop.url}busy.html`);
    await workbench.unfold(/^Tea Shop · /);
  });
  after(async () => {
    await workbench.changeSettings({});
    await workbench.closeAllSessions();
  });

  it('sees a session that was launched from the palette, with roles and memory', async () => {
    await workbench.row(/^Tea Shop · 127\.0\.0\.1:\d+, .*MB/).waitFor();
    // Which page eats the memory is the question that brings people here.
    await workbench.row(/^Renderer · Tea Shop, [\d.]+ MB/).waitFor();
  });

  // A chart that only eyes with a mouse can read would be half a chart.
  it('draws how the session goes, readable without seeing it', async () => {
    const memory = await workbench.webview('Memory');
    await memory.getByText(/\d+ MB, of which \d+ MB private/).waitFor();
    const chart = memory.getByRole('slider', { name: /^Memory of .+ over time/ });
    await memory.locator('.panel').filter({ hasText: 'JS heap' }).locator('canvas').waitFor();
    await chart.focus();
    await workbench.page.keyboard.press('Home');
    assert.match((await chart.getAttribute('aria-valuetext')) ?? '', /\d+:\d+:\d+.*share of all [\d.]+ MB/);
    const rows = await memory.locator('table tbody tr').count();
    assert.ok(rows > 0, 'the values stand in a table too');
    assert.deepEqual(await workbench.accessibilityProblems('Memory'), []);
    await workbench.page.keyboard.press('Escape');
  });

  it('draws the page that is selected', async () => {
    await workbench
      .row(/^Renderer · Tea Shop/)
      .first()
      .click();
    const memory = await workbench.webview('Memory');
    await memory.getByRole('heading', { name: 'Renderer · Tea Shop' }).waitFor();
    await memory.locator('.panel').filter({ hasText: 'DOM nodes' }).locator('canvas').waitFor();
  });

  // Words and icons must carry everything: colours are the theme's, and some themes have none.
  it('is readable in dark, light and high contrast', async () => {
    await workbench.openFile('shop.ts');
    // A blank line: no word is highlighted.
    for (let line = 1; line < 4; line += 1) await workbench.page.keyboard.press('ArrowDown');
    // What else runs on this machine is no part of the picture, nor is the view between the two.
    await workbench.collapseView('Leak Checks');
    const others = workbench.row(/^Other automation/);
    if (await others.isVisible()) {
      await others.click();
      await workbench.page.keyboard.press('ArrowLeft');
    }
    await workbench
      .row(/^Renderer · Tea Shop/)
      .first()
      .click();
    const memory = await workbench.webview('Memory');
    const chart = memory.getByRole('slider');
    await until('the chart has something to show', async () =>
      Number(await chart.getAttribute('aria-valuemax')) >= CHART_SECONDS / 2 ? true : undefined,
    );
    await memory.locator('body').evaluate(() => window.scrollTo(0, 0));
    for (const theme of ['dark', 'light', 'high-contrast'] as const) {
      await workbench.setTheme(theme);
      await workbench
        .row(/^Renderer · Tea Shop, [\d.]+ MB/)
        .first()
        .waitFor();
      await workbench.screenshot(`readme-processes-${theme}`);
    }
  });

  // Selected and collapsed rows must stay so while others come and go around them.
  it('keeps what is selected and collapsed when another session comes and goes', async () => {
    const { page } = workbench;
    const first = workbench.row(/^Tea Shop · 127\.0\.0\.1/).first();
    await first.click();
    await page.keyboard.press('ArrowLeft');
    await workbench
      .row(/^Renderer · Tea Shop/)
      .first()
      .waitFor({ state: 'hidden' });
    await workbench.launchSession('');
    await workbench.row(/^Managed sessions, 2 browsers/).waitFor();
    // By its name: the session that shows the shop is named after it, and a command is no session.
    const another = page.locator('.quick-input-widget').getByRole('option', { name: /^Chromium/ });
    await until('another session is closed', async () => {
      await workbench.run('Leakwright: Close Session');
      return await another.click({ timeout: 10_000 }).then(
        () => true,
        () => undefined,
      );
    });
    await workbench.row(/^Managed sessions, 1 browser/).waitFor();
    const still = async (state: string) => await first.getAttribute(`aria-${state}`);
    // A tree is drawn in steps: a row may be there before its state is.
    await until('the row is as it was', async () => {
      return (await still('expanded')) === 'false' && (await still('selected')) === 'true';
    });
  });
}
