import { LeakwrightError, describeError, systemClock } from '../support/index.ts';
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
    return { browser, family: 'chromium', product: channel === 'msedge' ? 'Edge' : 'Chrome', headless };
  } catch (error) {
    throw gridError(error, endpoint);
  }
}

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
