import { type Browser, type BrowserContext, type Page, chromium } from 'playwright';
import { findBrowser, needsNoSandbox } from '../../src/browsers/index.ts';
import { listen } from './listen.ts';

export interface TestSites {
  /** Finds every `*.test` here, and gives each site a process of its own. */
  readonly browser: Browser;
  readonly port: number;
  /** @param path begins with a slash */
  at(host: string, path: string): string;
  close(): Promise<void>;
}

/** Sites of several hosts on loopback, which answer alike, and a browser that takes them for different ones. */
export async function openTestSites(
  answer: (url: URL) => { readonly type: string; readonly body: string },
): Promise<TestSites> {
  const { port, close: stop } = await listen((request, response) => {
    const { type, body } = answer(new URL(request.url!, 'http://host'));
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  try {
    const browser = await chromium.launch({
      executablePath: findBrowser({}).executablePath,
      args: [
        ...(needsNoSandbox('chromium') ? ['--no-sandbox'] : []),
        '--site-per-process',
        '--host-resolver-rules=MAP *.test 127.0.0.1',
      ],
    });
    return {
      browser,
      port,
      at: (host, path) => `http://${host}:${port}${path}`,
      async close() {
        await browser.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A new page, loaded. */
export async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'load' });
  return page;
}
