import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright';
import { findBrowser, needsNoSandbox } from '../../src/browsers/index.ts';

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
  const server = createServer((request, response) => {
    const { type, body } = answer(new URL(request.url!, 'http://host'));
    response.writeHead(200, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
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
        stop();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** A new page, loaded. */
export async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'load' });
  return page;
}
