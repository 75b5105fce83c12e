import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Browser, BrowserContext } from 'playwright';
import { type BrowserFamily, findBrowser, needsNoSandbox, readActivePort } from '../browsers/index.ts';
import type { ProcessIdentity } from '../processes/index.ts';
import { defined, LeakwrightError, describeError, poll } from '../support/index.ts';
import { economyArguments, silentArguments } from './browserArguments.ts';
import { UNSEEN_FEATURES, withDisabledFeatures } from './disabledFeatures.ts';
import type { LoadedPlaywright } from './loadPlaywright.ts';
import type { EndpointKind, LaunchRequest, SessionEndpoints, SessionSource } from './model.ts';
import { inTurn, withVariables } from './processEnvironment.ts';
import {
  createSessionFolder,
  hasRoomForSockets,
  removeSessionFolder,
  temporaryFolderVariables,
} from './sessionFolder.ts';
import { SESSION_VARIABLE } from './sessionProcesses.ts';

type LaunchSource = Extract<SessionSource, { kind: 'launch' }>;
type GridSource = Extract<SessionSource, { kind: 'grid' }>;

/** A browser that answers, and what its clean-up needs. */
export interface OpenedBrowser {
  readonly browser: Browser;
  /** The default context of a kept profile: it has the pages. */
  readonly persistentContext?: BrowserContext;
  readonly family: BrowserFamily;
  readonly product: string;
  readonly headless: boolean;
  /** The process of a browser that is not ours, where it runs on this machine. */
  readonly runningAs?: ProcessIdentity;
  /** Called before the browser is closed, where another server closes it and may be gone. Returns warnings for people. */
  readonly beforeClose?: () => Promise<string | undefined>;
}

export interface LaunchSite {
  readonly folder: string;
  readonly executable: string;
  readonly opening: Promise<OpenedBrowser>;
}

/** A browser that fails to start may have much to say; its first lines tell why. */
const MAX_MESSAGE = 3000;

/** Other launches wait meanwhile, so this has a limit in case Playwright never uses the temp folder. */
const PROFILE_PATIENCE_MS = 10_000;

export const LAUNCH_TIMEOUT_MS = 60_000;

/**
 * Begins a launch whose every file lies in a new folder, and returns as soon as that is certain; `opening` is then still
 * under way.
 *
 * @param load called when all else is prepared, so that the work of `prepared` goes on meanwhile
 * @param prepared called with the folder before anything is launched
 * @throws LeakwrightError `browsers.notFound`
 */
export async function beginLaunch(
  id: string,
  request: LaunchRequest & { readonly purpose: 'session' | 'check' },
  source: LaunchSource,
  load: () => LoadedPlaywright,
  prepared: (folder: string) => Promise<void>,
): Promise<LaunchSite> {
  const found = findBrowser({
    ...defined({
      executablePath: source.executablePath,
      family: source.family,
      channel: source.channel,
      workspaceFolder: request.workspaceFolder,
    }),
  });
  const headless = source.headless ?? true;
  return await inTurn(async () => {
    const folder = await createSessionFolder(id);
    const artifacts = join(folder, 'a');
    try {
      await mkdir(artifacts);
      await prepared(folder);
    } catch (error) {
      await removeSessionFolder(folder, id);
      throw error;
    }
    const playwright = load();
    const temporaryFolder = temporaryFolderVariables(folder);
    const type = playwright.api[found.family];
    const options = {
      executablePath: found.executablePath,
      headless,
      args: launchArguments(request, source, found.family, playwright.version),
      ...(found.family === 'chromium' ? { chromiumSandbox: !(source.noSandbox ?? needsNoSandbox(found.family)) } : {}),
      env: {
        ...definedEnvironment(),
        ...source.env,
        ...(hasRoomForSockets(folder) ? temporaryFolder : {}),
        [SESSION_VARIABLE]: id,
      },
      // Not in Playwright's published types, but what its own test runner passes.
      artifactsDir: artifacts,
      downloadsPath: artifacts,
      tracesDir: artifacts,
      // Ending the browser is our task: Playwright would exit this process in the middle of the clean-up.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      timeout: request.launchTimeoutMs ?? LAUNCH_TIMEOUT_MS,
    };
    const describe = (opened: Pick<OpenedBrowser, 'browser' | 'persistentContext'>): OpenedBrowser => ({
      ...opened,
      family: found.family,
      product: found.product,
      headless,
    });
    // A launch here is one on this machine, also where Playwright's own tests go to a Grid.
    return await withVariables({ ...temporaryFolder, SELENIUM_REMOTE_URL: undefined }, async () => {
      const opening = (async () => {
        try {
          if (source.profile === undefined) return describe({ browser: await type.launch(options) });
          const context = await type.launchPersistentContext(source.profile, {
            ...options,
            ...contextOptions(request, playwright),
          });
          return describe({ browser: browserOf(context, playwright), persistentContext: context });
        } catch (error) {
          throw launchError(error, found.executablePath);
        }
      })();
      // A later await gets the error; until then it must not count as unhandled.
      opening.catch(() => {});
      if (source.profile === undefined) await profileAppears(folder, opening);
      return { folder, executable: found.executablePath, opening };
    });
  });
}

