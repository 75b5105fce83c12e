import { chromium, type Browser, type Page } from 'playwright';
import { needsNoSandbox, obtainBrowser } from '../../src/browsers/index.ts';
import { atExit } from './atExit.ts';
import type { Progress } from './obtainEditor.ts';

/** The Chromium in which VS Code's workbench is opened and looked at. */
export async function openChromium(progress: Progress, options: { headed?: boolean } = {}): Promise<Browser> {
  const executablePath = process.env['LEAKWRIGHT_TEST_BROWSER'];
  const found = await obtainBrowser({ onProgress: progress, ...(executablePath ? { executablePath } : {}) });
  const browser = await chromium.launch({
    executablePath: found.executablePath,
    headless: !options.headed,
    // Playwright's own handlers end this process as soon as the browser is closed, and with it our clean-up.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      ...(needsNoSandbox(found.family) ? ['--no-sandbox'] : []),
      // The workbench asks for much on the network; without one these waits would be the longest part of a test.
      '--disable-quic',
      '--disable-background-networking',
    ],
  });
  atExit(() => browser.close());
  return browser;
}

/** How the workbench ended the test run it was opened for: the code it gave, 0 for passed. */
export interface AutomatedRun {
  readonly page: Page;
  readonly exited: Promise<number>;
}

/** Opens a workbench address made with `tests` and relays what the extension host's console says. */
export async function openForTests(
  browser: Browser,
  url: string,
  onLog: (text: string) => void,
): Promise<AutomatedRun> {
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  let exit: (code: number) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const exited = new Promise<number>((done, failed) => {
    exit = done;
    fail = failed;
  });
  exited.catch(() => {});
  page.on('crash', () => fail(new Error("The workbench's page crashed.")));
  page.on('close', () => fail(new Error("The workbench's page was closed before the tests ended.")));
  // The names are VS Code's: its web workbench calls these two when it runs an extension's tests.
  await page.exposeFunction('codeAutomationExit', (code: number) => exit(code));
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => onLog(args.map(String).join(' ')));
  await page.goto(url);
  return { page, exited };
}
