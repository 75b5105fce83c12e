import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { LaunchRequest, SessionSource } from '../../sessions/index.ts';
import { defined, LeakwrightError } from '../../support/index.ts';
import type { BrowserSetting } from '../contributions.ts';
import { t } from '../translate.ts';

/** One of the setting `leakwright.sessions`, as its schema in package.json says. */
export interface SavedSession {
  readonly name: string;
  /** Default: launch. */
  readonly source?: 'launch' | 'attach' | 'connect' | 'grid';
  readonly browser?: BrowserSetting;
  readonly headless?: boolean;
  /** A profile folder that is kept. `~` is the user's home. */
  readonly profile?: string;
  readonly device?: string;
  readonly baseURL?: string;
  readonly args?: readonly string[];
  readonly url?: string;
  /** Where the browser, server or hub is, for the other sources. */
  readonly endpoint?: string;
  /** Capabilities for a Grid, besides the browser. */
  readonly capabilities?: Readonly<Record<string, unknown>>;
}

/** What the other settings say for every session. */
export interface SessionDefaults {
  readonly browser: BrowserSetting;
  readonly headless: boolean;
  /** Without a display a window cannot open: launching one would only fail. */
  readonly hasDisplay: boolean;
  readonly executablePath: string;
  readonly browserArguments: readonly string[];
  readonly economyArguments: boolean;
  readonly captureRequests: number;
  readonly captureBodyKilobytes: number;
}

/** The entries of the setting that can be used, and a sentence about each that cannot. */
export function readSavedSessions(value: unknown): {
  readonly sessions: readonly SavedSession[];
  readonly problems: readonly string[];
} {
  const sessions: SavedSession[] = [];
  const problems: string[] = [];
  for (const [index, entry] of (Array.isArray(value) ? (value as unknown[]) : []).entries()) {
    const problem = problemOf(entry, new Set(sessions.map(({ name }) => name)));
    if (problem === undefined) sessions.push(entry as SavedSession);
    else problems.push(t('Entry {0} of leakwright.sessions is not used: {1}', index + 1, problem));
  }
  return { sessions, problems };
}

function problemOf(entry: unknown, names: ReadonlySet<string>): string | undefined {
  if (typeof entry !== 'object' || entry === null) return t('it is no object');
  const fields = entry as Readonly<Record<string, unknown>>;
  const { name, source = 'launch', endpoint, args } = fields;
  if (typeof name !== 'string' || name.trim() === '') return t('it has no name');
  if (names.has(name)) return t("there is another '{0}'", name);
  if (!['launch', 'attach', 'connect', 'grid'].includes(String(source)))
    return t("its source is '{0}'", String(source));
  if (source !== 'launch' && typeof endpoint !== 'string') return t('it has no endpoint');
  if (args !== undefined && !(Array.isArray(args) && args.every((one) => typeof one === 'string'))) {
    return t('its args are no list of texts');
  }
  return undefined;
}

/**
 * What to ask of the session host.
 *
 * @throws LeakwrightError `usage` where the entry cannot mean anything
 */
export function launchRequest(saved: Partial<SavedSession>, defaults: SessionDefaults): LaunchRequest {
  return {
    source: sessionSource(saved, defaults),
    ...defined({ name: saved.name, url: saved.url, baseUrl: saved.baseURL, device: saved.device }),
    capture: {
      enabled: defaults.captureRequests > 0,
      ...(defaults.captureRequests > 0 ? { maxRequests: defaults.captureRequests } : {}),
      maxBodyBytes: defaults.captureBodyKilobytes * 1024,
    },
  };
}

function sessionSource(saved: Partial<SavedSession>, defaults: SessionDefaults): SessionSource {
  const browser = saved.browser ?? defaults.browser;
  const headless = saved.headless ?? defaults.headless;
  switch (saved.source ?? 'launch') {
    case 'attach':
      return { kind: 'attach', endpoint: endpointOf(saved) };
    case 'connect': {
      const family = browser === 'firefox' || browser === 'webkit' ? browser : undefined;
      return { kind: 'connect', endpoint: endpointOf(saved), ...(family && { family }) };
    }
    case 'grid':
      return {
        kind: 'grid',
        endpoint: endpointOf(saved),
        headless,
        ...(browser === 'msedge' ? { channel: 'msedge' } : {}),
        ...(saved.args ? { args: saved.args } : {}),
        ...(saved.capabilities ? { capabilities: saved.capabilities } : {}),
      };
    case 'launch': {
      // A program named for one browser is the wrong one for a session that asks for another.
      const executablePath = saved.browser === undefined ? defaults.executablePath.trim() : '';
      const args = [...defaults.browserArguments, ...(saved.args ?? [])];
      return {
        kind: 'launch',
        headless: headless || !defaults.hasDisplay,
        ...(browser === 'firefox' || browser === 'webkit' ? { family: browser } : {}),
        ...(browser === 'chrome' || browser === 'msedge' || browser === 'chromium' ? { channel: browser } : {}),
        ...(executablePath ? { executablePath } : {}),
        ...defined({ profile: saved.profile === undefined ? undefined : profilePath(saved.profile) }),
        ...(args.length > 0 ? { args } : {}),
        ...(defaults.economyArguments ? { economy: true } : {}),
      };
    }
  }
}

function endpointOf({ endpoint, name }: Partial<SavedSession>): string {
  if (endpoint !== undefined && URL.canParse(endpoint)) return endpoint;
  throw new LeakwrightError('usage', `The endpoint of session '${name ?? ''}' is no address.`, {
    hint: 'It looks like http://127.0.0.1:9222 or ws://server:3000/.',
  });
}

function profilePath(given: string): string {
  const path = given === '~' || given.startsWith('~/') ? join(homedir(), given.slice(1)) : given;
  if (isAbsolute(path)) return path;
  throw new LeakwrightError('usage', `The profile folder '${given}' is no absolute path.`, {
    hint: 'Write it from the root, or from ~, which is your home.',
  });
}
