import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LeakwrightError } from '../support/index.ts';
import type { BrowserFamily } from './browserTree.ts';
import { findPlaywright, playwrightExecutable } from './playwrightPackage.ts';

export interface FindBrowserOptions {
  /** A program the user named (setting or flag); when it cannot be used that is an error, never a reason to look on. */
  readonly executablePath?: string;
  /** Default: chromium. */
  readonly family?: BrowserFamily;
  /** Only this product: `chrome`, `msedge` or `chromium`. */
  readonly channel?: BrowserChannel;
  readonly workspaceFolder?: string;
}

export type BrowserChannel = 'chrome' | 'msedge' | 'chromium';

export interface FoundBrowser {
  readonly family: BrowserFamily;
  readonly product: string;
  readonly executablePath: string;
  readonly source: 'setting' | 'playwright' | 'system';
}

interface SystemBrowser {
  readonly channel: BrowserChannel;
  readonly product: string;
  /** Program names looked up on PATH. */
  readonly commands: readonly string[];
  readonly paths: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where vendors install, in the order we prefer them. Sources: the products' packages and installers. */
function systemBrowsers(platform: NodeJS.Platform, env: Environment): readonly SystemBrowser[] {
  if (platform === 'darwin') {
    const app = (name: string) => `/Applications/${name}.app/Contents/MacOS/${name}`;
    return [
      { channel: 'chrome', product: 'Chrome', commands: [], paths: [app('Google Chrome')] },
      { channel: 'msedge', product: 'Edge', commands: [], paths: [app('Microsoft Edge')] },
      { channel: 'chromium', product: 'Chromium', commands: ['chromium'], paths: [app('Chromium')] },
    ];
  }
  if (platform === 'win32') {
    const roots = [env['LOCALAPPDATA'], env['PROGRAMFILES'], env['PROGRAMFILES(X86)']].filter(
      (root) => root !== undefined,
    );
    const under = (...parts: string[]) => roots.map((root) => join(root, ...parts));
    return [
      {
        channel: 'chrome',
        product: 'Chrome',
        commands: [],
        paths: under('Google', 'Chrome', 'Application', 'chrome.exe'),
      },
      {
        channel: 'msedge',
        product: 'Edge',
        commands: [],
        paths: under('Microsoft', 'Edge', 'Application', 'msedge.exe'),
      },
      { channel: 'chromium', product: 'Chromium', commands: [], paths: under('Chromium', 'Application', 'chrome.exe') },
    ];
  }
  return [
    {
      channel: 'chrome',
      product: 'Chrome',
      commands: ['google-chrome-stable', 'google-chrome'],
      paths: ['/opt/google/chrome/chrome'],
    },
    {
      channel: 'msedge',
      product: 'Edge',
      commands: ['microsoft-edge-stable', 'microsoft-edge'],
      paths: ['/opt/microsoft/msedge/msedge'],
    },
    {
      channel: 'chromium',
      product: 'Chromium',
      commands: ['chromium', 'chromium-browser'],
      paths: ['/usr/bin/chromium', '/usr/lib/chromium/chromium', '/snap/bin/chromium'],
    },
  ];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function onPath(command: string, env: Environment): string | undefined {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder && isProgram(join(folder, command))) return join(folder, command);
  }
  return undefined;
}

/** What kind of browser a program is, as far as its file name says. */
function describeProgram(path: string): { family: BrowserFamily; product: string } {
  const name = (path.split(/[\\/]/).at(-1) ?? path).toLowerCase();
  if (name.includes('firefox')) return { family: 'firefox', product: 'Firefox' };
  if (name.includes('pw_run') || name.includes('minibrowser') || name.includes('webkit')) {
    return { family: 'webkit', product: 'WebKit' };
  }
  if (name.includes('edge')) return { family: 'chromium', product: 'Edge' };
  if (name.includes('headless-shell') || name.includes('headless_shell')) {
    return { family: 'chromium', product: 'Chrome Headless Shell' };
  }
  return { family: 'chromium', product: name.includes('chromium') ? 'Chromium' : 'Chrome' };
}

/**
 * Finds a browser that can be driven, without starting it: the program the user named, else the workspace's Playwright
 * browsers, else Chrome, Edge or Chromium on the system. Loads Playwright to ask it: not for the extension host.
 *
 * @throws LeakwrightError `browsers.notFound`, naming what was tried
 */
export function findBrowser(
  options: FindBrowserOptions = {},
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): FoundBrowser {
  const named = options.executablePath?.trim();
  if (named) {
    if (!isProgram(named)) {
      throw new LeakwrightError(
        'browsers.notFound',
        `The browser '${named}' cannot be run: there is no such program.`,
        {
          hint: 'Correct the setting leakwright.executablePath or the flag --executable-path, or leave it out.',
        },
      );
    }
    return { ...describeProgram(named), executablePath: named, source: 'setting' };
  }

  const family = options.family ?? 'chromium';
  const tried: string[] = [];
  if (options.channel === undefined || options.channel === 'chromium') {
    const playwright = findPlaywright(options.workspaceFolder);
    if (playwright) {
      const executablePath = playwrightExecutable(playwright, family);
      const product = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' }[family];
      if (executablePath) return { family, product, executablePath, source: 'playwright' };
      tried.push(`the ${family} of Playwright ${playwright.version} (${playwright.source}; not downloaded)`);
    } else {
      tried.push('Playwright (not installed)');
    }
  }

  if (family === 'chromium') {
    for (const candidate of systemBrowsers(platform, env)) {
      if (options.channel !== undefined && candidate.channel !== options.channel) continue;
      const executablePath =
        candidate.commands.map((command) => onPath(command, env)).find((path) => path !== undefined) ??
        candidate.paths.find(isProgram);
      if (executablePath) return { family, product: candidate.product, executablePath, source: 'system' };
      tried.push(`${candidate.product} on the system`);
    }
  }

  throw new LeakwrightError('browsers.notFound', `No browser was found. Tried: ${tried.join(', ')}.`, {
    hint: `Run 'npx playwright install ${family}', install Chrome, or name a program with --executable-path (setting leakwright.executablePath).`,
  });
}

/** Chromium's sandbox refuses to run as root on Linux, so a root user's browsers need `--no-sandbox`. */
export function needsNoSandbox(family: BrowserFamily): boolean {
  return family === 'chromium' && process.platform === 'linux' && process.getuid?.() === 0;
}
