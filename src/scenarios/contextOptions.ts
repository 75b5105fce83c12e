import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LeakwrightError, describeError } from '../support/index.ts';

/** `use` of a Playwright configuration or of a scenario: options by name. */
export type UseOptions = Readonly<Record<string, unknown>>;

/** The `use` options that are options of a browser context, by Playwright's names. */
const CONTEXT_OPTIONS = new Set([
  'acceptDownloads',
  'baseURL',
  'bypassCSP',
  'clientCertificates',
  'colorScheme',
  'contrast',
  'deviceScaleFactor',
  'extraHTTPHeaders',
  'forcedColors',
  'geolocation',
  'hasTouch',
  'httpCredentials',
  'ignoreHTTPSErrors',
  'isMobile',
  'javaScriptEnabled',
  'locale',
  'offline',
  'permissions',
  'proxy',
  'reducedMotion',
  'screen',
  'serviceWorkers',
  'storageState',
  'strictSelectors',
  'timezoneId',
  'userAgent',
  'viewport',
]);

/** Options without effect on the page, and options that are read elsewhere. */
const WITHOUT_EFFECT = new Set([
  'actionTimeout',
  'agentOptions',
  'browserName',
  'channel',
  'connectOptions',
  'contextOptions',
  'defaultBrowserType',
  'headless',
  'launchOptions',
  'navigationTimeout',
  'screenshot',
  'testIdAttribute',
  'trace',
  'video',
]);

/**
 * The options of a browser context among `use` options; `contextOptions` in them are beneath the others, as in Playwright.
 *
 * @returns them, and the names that have no meaning here
 */
export function contextOptionsOf(use: UseOptions): { readonly options: UseOptions; readonly unknown: string[] } {
  const beneath = isRecord(use['contextOptions']) ? use['contextOptions'] : {};
  const entries = Object.entries({ ...beneath, ...use }).filter(([, value]) => value !== undefined);
  return {
    options: Object.fromEntries(entries.filter(([name]) => CONTEXT_OPTIONS.has(name))),
    unknown: entries.map(([name]) => name).filter((name) => !CONTEXT_OPTIONS.has(name) && !WITHOUT_EFFECT.has(name)),
  };
}

/**
 * A signed-in state as Playwright saves it, checked before a browser starts: a file's content, or what was given itself.
 *
 * @param folders a relative file is looked for in each of them
 * @throws LeakwrightError `leaks.scenarioInvalid`
 */
export function readStorageState(state: unknown, folders: readonly string[]): unknown {
  if (typeof state !== 'string') return state;
  const file = folders.map((folder) => resolve(folder, state)).find((path) => existsSync(path));
  const refuse = (why: string, hint: string): LeakwrightError =>
    new LeakwrightError('leaks.scenarioInvalid', `The storage state '${state}' cannot be used: ${why}.`, { hint });
  if (file === undefined) {
    throw refuse(
      'the file does not exist',
      "It is made by signing in once: run the setup project of the Playwright tests, or save page.context().storageState({ path: '…' }).",
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refuse(describeError(error), 'Make it again by signing in.');
  }
  if (!isRecord(parsed) || (!Array.isArray(parsed['cookies']) && !Array.isArray(parsed['origins']))) {
    throw refuse('it has neither cookies nor origins', 'Make it again by signing in.');
  }
  return { cookies: parsed['cookies'] ?? [], origins: parsed['origins'] ?? [] };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
