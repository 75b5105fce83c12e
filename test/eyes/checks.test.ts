import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../editor/watching.ts';
import { Workbench } from './workbench.ts';

/** Down to the verdict: below it the editor repeats the command line. */
const REPORT_HEIGHT = 440;

describe('Through the eyes of someone who looks for a leak', () => {
  let workbench: Workbench;
  before(async function () {
    this.timeout(180_000);
    workbench = await Workbench.open({ settings: { 'workbench.colorTheme': 'Default Light Modern' } });
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.slice(0, 40)}`);
  });

  // Whoever cannot run a check asks this first, and reads the answer at a glance.
  it('asks the doctor, who says what is there and what to do', async function () {
    this.timeout(120_000);
    const { page } = workbench;
    await workbench.run('Leakwright: Doctor');
    const answers = page.locator('.quick-input-widget');
    await answers.getByText(/Leakwright Doctor: Everything works/).waitFor({ timeout: 90_000 });
    await answers.getByRole('option', { name: /Starting the browser, .*starts in .* and leaves nothing/ }).waitFor();
    await workbench.shortenPaths(answers);
    await workbench.screenshot('readme-doctor-light', REPORT_HEIGHT);
    await workbench.setTheme('dark');
    await workbench.screenshot('readme-doctor-dark', REPORT_HEIGHT);
    await workbench.setTheme('light');
    await page.keyboard.press('Escape');
  });

  // What the whole extension is for.
  it('checks a page from the palette and is led to the line, which is a Problem', async function () {
    this.timeout(180_000);
    const { page } = workbench;
    await workbench.run('Leakwright: Check URL for Leaks');
    await workbench.answer(/The page to check/, workbench.shop.url);
    await workbench.answer(/What to click/, '.open >>> .close');
    const leak = await workbench.notification(/Leak: |leaks, first: /, 120_000);
    await leak.getByRole('button', { name: 'Go to Line' }).click();
    await page.getByRole('tab', { name: /\.ts/ }).waitFor();
    await page.locator('.squiggly-warning').first().waitFor();
    await workbench.screenshot('check-light');
    // Long lines of the report are read in a wide panel.
    await workbench.run('View: Toggle Maximized Panel');
    await workbench.screenshot('readme-task-light', REPORT_HEIGHT);
    await workbench.setTheme('dark');
    await workbench.screenshot('readme-task-dark', REPORT_HEIGHT);
    await workbench.setTheme('light');
    await workbench.run('View: Toggle Maximized Panel');

    await page.getByRole('tab', { name: /Problems/ }).click();
    const problem = page.getByRole('treeitem', { name: /minor leak: 1 DetailsPanel.*kept in closedPanels/ }).first();
    await problem.waitFor();
    await workbench.screenshot('readme-problem-light');
    await workbench.setTheme('dark');
    await workbench.screenshot('readme-problem-dark');
    await workbench.setTheme('light');
  });

  // One click from the numbers to the line, for people who see, and for those who do not.
  it('reads the report in every theme and is led from it to the line', async function () {
    this.timeout(120_000);
    const { page } = workbench;
    await workbench.run('View: Close All Editors');
    await workbench.run('View: Hide Panel');
    await workbench.run('Leakwright: Open Report');
    const report = await workbench.webview('Leak Report');
    await report.getByText(/1 DetailsPanel .*survives each iteration, kept in closedPanels/).waitFor();
    await report.locator('.panel').filter({ hasText: 'DOM nodes' }).locator('canvas').waitFor();
    for (const theme of ['dark', 'high-contrast', 'light'] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`readme-report-${theme}`);
      assert.deepEqual(await workbench.accessibilityProblems('Leak Report', 'editor-background'), []);
    }
    await report
      .getByRole('button', { name: /^src\/shop\.ts:9:17/ })
      .first()
      .click();
    await page.getByRole('tab', { name: /^shop\.ts/ }).waitFor();
    await page.locator('.squiggly-warning').first().waitFor();
    await workbench.run('Problems: Focus on Problems View');
  });

  // A Problem that stays when the leak is fixed teaches people to ignore Problems.
  it('sees the Problem go when the leak is fixed and checked again', async function () {
    this.timeout(180_000);
    const { page, folder } = workbench;
    const source = join(folder, 'src', 'shop.ts');
    const text = readFileSync(source, 'utf8');
    const problem = page.getByRole('treeitem', { name: /minor leak/ }).first();
    await problem.waitFor();
    assert.ok(text.includes('closedPanels.push(panel);'));
    writeFileSync(source, text.replace('closedPanels.push(panel);', 'closedPanels[0] = panel;'));
    await workbench.serveAgain();
    await workbench.run('Tasks: Rerun Last Task');
    await page
      .getByRole('treeitem', { name: /minor leak/ })
      .first()
      .waitFor({ state: 'detached', timeout: 120_000 });
  });

  // Yesterday's leak, today's: whether it is the same one is what people want to know.
  it('keeps what was found: the leak is gone now, and the two checks are compared', async function () {
    this.timeout(120_000);
    const { page } = workbench;
    await (await workbench.leakRow(/^No longer seen, 1/)).waitFor({ timeout: 30_000 });
    const clean = (await workbench.leakRow(/clean/)).first();
    await (await workbench.leakRow(/1 leak/)).first().waitFor();
    await workbench.screenshot('leak-checks-light');
    await clean.click({ button: 'right' });
    await workbench.chooseFromMenu('Compare');
    await page.getByRole('tab', { name: /^Compare: / }).waitFor();
    await eventually('the comparison says that the leak is gone', async () => {
      for (const frame of page.frames()) {
        const gone = await frame
          .locator('article', { hasText: 'gone' })
          .count()
          .catch(() => 0);
        if (gone > 0) return true;
      }
      return undefined;
    });
    await workbench.screenshot('compare-light');
  });

  // After a reload an empty tab would be all that is left of the report.
  it('has the report back after the window was reloaded', async function () {
    this.timeout(120_000);
    const { page } = workbench;
    await workbench.run('Leakwright: Open Report');
    await workbench.webview('Leak Report');
    await page.reload();
    await page
      .getByRole('tab', { name: /^Leak Report: / })
      .first()
      .click({ timeout: 60_000 });
    const report = await workbench.webview('Leak Report');
    await report.getByRole('heading', { level: 1 }).waitFor({ timeout: 60_000 });
  });
});
