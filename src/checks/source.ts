import type { LaunchPreferences } from '../scenarios/index.ts';
import type { SessionSource } from '../sessions/index.ts';
import { defined, LeakwrightError } from '../support/index.ts';
import { BROWSERS, type CheckSettings } from './options.ts';

/**
 * Which browser to run or to join: what the command line says, else what a Playwright configuration prefers. Where
 * `SELENIUM_REMOTE_URL` names a Selenium Grid, as it does for Playwright's own tests, the Grid runs it.
 *
 * @throws LeakwrightError `usage`
 */
export function sessionSource(
  options: CheckSettings,
  preferred: LaunchPreferences = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): SessionSource {
  const { connect } = options;
  const browser = options.browser ?? channelOf(preferred) ?? preferred.browser ?? 'chromium';
  const name = BROWSERS.find((known) => known === browser);
  if (!name) {
    throw new LeakwrightError('usage', `There is no browser '${browser}'.`, {
      hint: `There are: ${BROWSERS.join(', ')}.`,
    });
  }
  const family = name === 'firefox' || name === 'webkit' ? name : 'chromium';
  if (connect !== undefined) {
    if (!/^(https?|wss?):\/\//.test(connect)) {
      throw new LeakwrightError('usage', `'${connect}' is not an endpoint.`, {
        hint: 'Give a CDP endpoint (http://127.0.0.1:9222, ws://…/devtools/…) or a Playwright server (ws://…).',
      });
    }
    const isCdp = connect.startsWith('http') || connect.includes('/devtools/');
    return isCdp ? { kind: 'attach', endpoint: connect } : { kind: 'connect', endpoint: connect, family };
  }
  const grid = env['SELENIUM_REMOTE_URL'];
  // Playwright drives nothing else there; a check in Firefox or WebKit runs on this machine.
  if (grid && family === 'chromium') {
    const channel = name === 'msedge' ? { channel: name } : {};
    return {
      kind: 'grid',
      endpoint: grid,
      headless: options.headed ? false : (preferred.headless ?? true),
      ...channel,
    };
  }
  return {
    kind: 'launch',
    family,
    ...(name === 'chrome' || name === 'msedge' ? { channel: name } : {}),
    ...executableOf(options, preferred),
    headless: options.headed ? false : (preferred.headless ?? true),
    ...defined({ args: preferred.args, env: preferred.env }),
    ...(options.sandbox === false ? { noSandbox: true } : {}),
  };
}

/** Chrome and Edge by their names; of other channels (`chromium`, `chrome-beta`) we know no more than that they are Chromium. */
function channelOf({ channel }: LaunchPreferences): string | undefined {
  return channel === 'chrome' || channel === 'msedge' ? channel : undefined;
}

/** The configuration's executable belongs to the configuration's browser: it is not used when the options name another browser. */
function executableOf(options: CheckSettings, preferred: LaunchPreferences): { executablePath?: string } {
  if (options.executablePath) return { executablePath: options.executablePath };
  const { executablePath } = preferred;
  return options.browser === undefined && executablePath !== undefined ? { executablePath } : {};
}
