import type { Browser } from 'playwright';
import { LeakwrightError, describeError, errnoOf, systemClock } from '../support/index.ts';
import { LAUNCH_TIMEOUT_MS, type OpenedBrowser, withoutSecrets } from './launchBrowser.ts';
import type { LoadedPlaywright } from './loadPlaywright.ts';
import type { LaunchRequest, SessionSource } from './model.ts';
import { inTurn, withVariables } from './processEnvironment.ts';

/** Playwright reads its Selenium variables in the first moments of a launch; other launches wait for so long. */
const READ_WITHIN_MS = 500;

/**
 * Has a Selenium Grid start a browser, in the way that Playwright does it: `SELENIUM_REMOTE_URL` in the environment of the
 * launch. The user's own `SELENIUM_REMOTE_HEADERS` and `SELENIUM_REMOTE_CAPABILITIES` hold as well. The browser runs on a
 * node of the Grid, which must be reachable from here, and ends when its session is closed.
 *
 * @throws LeakwrightError `browsers.launchFailed`
 */
export async function openGridBrowser(
  request: LaunchRequest,
  source: Extract<SessionSource, { kind: 'grid' }>,
  playwright: LoadedPlaywright,
  artifactsFolder: string,
): Promise<OpenedBrowser> {
  const { endpoint, channel = 'chrome', headless = true, args = [], capabilities } = source;
  const options = {
    channel,
    headless,
    args: [...args],
    // Not in Playwright's published types: without a folder given it makes one of its own in the temp folder.
    artifactsDir: artifactsFolder,
    timeout: request.launchTimeoutMs ?? LAUNCH_TIMEOUT_MS,
  };
  const variables = {
    SELENIUM_REMOTE_URL: endpoint,
    ...(capabilities && { SELENIUM_REMOTE_CAPABILITIES: JSON.stringify(capabilities) }),
  };
  try {
    const { opening } = await inTurn(() =>
      withVariables(variables, async () => {
        const opening = playwright.api.chromium.launch(options);
        await Promise.race([opening.catch(() => {}), systemClock.sleep(READ_WITHIN_MS)]);
        return { opening };
      }),
    );
    const browser = await opening;
    return {
      browser,
      family: 'chromium',
      product: channel === 'msedge' ? 'Edge' : 'Chrome',
      headless,
      beforeClose: async () => await closeWithoutHub(browser, endpoint),
    };
  } catch (error) {
    throw gridError(error, endpoint);
  }
}

/**
 * Playwright asks the hub to end the browser, and says nothing when no hub answers: the browser would stay on its node (*seen
 * with a hub and a node that were killed*). Its own connection goes to the node, and mostly still stands.
 */
async function closeWithoutHub(browser: Browser, endpoint: string): Promise<string | undefined> {
  const failure = await failureOfHub(endpoint);
  if (failure === undefined) return undefined;
  const cdp = await browser.newBrowserCDPSession();
  // The answer and the end of the connection come in either order.
  await cdp.send('Browser.close').catch(() => {});
  return `The Selenium Grid at '${withoutSecrets(endpoint)}' does not answer any more (${failure}): its browser was closed directly.`;
}

/** Why the hub cannot be asked, or undefined where it answers, or where only Playwright knows the way to it (a proxy). */
async function failureOfHub(endpoint: string): Promise<string | undefined> {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/status`;
  // fetch takes no address with a name and a password in it; any answer is one.
  url.username = url.password = '';
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(HUB_PATIENCE_MS) })).body?.cancel();
    return undefined;
  } catch (error) {
    const code = errnoOf((error as { cause?: unknown }).cause);
    return code !== undefined && GONE.has(code) ? code : undefined;
  }
}

const HUB_PATIENCE_MS = 2000;
const GONE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'EHOSTDOWN']);

function gridError(error: unknown, endpoint: string): LeakwrightError {
  const shown = withoutSecrets(endpoint);
  // What follows the first line is Playwright's call log, which repeats the address in several spellings.
  const [first = ''] = describeError(error).replaceAll(endpoint, shown).split('\n');
  const reason = first.replace(/^browserType\.launch: /, '');
  return new LeakwrightError('browsers.launchFailed', `The Selenium Grid at '${shown}' gave no browser: ${reason}`, {
    hint: /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|Timeout/.test(reason)
      ? "Look whether the hub runs and its address is right; for Selenium 3 it ends in '/wd/hub'."
      : 'Look whether the Grid has a free node with this browser, and in the log of its hub.',
  });
}
