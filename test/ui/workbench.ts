import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Browser, Frame, FrameLocator, Locator, Page } from 'playwright';
import { PATIENCE_MS, until } from '../support/until.ts';
import { type ShopServer, serveShop } from '../demo/shop/serve.ts';
import { temporaryFolder } from '../tools/atExit.ts';
import { repository } from '../tools/obtainEditor.ts';
import { type VscodeServer, type VscodeServerOptions, startVscodeServer } from '../tools/vscodeServer.ts';
import { openChromium } from '../tools/workbench.ts';
import { removeFolder } from '../support/removeFolder.ts';
import { defined } from '../../src/support/index.ts';

export interface WorkbenchOptions extends Partial<
  Pick<VscodeServerOptions, 'workspaceTrust' | 'machineSettings' | 'extensionsFolder' | 'ownProcesses'>
> {
  /** Settings of the folder, which decide the theme as well. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Default: the extension in development. False: whatever is installed in `extensionsFolder`. */
  readonly development?: boolean;
  /** Open this folder, which stays; default: a copy of the demo shop. */
  readonly folder?: string;
  /** Open the folder outside of the repository, where no module of ours can be found by accident. */
  readonly outside?: boolean;
}

const WIDTH = 1280;

const QUIET: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.layoutControl.enabled': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'window.commandCenter': false,
  'window.menuBarVisibility': 'compact',
  'editor.minimap.enabled': false,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'extensions.ignoreRecommendations': true,
  'terminal.integrated.gpuAcceleration': 'off',
  // This machine may have orphans that are none of a test's business.
  'leakwright.processLeakAlertAfter': 0,
  'leakwright.fileLeakAlertAfter': 0,
};

const THEMES = {
  light: { theme: 'Default Light Modern', colours: 'vs' },
  dark: { theme: 'Default Dark Modern', colours: 'vs-dark' },
  'high-contrast': { theme: 'Default High Contrast', colours: 'hc-black' },
} as const;

/** One workbench with a person in front of it: the demo shop is the open folder and is served. */
export class Workbench {
  readonly server: VscodeServer;
  readonly browser: Browser;
  page: Page;
  readonly folder: string;
  shop: ShopServer;

  #isTrusted = false;
  /** How often settings were changed. */
  #changes = 0;
  #settings: Readonly<Record<string, unknown>>;
  readonly #settingsAtFirst: Readonly<Record<string, unknown>>;
  readonly #development: boolean;
  readonly #extensions: string | undefined;
  readonly #isCopy: boolean;

