import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LeakwrightError, describeError } from '../support/index.ts';
import { type FindBrowserOptions, type FoundBrowser, findBrowser } from './findBrowser.ts';
import { findPlaywright } from './playwrightPackage.ts';

export interface ObtainBrowserOptions extends FindBrowserOptions {
  /** Called with a line for a person whenever something that takes time begins, and with what installers print. */
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Installing must end some day even when a mirror never answers. */
const INSTALL_TIMEOUT_MS = 8 * 60_000;

/**
 * Finds a browser, and where there is none obtains one: first through Playwright's own installer, then, for root on
 * Debian, as the distribution's package. For set-up only; a check never installs anything.
 *
 * @throws LeakwrightError `browsers.notFound`, naming everything that was tried and how it ended
 */
export async function obtainBrowser(options: ObtainBrowserOptions = {}): Promise<FoundBrowser> {
  const progress = options.onProgress ?? (() => {});
  let notFound: unknown;
  try {
    return findBrowser(options);
  } catch (error) {
    if (options.executablePath) throw error;
    notFound = error;
  }

  const tried: string[] = [];
  const family = options.family ?? 'chromium';
  for (const installer of [playwrightInstaller(options.workspaceFolder, family), debianInstaller(family)]) {
    if (typeof installer === 'string') {
      tried.push(installer);
      continue;
    }
    progress(`No browser yet: ${installer.what} …`);
    try {
      for (const [command, ...args] of installer.commands) await run(command!, args, options);
      return findBrowser(options);
    } catch (error) {
      options.signal?.throwIfAborted();
      tried.push(`${installer.what}: ${describeError(error)}`);
      progress(`That did not work: ${describeError(error)}`);
    }
  }
  throw new LeakwrightError(
    'browsers.notFound',
    `${(notFound as Error).message} Could not obtain one: ${tried.join('; ')}.`,
    {
      hint: 'Install Chrome or Chromium, or name a program with --executable-path.',
    },
  );
}

interface Installer {
  readonly what: string;
  readonly commands: readonly (readonly string[])[];
}

function playwrightInstaller(workspaceFolder: string | undefined, family: string): Installer | string {
  const playwright = findPlaywright(workspaceFolder);
  if (!playwright) return 'Playwright is not installed';
  const cli = join(dirname(createRequire(playwright.entry).resolve(`${playwright.name}/package.json`)), 'cli.js');
  return {
    what: `downloading ${family} with Playwright ${playwright.version}`,
    commands: [[process.execPath, cli, 'install', family]],
  };
}

/**
 * The command a person runs to get a browser of this kind, arguments apart: Playwright's own installer. Undefined where
 * there is no Playwright, or where the wanted product (Chrome, Edge) comes from its vendor.
 */
export function installCommand(options: FindBrowserOptions): readonly string[] | undefined {
  if (options.channel === 'chrome' || options.channel === 'msedge') return undefined;
  const installer = playwrightInstaller(options.workspaceFolder, options.family ?? 'chromium');
  return typeof installer === 'string' ? undefined : installer.commands[0];
}

function debianInstaller(family: string): Installer | string {
  if (family !== 'chromium') return `there is no Debian package of ${family} that Playwright can drive`;
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return "not root on Linux, so no 'apt-get install chromium'";
  let release = '';
  try {
    release = readFileSync('/etc/os-release', 'utf8');
  } catch {
    // No such file: not a Debian.
  }
  // Ubuntu's package of that name only points to a snap, which does not run in containers.
  if (!/^ID=debian$/m.test(release)) return "not Debian, so no 'apt-get install chromium'";
  return {
    what: "installing Debian's chromium",
    commands: [
      ['apt-get', 'update', '-q'],
      ['apt-get', 'install', '-y', '-q', '--no-install-recommends', 'chromium'],
    ],
  };
}

async function run(command: string, args: readonly string[], options: ObtainBrowserOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: INSTALL_TIMEOUT_MS,
      signal: options.signal,
    });
    let last = '';
    const onLines = (chunk: Buffer) => {
      for (const line of chunk.toString('utf8').split(/[\r\n]+/)) {
        if (!line.trim()) continue;
        last = line.trim();
        options.onProgress?.(`  ${last}`);
      }
    };
    child.stdout.on('data', onLines);
    child.stderr.on('data', onLines);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else {
        const how = signal ? `was ended by ${signal}` : `exited with code ${code}`;
        reject(new LeakwrightError('browsers.notFound', `'${command}' ${how}${last ? ` (${last})` : ''}.`));
      }
    });
  });
}
