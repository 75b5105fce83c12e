import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../editor/watching.ts';
import { temporaryFolder } from '../tools/atExit.ts';
import { repository } from '../tools/obtainEditor.ts';
import { installVsix } from '../tools/vscodeServer.ts';
import { Workbench } from './workbench.ts';

const vsix = readdirSync(repository).find((name) => /^leakwright-.*\.vsix$/.test(name));

describe('Through the eyes of someone who installed the VSIX', () => {
  let workbench: Workbench | undefined;
  let extensions: string | undefined;
  before(async function () {
    this.timeout(180_000);
    // `npm test` packs it before this; alone it takes `npm run package`.
    if (!vsix) this.skip();
    extensions = temporaryFolder('lw-ext-');
    await installVsix(process.env['LEAKWRIGHT_TEST_SERVER_MAIN']!, join(repository, vsix), extensions);
    workbench = await Workbench.open({ development: false, extensionsFolder: extensions, outside: true });
  });
  after(async () => {
    await workbench?.close();
    if (extensions) rmSync(extensions, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench?.screenshot('failed-installed');
  });

  // A stranger's first five minutes begin here; a picture that was not packed is a hole in them.
  it('is led by a walkthrough with its pictures', async function () {
    this.timeout(120_000);
    const editor = workbench!;
    const { page } = editor;
    await editor.run('Welcome: Open Walkthrough');
    await editor.quickInput.fill('Find your first leak');
    await page
      .getByRole('option', { name: /Find your first leak/ })
      .first()
      .click();
    for (const step of ['See that everything is there', 'Check a page of your app', 'Watch browsers, and clean up']) {
      await page.getByRole('button', { name: step }).or(page.getByText(step)).first().click();
      await eventually(`the picture of '${step}'`, async () => {
        const pictures = page.locator('.getting-started-media img');
        for (const picture of await pictures.all()) {
          if (await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth > 0).catch(() => false))
            return true;
        }
        return undefined;
      });
    }
    await editor.screenshot('walkthrough');
    await editor.run('View: Close All Editors');
  });

  // In development everything of the repository is at hand; a user has only what was packed.
  it('launches a session with the Playwright it brings, sees it, and checks a page', async function () {
    this.timeout(240_000);
    const editor = workbench!;
    await editor.run('Leakwright: Launch Session');
    await editor.answer(/The page to open/, editor.shop.url);
    await editor.openProcesses();
    await editor.row(/^Renderer · Tea Shop, \d+ MB/).waitFor({ timeout: 60_000 });
    await editor.run('Leakwright: Check URL for Leaks');
    await editor.answer(/The page to check/, editor.shop.url);
    await editor.answer(/What to click/, '.open >>> .close');
    await editor.notification(/Leak: |leaks, first: /, 120_000);
    await editor.run('Leakwright: Open Report');
    const report = await editor.webview('Leak Report');
    await report.getByText(/survives each iteration, kept in closedPanels/).waitFor();
    await editor.run('Leakwright: Close All Sessions');
    await editor.row(/^Managed sessions/).waitFor({ state: 'hidden' });
  });
});
