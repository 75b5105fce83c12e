import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { defined, LeakwrightError } from '../support/index.ts';
import type { Scenario } from './scenario.ts';
import type { WebServerOptions } from './webServer/webServers.ts';
import { loadUserModule, loadingFailure } from './loadingFailure.ts';
import { type UseOptions, contextOptionsOf, isRecord, readStorageState } from './contextOptions.ts';

/** What a check takes from a Playwright configuration: its tests' surroundings, not its tests. */
export interface PlaywrightSetup {
  /** Absolute. */
  readonly file: string;
  /** The project it was taken from, where there are projects. */
  readonly project?: string;
  /** Options of the browser context: `baseURL`, `storageState`, `viewport` … */
  readonly use: UseOptions;
  readonly baseUrl?: string;
  readonly launch: LaunchPreferences;
  /** What `getByTestId` looks for; absent: `data-testid`. */
  readonly testIdAttribute?: string;
  readonly timeouts?: NonNullable<Scenario['timeouts']>;
  readonly webServers: readonly WebServerOptions[];
  readonly warnings: readonly string[];
}

/** Which browser the configuration wants, and how it is launched; what the command line says comes first. */
export interface LaunchPreferences {
  readonly browser?: string;
  readonly channel?: string;
  readonly headless?: boolean;
  readonly executablePath?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** As Playwright looks for it, in this order. */
const NAMES = ['ts', 'js', 'mts', 'mjs', 'cts', 'cjs'].map((extension) => `playwright.config.${extension}`);
const READY_TIMEOUT_MS = 60_000;
const SHUTDOWN = { signal: 'SIGTERM', graceMs: 2000 } as const;
/** `gracefulShutdown.timeout: 0` means "never force" to Playwright; we do not wait for ever. */
const LONGEST_SHUTDOWN_MS = 60_000;

/** The Playwright configuration in `folder` or in the nearest folder above it, up to `top`; undefined where there is none. */
export function findPlaywrightConfig(folder: string, top: string): string | undefined {
  let current = resolve(folder);
  for (;;) {
    const found = NAMES.map((name) => join(current, name)).find((file) => existsSync(file));
    if (found !== undefined) return found;
    const parent = dirname(current);
    const isBelow = !relative(top, parent).startsWith('..');
    if (parent === current || current === resolve(top) || !isBelow) return undefined;
    current = parent;
  }
}

/**
 * Loads a Playwright configuration and picks a project: the one that is named, else the first that uses Chromium, else only
 * what all projects share.
 *
 * @param file absolute
 * @throws LeakwrightError `leaks.scenarioInvalid`, naming the file and what is wrong with it
 */
export async function loadPlaywrightConfig(file: string, projectName?: string): Promise<PlaywrightSetup> {
  if (!existsSync(file)) throw invalid(file, 'it does not exist', 'Check the path.');
  let exported: unknown;
  try {
    exported = await loadUserModule(file);
  } catch (error) {
    const { why, hint } = loadingFailure(error, 'Correct it.');
    throw invalid(file, why, hint.replace(/\.$/, '; --no-config leaves it out.'), error);
  }
  const loaded: unknown = isRecord(exported) ? exported['default'] : undefined;
  if (!isRecord(loaded))
    throw invalid(file, 'it exports no configuration', 'Write export default defineConfig({ … }).');
  const ours = ['scenarios', 'thresholds', 'iterations', 'warmup', 'failOn', 'ignore'].find((name) => name in loaded);
  if (ours !== undefined)
    throw invalid(
      file,
      `'${ours}' is an option of leakwright.config, and this is read as a Playwright configuration`,
      `Rename it to leakwright.${basename(file)}.`,
    );
  const project = pickProject(file, loaded, projectName);
  const folder = dirname(file);
  const shared = isRecord(loaded['use']) ? loaded['use'] : {};
  const own = isRecord(project?.['use']) ? project['use'] : {};
  const merged: UseOptions = { ...shared, ...own };
  const webServers = serversOf(file, loaded['webServer']);
  const { options, unknown } = contextOptionsOf(merged);
  const baseUrl = textOf(merged['baseURL']) ?? addressOfOnlyPort(webServers);
  const testIdAttribute = textOf(merged['testIdAttribute']);
  const launchOptions = isRecord(merged['launchOptions']) ? merged['launchOptions'] : {};
  const use: UseOptions = {
    ...defined({ proxy: launchOptions['proxy'] }),
    ...options,
    ...defined({ baseURL: baseUrl }),
    ...(options['storageState'] === undefined
      ? {}
      : { storageState: readStorageState(options['storageState'], [folder, process.cwd()]) }),
  };
  const warnings =
    unknown.length === 0
      ? []
      : [`Not used of '${basename(file)}': ${unknown.map((name) => `use.${name}`).join(', ')}.`];
  return {
    file,
    ...(typeof project?.['name'] === 'string' ? { project: project['name'] } : {}),
    use,
    ...defined({ baseUrl }),
    launch: launchPreferences(merged, launchOptions),
    ...defined({ testIdAttribute }),
    timeouts: timeoutsOf(merged),
    webServers,
    warnings,
  };
}

function pickProject(file: string, config: UseOptions, name: string | undefined): UseOptions | undefined {
  const projects = (Array.isArray(config['projects']) ? (config['projects'] as unknown[]) : []).filter(isRecord);
  if (name !== undefined) {
    const found = projects.find((project) => project['name'] === name);
    if (found) return found;
    const names = projects.map((project) => textOf(project['name']) ?? '(unnamed)').join(', ');
    throw invalid(file, `it has no project '${name}'`, `It has: ${names || 'no projects at all'}.`);
  }
  const shared = isRecord(config['use']) ? config['use'] : {};
  // What other projects depend on prepares something (signs in) and is no surrounding of a test.
  const preparing = new Set<unknown>(
    projects.flatMap(({ dependencies, teardown }) => [
      ...(Array.isArray(dependencies) ? (dependencies as unknown[]) : []),
      teardown,
    ]),
  );
  return projects.find((project) => {
    const use: UseOptions = { ...shared, ...(isRecord(project['use']) ? project['use'] : {}) };
    const browser = textOf(use['browserName']) ?? textOf(use['defaultBrowserType']) ?? 'chromium';
    return browser === 'chromium' && !(project['name'] !== undefined && preparing.has(project['name']));
  });
}

/** Limits of Playwright's own waiting among `use` options. */
function timeoutsOf({ actionTimeout, navigationTimeout }: UseOptions): NonNullable<Scenario['timeouts']> {
  return {
    // 0 is Playwright's default: no limit.
    ...(typeof actionTimeout === 'number' && actionTimeout > 0 ? { actionMs: actionTimeout } : {}),
    ...(typeof navigationTimeout === 'number' && navigationTimeout > 0 ? { navigationMs: navigationTimeout } : {}),
  };
}

function launchPreferences(use: UseOptions, launchOptions: UseOptions): LaunchPreferences {
  const browser = textOf(use['browserName']) ?? textOf(use['defaultBrowserType']);
  const channel = textOf(use['channel']) ?? textOf(launchOptions['channel']);
  const headless = use['headless'] ?? launchOptions['headless'];
  const executablePath = textOf(launchOptions['executablePath']);
  const { args, env } = launchOptions;
  return {
    ...defined({ browser, channel }),
    ...(typeof headless === 'boolean' ? { headless } : {}),
    ...defined({ executablePath }),
    ...(Array.isArray(args) ? { args: args.map(String) } : {}),
    ...(isRecord(env) ? { env: textsOf(env) } : {}),
  };
}

function serversOf(file: string, webServer: unknown): WebServerOptions[] {
  if (webServer === undefined || webServer === null) return [];
  return [webServer].flat().map((server: unknown, index) => {
    if (!isRecord(server) || typeof server['command'] !== 'string') {
      throw invalid(file, "its 'webServer' has no command", "Write webServer: { command: 'npm run dev', url: '…' }.");
    }
    const { command, port, wait, gracefulShutdown } = server;
    const url = textOf(server['url']);
    if (url !== undefined && !URL.canParse(url)) {
      throw invalid(file, `the url '${url}' of its webServer is not a URL`, 'Write it as http://localhost:5173/.');
    }
    const address =
      url === undefined
        ? typeof port === 'number'
          ? { port }
          : undefined
        : { url, ignoreHttpsErrors: server['ignoreHTTPSErrors'] === true };
    const output = isRecord(wait) ? { ...patternOf(wait, 'stdout'), ...patternOf(wait, 'stderr') } : undefined;
    return {
      name: textOf(server['name']) ?? (index === 0 ? 'WebServer' : `WebServer ${index + 1}`),
      command,
      cwd: resolve(dirname(file), textOf(server['cwd']) ?? '.'),
      env: isRecord(server['env']) ? textsOf(server['env']) : {},
      ...defined({ address, output }),
      reuseExisting: server['reuseExistingServer'] === true,
      timeoutMs: typeof server['timeout'] === 'number' ? server['timeout'] : READY_TIMEOUT_MS,
      shutdown: isRecord(gracefulShutdown)
        ? {
            signal: gracefulShutdown['signal'] === 'SIGINT' ? 'SIGINT' : 'SIGTERM',
            graceMs: Number(gracefulShutdown['timeout']) || LONGEST_SHUTDOWN_MS,
          }
        : SHUTDOWN,
      show: { stdout: server['stdout'] === 'pipe', stderr: server['stderr'] !== 'ignore' },
    };
  });
}

function patternOf(wait: UseOptions, stream: 'stdout' | 'stderr'): { stdout?: RegExp; stderr?: RegExp } {
  const pattern = wait[stream];
  return pattern instanceof RegExp ? { [stream]: pattern } : {};
}

/** Playwright's own rule: a single server that is given by its port is where pages are. */
function addressOfOnlyPort(servers: readonly WebServerOptions[]): string | undefined {
  const [only, ...others] = servers;
  return only?.address && 'port' in only.address && others.length === 0
    ? `http://localhost:${only.address.port}`
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsOf(values: UseOptions): Record<string, string> {
  const defined = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(defined.map(([name, value]) => [name, String(value)]));
}

function invalid(file: string, why: string, hint: string, cause?: unknown): LeakwrightError {
  return new LeakwrightError('leaks.scenarioInvalid', `The configuration '${file}' cannot be used: ${why}.`, {
    hint,
    cause,
  });
}