  private constructor(
    parts: Pick<Workbench, 'server' | 'browser' | 'page' | 'folder' | 'shop'>,
    { settings = {}, development = true, extensionsFolder, folder }: WorkbenchOptions,
  ) {
    this.#extensions = extensionsFolder;
    this.#isCopy = folder === undefined;
    this.#settings = settings;
    this.#settingsAtFirst = settings;
    this.#development = development;
    this.server = parts.server;
    this.browser = parts.browser;
    this.page = parts.page;
    this.folder = parts.folder;
    this.shop = parts.shop;
  }

  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const serverMain = process.env['LEAKWRIGHT_TEST_SERVER_MAIN'];
    if (!serverMain) throw new Error('LEAKWRIGHT_TEST_SERVER_MAIN is not set: start this with `npm run test:ui`.');
    const folder = options.folder ?? copyShop(options.outside ?? false);
    writeSettings(folder, options.settings ?? {});
    const shop = await serveShop(0, options.folder === undefined ? folder : undefined);
    const server = await startVscodeServer({ serverMain, ...options });
    const browser = await openChromium(() => {});
    const page = await openPage(browser);
    const workbench = new Workbench({ server, browser, page, folder, shop }, options);
    try {
      await workbench.#load();
    } catch (error) {
      await workbench.screenshot('failed-to-open');
      await workbench.close();
      throw error;
    }
    return workbench;
  }

  async #load(): Promise<void> {
    const extension = this.#development ? (process.env['LEAKWRIGHT_TEST_EXTENSION'] ?? repository) : undefined;
    await this.page.goto(this.server.workbenchUrl({ folder: this.folder, extension }));
    await this.page.locator('.monaco-workbench').waitFor();
    // Each window is asked: the editor keeps the answer in the window's own storage.
    const answer = this.page.getByRole('button', { name: this.#isTrusted ? /^Yes, I trust/ : /don't trust/ });
    const icon = this.page.getByRole('tab', { name: 'Leakwright' }).first();
    await icon.or(answer).first().waitFor();
    if (await answer.isVisible()) await answer.click();
    await icon.waitFor();
    // No setting of a folder can hide it.
    if (await this.page.locator('.part.auxiliarybar').isVisible()) {
      await this.run('View: Toggle Secondary Side Bar Visibility');
    }
    await this.run('View: Close All Editors');
    await this.widenSideBar();
  }

  /** A new window in the place of the one there is, or was. */
  async reopen(): Promise<void> {
    await closeWindow(this.page);
    this.page = await openPage(this.browser);
    await this.#load();
  }

  /** Closes the window as its cross does, then ends the server. */
  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await this.shop.close();
    // Each copy has a folder of its own around it.
    if (this.#isCopy) removeFolder(dirname(this.folder));
  }

  /** Serves the shop as its files are now, at the same address. */
  async serveAgain(): Promise<void> {
    const port = Number(new URL(this.shop.url).port);
    await this.shop.close();
    this.shop = await serveShop(port, this.folder);
  }

  /** Changes the colours of the running workbench. */
  async setTheme(name: keyof typeof THEMES): Promise<void> {
    const { theme, colours } = THEMES[name];
    await this.#apply({ ...this.#settings, 'workbench.colorTheme': theme });
    await this.page.locator(`.monaco-workbench.${colours}`).waitFor();
  }

  /** Trusts the folder, which was opened without. */
  async trust(): Promise<void> {
    await this.run('Workspaces: Manage Workspace Trust');
    await this.page.getByRole('button', { name: /^Trust$/ }).click();
    this.#isTrusted = true;
    await this.run('View: Close All Editors');
  }

  /** Changes settings of the folder, from those it was opened with. */
  async changeSettings(settings: Readonly<Record<string, unknown>>): Promise<void> {
    this.#settings = { ...this.#settingsAtFirst, ...settings };
    await this.#apply(this.#settings);
  }

  /** Until the workbench has read them: a file that changes before its watcher is at work goes unseen. */
  async #apply(settings: Readonly<Record<string, unknown>>): Promise<void> {
    let writes = 0;
    let writtenAt = -Infinity;
    const title = () => `settings ${this.#changes}.${writes}`;
    this.#changes += 1;
    await until('the changed settings apply', async () => {
      if (writes > 0 && (await this.page.title()).includes(title())) return true;
      if (performance.now() - writtenAt > 5000) {
        writes += 1;
        writeSettings(this.folder, { ...settings, 'window.title': title() });
        writtenAt = performance.now();
      }
      return undefined;
    });
  }

  /** Launches a session that shows a page, whether sessions are saved in the settings or not. */
  async launchSession(url: string): Promise<void> {
    await this.run('Leakwright: Launch Session');
    const widget = this.page.locator('.quick-input-widget');
    const fresh = widget.getByRole('option', { name: /^New Session…/ });
    await fresh
      .or(widget.getByText(/The page to open/))
      .first()
      .waitFor();
    if (await fresh.isVisible()) await fresh.click();
    await this.answer(/The page to open/, url);
  }

  async closeAllSessions(): Promise<void> {
    await this.openProcesses();
    const sessions = this.row(/^Managed sessions/);
    await until('no session is left', async () => {
      if (!(await sessions.isVisible())) return true;
      // The command is there as long as a session is; the row may stay a moment longer.
      await this.#tryToRun('Leakwright: Close All Sessions');
      return await sessions.waitFor({ state: 'detached', timeout: 5000 }).then(
        () => true,
        () => undefined,
      );
    });
  }

  /** Gives the other views the room of one. */
  async collapseView(name: string): Promise<void> {
    const header = this.page.locator('.pane-header').filter({ hasText: name });
    if ((await header.getAttribute('aria-expanded')) === 'true') await header.click();
  }

  /** Shows a file in the editor as quick open does. */
  async openFile(name: string): Promise<void> {
    await until(`'${name}' is open`, async () => {
      try {
        await this.page.keyboard.press('Control+p');
        await this.quickInput.fill(name, { timeout: 2000 });
        await this.page
          .getByRole('option', { name: new RegExp(`^${name}`) })
          .first()
          .waitFor({ timeout: 3000 });
        await this.page.keyboard.press('Enter');
        await this.page.getByRole('tab', { name: new RegExp(`^${name}`) }).waitFor({ timeout: 5000 });
        return true;
      } catch {
        await this.page.keyboard.press('Escape');
        return undefined;
      }
    });
  }

  /** Rows are read whole in a side bar of this width. */
  async widenSideBar(width = 440): Promise<void> {
    const bar = await this.page.locator('.part.sidebar').boundingBox();
    if (!bar) return;
    const edge = bar.x + bar.width + 2;
    const middle = bar.y + bar.height / 2;
    await this.page.mouse.move(edge, middle);
    await this.page.mouse.down();
    await this.page.mouse.move(bar.x + width, middle, { steps: 5 });
    await this.page.mouse.up();
    await this.page.mouse.move(800, 300);
  }

  /** F1, the command's title, and the command of that name. */
  async run(title: string): Promise<void> {
    await until(`the palette takes '${title}'`, () => this.#tryToRun(title));
  }

  async #tryToRun(title: string): Promise<true | undefined> {
    const pattern = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    const option = this.page.getByRole('option', { name: new RegExp(`^${pattern}`) }).first();
    try {
      await this.page.keyboard.press('F1');
      await this.quickInput.fill(`>${title}`, { timeout: 2000 });
      await option.waitFor({ timeout: 2000 });
      // Not Enter: what was run lately comes first in the list, and 'Close All Sessions' matches 'Close Session' as well.
      await option.click({ timeout: 5000 });
    } catch {
      // Something else took the focus, which closes the palette: a person would press F1 again.
      await this.page.keyboard.press('Escape');
      return undefined;
    }
    await option.waitFor({ state: 'hidden' });
    return true;
  }

  /** The input of whatever the editor asks now. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget input[type="text"]').first();
  }

  /** Types an answer into an input box that shows this prompt, and confirms it. */
  async answer(prompt: string | RegExp, text: string): Promise<void> {
    await this.page.locator('.quick-input-widget').getByText(prompt).first().waitFor();
    await this.quickInput.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** In a list of things to tick: unticks all but those with this text. */
  async tickOnly(text: string): Promise<void> {
    const widget = this.page.locator('.quick-input-widget');
    const all = widget.getByRole('checkbox', { name: 'Toggle all checkboxes' });
    // Once ticks all, twice unticks all, whatever was ticked before.
    if ((await all.getAttribute('aria-checked')) !== 'true') await all.click();
    await all.click();
    // At its label: the name of a section, at the right of its first row, takes no click.
    await widget
      .locator('.monaco-list-row')
      .filter({ hasText: text })
      .first()
      .click({ position: { x: 60, y: 10 } });
  }

  /**
   * Loads the window anew, once the workbench has written down what it shows: in a browser it does so every five seconds, and not when
   * its page goes.
   *
   * @param shows what must be in it: the kind of an editor
   */
  async reload(shows: string): Promise<void> {
    await until('the state of the window is saved', async () => {
      const saved = await this.page.evaluate(async () => {
        const result = <T>(request: IDBRequest<T>): Promise<T> =>
          new Promise((resolve, reject) => {
            request.addEventListener('success', () => resolve(request.result));
            request.addEventListener('error', () => reject(request.error ?? new Error('not read')));
          });
        const texts: string[] = [];
        for (const { name = '' } of await indexedDB.databases()) {
          if (!name.startsWith('vscode-web-state-db-')) continue;
          const database = await result(indexedDB.open(name));
          const table = database.transaction('ItemTable').objectStore('ItemTable');
          texts.push(String(await result(table.get('memento/workbench.parts.editor'))));
          database.close();
        }
        return texts.join('\n');
      });
      return saved.includes(shows) ? true : undefined;
    });
    await this.page.reload();
  }

  /** Brings up our container of views, whatever is in them. */
  async showViews(): Promise<void> {
    const views = this.page.locator('.pane-header').filter({ hasText: 'Leak Checks' });
    await until('our views are there', async () => {
      if (await views.isVisible()) return true;
      // A click on the icon of views that are on their way hides them: then another one is needed.
      await this.page.getByRole('tab', { name: 'Leakwright' }).first().click();
      return await views.waitFor({ timeout: 5000 }).then(
        () => true,
        () => undefined,
      );
    });
  }

  async openProcesses(): Promise<Locator> {
    const tree = this.page.getByRole('tree', { name: /Processes/ });
    await this.showViews();
    await tree.waitFor();
    return tree;
  }

  /** The document inside one of our views that is a webview, once it is there. */
  async webview(view: string): Promise<FrameLocator> {
    const frame = await this.#webviewFrame(view);
    return frame.owner;
  }

  /** What axe-core finds wrong in a webview, a line a finding. */
  async accessibilityProblems(view: string, background = 'sideBar-background'): Promise<string[]> {
    return await until(`axe reads the view '${view}'`, async () => {
      const { frame } = await this.#webviewFrame(view);
      try {
        return await this.#axe(frame, background);
      } catch (error) {
        // The editor puts another frame in its place when a report is drawn anew.
        if (frame.isDetached()) return undefined;
        throw error;
      }
    });
  }

  async #axe(frame: Frame, background: string): Promise<string[]> {
    // Not as a script of the page, which its policy forbids.
    await frame.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    return await frame.evaluate(async (behind) => {
      // The editor's own background shines through, which axe does not see.
      const { style } = document.documentElement;
      style.backgroundColor = getComputedStyle(document.documentElement).getPropertyValue(`--vscode-${behind}`);
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> };
      };
      const { violations } = await axe.run();
      style.backgroundColor = '';
      return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
    }, background);
  }

  /** A webview is a frame in a frame; the inner one is titled with the view's name. */
  async #webviewFrame(view: string): Promise<{ readonly frame: Frame; readonly owner: FrameLocator }> {
    const frame = await until(`the view '${view}' is drawn`, async () => {
      for (const one of this.page.frames()) {
        const isOurs = await one
          .evaluate((title) => document.title === title && document.querySelector('main') !== null, view)
          .catch(() => false);
        if (isOurs) return one;
      }
      return undefined;
    });
    const inner = await frame.frameElement();
    await inner.evaluate((element, name) => (element as Element).setAttribute('data-test-view', name), view);
    const outer = await frame.parentFrame()!.frameElement();
    await outer.evaluate((element, name) => (element as Element).setAttribute('data-test-view', name), view);
    const locator = `iframe[data-test-view="${view}"]`;
    return { frame, owner: this.page.frameLocator(locator).frameLocator(locator) };
  }

  /** Takes an item of the context menu that is open, by the keyboard: the menu's own layer is in a mouse's way. */
  async chooseFromMenu(name: string): Promise<void> {
    await this.page.locator('.monaco-menu').waitFor();
    const focused = this.page.locator('.monaco-menu .action-item.focused');
    await until(`the menu's '${name}' has the focus`, async () => {
      await this.page.keyboard.press('ArrowDown');
      return (await focused.textContent({ timeout: 1000 }).catch(() => ''))?.includes(name) ? true : undefined;
    });
    await this.page.keyboard.press('Enter');
  }

  /** Where this repository and the test's temporary folder lie is no part of a picture. */
  async shortenPaths(within: Locator): Promise<void> {
    await within.evaluate(
      (root, places) => {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          for (const [long, short] of places) node.textContent = node.textContent!.replaceAll(long, short);
        }
      },
      [
        [this.folder, '~/shop'],
        [repository, '~/leakwright'],
        ...(this.#extensions === undefined ? [] : [[this.#extensions, '~/.vscode/extensions']]),
        [this.server.temp, '/tmp'],
        [dirname(this.server.temp), '~/.local'],
      ] as [string, string][],
    );
  }

  /** A row of the Leak Checks view, whose container is brought up when it is not. */
  async leakRow(name: string | RegExp): Promise<Locator> {
    await this.showViews();
    return this.page.getByRole('tree', { name: /Leak Checks/ }).getByRole('treeitem', { name });
  }

  row(name: string | RegExp): Locator {
    return this.page.getByRole('tree', { name: /Processes/ }).getByRole('treeitem', { name });
  }

  /** Presses a button that a row shows under the mouse. A row that moves away meanwhile is followed. */
  async press(row: Locator, button: string): Promise<void> {
    await until(`'${button}' is pressed`, async () => {
      try {
        await row.hover({ timeout: 5000 });
        await row.getByRole('button', { name: button }).click({ timeout: 5000 });
        return true;
      } catch {
        await this.page.mouse.move(800, 300);
        return undefined;
      }
    });
  }

  /** Opens a folded row of the Processes view. */
  async unfold(name: RegExp): Promise<void> {
    const row = this.row(name).first();
    await until(`${name} is unfolded`, async () => {
      if ((await row.getAttribute('aria-expanded')) === 'true') return true;
      await row.click();
      return undefined;
    });
  }

  /** Waits for a message. With the smoke test driver the editor shows none as a toast, so the bell is opened. */
  async notification(text: string | RegExp, timeoutMs = PATIENCE_MS): Promise<Locator> {
    const message = this.page
      .locator('.notifications-center .notification-list-item')
      .filter({ hasText: text })
      .first();
    await until(
      `the message ${text}`,
      async () => {
        if (await message.isVisible()) return true;
        // It closes by itself while it is empty.
        const isOpen = await this.page.locator('.notifications-center').isVisible();
        if (!isOpen) await this.page.locator('[id="status.notifications"]').click();
        return undefined;
      },
      timeoutMs,
    );
    return message;
  }

  /** The editor also hides them by itself, and its command is gone with them. */
  async hideNotifications(): Promise<void> {
    const center = this.page.locator('.notifications-center');
    await until('messages are hidden', async () => {
      if (!(await center.isVisible())) return true;
      await this.#tryToRun('Notifications: Hide Notifications');
      return undefined;
    });
  }

  /** @param height of what is wanted from the top, in pixels; default: all */
  async screenshot(name: string, height?: number): Promise<void> {
    const folder = process.env['LEAKWRIGHT_TEST_SCREENSHOTS'];
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await this.page.mouse.move(900, 640);
    await this.page.screenshot({
      path: join(folder, `${name}.png`),
      animations: 'disabled',
      caret: 'hide',
      // A tooltip that came late would cover what is to be seen.
      style: '.monaco-hover { visibility: hidden !important; }',
      ...defined({ clip: height === undefined ? undefined : { x: 0, y: 0, width: WIDTH, height } }),
    });
  }
}

/**
 * Closes a window as its cross does: the editor says farewell to its server, which ends the extension host at once. A page that is
 * closed by the protocol has half a second for that; on a busy machine it is not enough, and the server waits for it to come back.
 */
export async function closeWindow(page: Page): Promise<void> {
  if (page.isClosed()) return;
  await page.goto('about:blank').catch(() => {});
  await page.close();
}

async function openPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: 800 },
    deviceScaleFactor: 1,
    reducedMotion: 'reduce',
  });
  // A machine that has much else to do: what hangs is told late, what is slow is not told as broken.
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

let copies = 0;

/** The demo shop to work in: inside the repository, where our Playwright is the workspace's own, or where none is. */
function copyShop(outside: boolean): string {
  copies += 1;
  const around = outside
    ? temporaryFolder('lw-shop-')
    : join(repository, '.test-results', 'ui', `${process.pid}-${copies}`);
  const folder = join(around, 'shop');
  cpSync(join(repository, 'test', 'demo', 'shop'), folder, { recursive: true });
  return folder;
}

function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): void {
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify({ ...QUIET, ...settings }, null, 2));
}