function browserOf(context: BrowserContext, playwright: LoadedPlaywright): Browser {
  const browser = context.browser();
  if (browser) return browser;
  context.close().catch(() => {});
  throw new LeakwrightError(
    'browsers.launchFailed',
    `Playwright ${playwright.version} (${playwright.source}) cannot drive a browser with a kept profile.`,
    { hint: 'Update Playwright in this workspace, or launch without a profile.' },
  );
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] != null));
}

function launchArguments(
  request: Parameters<typeof beginLaunch>[1],
  source: LaunchSource,
  family: BrowserFamily,
  playwrightVersion: string,
): string[] {
  const own: string[] = [];
  if (family === 'chromium') {
    own.push(...silentArguments);
    if (source.economy) own.push(...economyArguments.map(({ argument }) => argument));
    // With one dash: Chromium takes both spellings, and Playwright, which looks for two, keeps driving the browser
    // through the pipe. So the browser still ends with the process that holds the pipe (*measured*).
    if (request.endpoints?.includes('cdp')) own.push('-remote-debugging-port=0');
  }
  const args = [...own, ...(source.args ?? [])];
  if (family !== 'chromium') return args;
  const isUnseen = source.headless ?? true;
  const unwanted = isUnseen && (request.purpose === 'check' || source.economy) ? UNSEEN_FEATURES : [];
  return withDisabledFeatures(args, unwanted, playwrightVersion);
}

/** What Playwright calls a device, with the base URL and video of the request. */
export function contextOptions(request: LaunchRequest, playwright: LoadedPlaywright): Record<string, unknown> {
  const device = request.device === undefined ? undefined : playwright.api.devices[request.device];
  if (request.device !== undefined && !device) {
    throw new LeakwrightError('usage', `Playwright ${playwright.version} knows no device '${request.device}'.`, {
      hint: "Names look like 'Pixel 7' or 'iPhone 15 Pro landscape'.",
    });
  }
  return {
    ...device,
    ...defined({ baseURL: request.baseUrl }),
    ...(request.recordVideo ? { recordVideo: {} } : {}),
  };
}

/** Waits until Playwright has used the temp folder for the last time: when the profile is in it. */
async function profileAppears(folder: string, opening: Promise<unknown>): Promise<void> {
  const state = { over: false };
  void opening
    .catch(() => {})
    .finally(() => {
      state.over = true;
    });
  const hasProfile = async () =>
    state.over || (await readdir(folder).catch(() => [])).some((name) => name.startsWith('playwright_'));
  await poll(hasProfile, 2, PROFILE_PATIENCE_MS);
}

/** What the browser itself printed before it ended, out of Playwright's log; all but its command line where it printed nothing. */
function ownWords(log: string): string {
  const printed = [...log.matchAll(/\[pid=\d+\]\[err\] (.+)/g)].map(([, line]) => line!.trim());
  const exit = /<process did exit: exitCode=(\w+), signal=(\w+)>/.exec(log);
  const ended = exit ? ` (exit code ${exit[1]}, signal ${exit[2]})` : '';
  if (printed.length > 0) return `${[...new Set(printed)].join('; ')}${ended}`;
  return `${log.replaceAll(/^.*<launching>.*$/gm, '').trim()}${ended}`;
}

