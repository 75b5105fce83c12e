import { type CheckSettings, parsePageUrl, sessionSource } from '../checks/index.ts';
import { sessionOpener } from '../leaks/index.ts';
import { findSteps } from '../scenarios/index.ts';
import { jsonText, silentLog } from '../support/index.ts';
import type { TerminalIo } from './io.ts';
import { ownUse } from './scenarios.ts';

export interface FindStepsOptions extends Pick<
  CheckSettings,
  'browser' | 'executablePath' | 'storageState' | 'ignoreHttpsErrors'
> {
  readonly json?: boolean;
}

/**
 * `leakwright find-steps URL`: opens the page and finds clicks that end where they began, for a check of it.
 *
 * @throws LeakwrightError `usage`, `browsers.notFound`, or what the page's loading throws
 */
export async function runFindSteps(
  address: string,
  options: FindStepsOptions,
  io: TerminalIo,
  signal: AbortSignal,
): Promise<number> {
  const url = parsePageUrl(address);
  const openBrowser = sessionOpener(sessionSource(options), {
    workspaceFolder: process.cwd(),
    log: silentLog,
    testIdAttribute: undefined,
  });
  const browser = await openBrowser({ signal });
  try {
    const page = await browser.newPage(ownUse(options));
    const found = await findSteps(page, url, signal);
    if (options.json) io.out(`${jsonText(found, 0)}\n`);
    else {
      io.out(`${found.url}${found.title === '' ? '' : `  ${found.title}`}\n`);
      if (found.asksToSignIn) io.out('  It asks to sign in.\n');
      if (found.pairs.length === 0) io.out('  No clicks were found that end where they began.\n');
      for (const { name, clicks } of found.pairs) {
        io.out(`  ${name}\n    ${clicks.map((selector) => `--click ${JSON.stringify(selector)}`).join(' ')}\n`);
      }
    }
    return found.pairs.length > 0 ? 0 : 2;
  } finally {
    await browser.close();
  }
}