/** A hint for a browser that did not start, derived from its output. */
export function launchError(error: unknown, executable: string): LeakwrightError {
  if (error instanceof LeakwrightError) return error;
  const log = stripVTControlCharacters(describeError(error));
  // A Firefox that Playwright did not build does not know the switch, and ends by itself.
  if (/<launching>.* -juggler-pipe\b/.test(log) && log.includes('<process did exit: exitCode=0'))
    return new LeakwrightError(
      'browsers.launchFailed',
      `The Firefox '${executable}' cannot be driven: Playwright opens pages only in the Firefox that it builds.`,
      { hint: 'Install that one (npx playwright install firefox), or check in Chromium.', cause: error },
    );
  const text = ownWords(log).slice(0, MAX_MESSAGE);
  const hint = /sandbox/i.test(text)
    ? 'Allow unprivileged user namespaces, or launch without the sandbox (--no-sandbox).'
    : /missing x server|\$DISPLAY|no DISPLAY|cannot open display|ozone_platform/i.test(text)
      ? 'There is no display for a window here: launch headless.'
      : undefined;
  return new LeakwrightError('browsers.launchFailed', `The browser '${executable}' did not start: ${text}`, {
    cause: error,
    ...defined({ hint }),
  });
}

/** Connects to a browser that another program runs. */
export async function connectBrowser(
  request: LaunchRequest,
  source: Exclude<SessionSource, LaunchSource | GridSource>,
  playwright: LoadedPlaywright,
  artifactsFolder: string,
): Promise<OpenedBrowser> {
  const timeout = request.launchTimeoutMs ?? LAUNCH_TIMEOUT_MS;
  const family = source.kind === 'connect' ? (source.family ?? 'chromium') : 'chromium';
  // Not in the published types: without a folder given, Playwright makes one of its own in the temp folder.
  const attachOptions = { timeout, artifactsDir: artifactsFolder };
  try {
    const browser =
      source.kind === 'attach'
        ? await playwright.api.chromium.connectOverCDP(source.endpoint, attachOptions)
        : await playwright.api[family].connect(source.endpoint, { timeout });
    const product = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' }[family];
    return { browser, family, product, headless: false };
  } catch (error) {
    const shown = withoutSecrets(source.endpoint);
    // Playwright's call log, which follows, repeats the endpoint with its token in several spellings.
    const [reason] = stripVTControlCharacters(describeError(error)).replaceAll(source.endpoint, shown).split('\n');
    throw new LeakwrightError('browsers.launchFailed', `No browser answers at '${shown}': ${reason}`, {
      hint:
        source.kind === 'attach'
          ? 'Start the browser with --remote-debugging-port, and give its http:// or ws:// address.'
          : `Start the server with the same Playwright version (${playwright.version}).`,
    });
  }
}

/** An endpoint for messages and logs: its path and query may hold a token. */
export function withoutSecrets(endpoint: string): string {
  try {
    const { protocol, host } = new URL(endpoint);
    return `${protocol}//${host}/…`;
  } catch {
    return '(not a URL)';
  }
}

/** What the browser has to offer to scripts; what cannot be offered is logged and returned as warnings. */
export async function offerEndpoints(
  opened: OpenedBrowser,
  wanted: readonly EndpointKind[],
  options: { readonly name: string; readonly folder: string; readonly profile: string | undefined },
): Promise<{ readonly endpoints: SessionEndpoints; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  let playwright: string | undefined;
  let cdp: string | undefined;
  if (wanted.includes('playwright')) {
    // Older versions have no `bind`.
    const bind = (opened.browser as Partial<Browser>).bind?.bind(opened.browser);
    if (bind) {
      try {
        // Playwright registers a bound browser, token and all, in a file others may read: keep it in our own folder.
        const bound = await inTurn(() =>
          withVariables({ PWTEST_SERVER_REGISTRY: options.folder }, () =>
            bind(options.name, { host: '127.0.0.1', port: 0 }),
          ),
        );
        playwright = bound.endpoint;
      } catch (error) {
        warnings.push(`The session has no Playwright endpoint: ${describeError(error)}`);
      }
    } else {
      warnings.push('The session has no Playwright endpoint: this Playwright is too old (it has no browser.bind).');
    }
  }
  if (wanted.includes('cdp')) {
    if (opened.family === 'chromium' && options.profile !== undefined) cdp = await awaitDebuggingPort(options.profile);
    if (cdp === undefined) warnings.push('The session has no CDP endpoint: the browser did not open its port.');
  }
  return {
    endpoints: { ...defined({ playwright, cdp }) },
    warnings,
  };
}

/** How long Chromium may take to write the port it chose, in ms: a moment after it answers. */
const PORT_PATIENCE_MS = 2000;

async function awaitDebuggingPort(profile: string): Promise<string | undefined> {
  let url: string | undefined;
  await poll(async () => (url = (await readActivePort(profile))?.webSocketUrl) !== undefined, 20, PORT_PATIENCE_MS);
  return url;
}
