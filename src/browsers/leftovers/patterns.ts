import type { Automation, Leftover } from '../browserTree.ts';
import { defined } from '../../support/index.ts';

/**
 * Who can still be using a folder of this kind.
 * - `named`: its browser has the path on its command line for as long as it lives
 * - `driver`: made by a driver (chromedriver …), and not always named by the browser
 * - `jvm`: made by a Java program for its Playwright driver, whose command line names it; the program may start the driver again
 * - `chromium`: made by a Chromium-based program for itself, and named nowhere: a profile's singleton socket lies in one
 * - `artifacts`: made by a Playwright client, which names it nowhere
 * - `session`: ours; the journal knows
 * - `removing`: one of ours on its way out
 * - `maker`: ours; its name has the pid of the process that made it
 * - `persistent`: its tool comes back to it on purpose
 */
type LeftoverUse =
  | 'named'
  | 'driver'
  | 'jvm'
  | 'chromium'
  | 'artifacts'
  | 'session'
  | 'removing'
  | 'maker'
  | 'persistent';

export interface LeftoverPattern {
  readonly name: RegExp;
  readonly kind: Leftover['kind'];
  readonly use: LeftoverUse;
  readonly createdBy?: Automation;
  /** An entry that the folder must have: for names so plain that another program may use them. */
  readonly contains?: string;
}

/** What mkdtemp puts in place of its six X. */
const X6 = '[A-Za-z0-9]{6}';
const CHROMIUM_APPS = String.raw`\.?(?:org\.chromium\.Chromium|com\.google\.Chrome(?:\.[a-z]+)?|com\.microsoft\.Edge(?:\.[a-z]+)?)`;

/**
 * Names from the sources of the tools: playwright-core 1.65 (browserType, chromium, registry, trace recorder), puppeteer 25
 * (ChromeLauncher, FirefoxLauncher), chromedriver and Chromium (base/files/scoped_temp_dir, file_util_posix),
 * geckodriver (mozprofile), chrome-launcher, vscode-js-debug, playwright-java (DriverJar), xvfb-run.
 */
const IN_TEMP_FOLDER: readonly LeftoverPattern[] = [
  pattern(`playwright_[A-Za-z]+dev_profile-${X6}`, 'profile', 'named', 'playwright'),
  pattern(`playwright-(?:artifacts|tracing|recordings|download)-${X6}`, 'artifacts', 'artifacts', 'playwright'),
  { ...pattern(String.raw`playwright-java-\d+`, 'scoped-dir', 'jvm', 'playwright'), contains: 'package' },
  pattern(`puppeteer_dev_(?:chrome|firefox)_profile-${X6}`, 'profile', 'named', 'puppeteer'),
  pattern(String.raw`${CHROMIUM_APPS}\.scoped_dir\.${X6}`, 'scoped-dir', 'driver', 'selenium'),
  pattern(String.raw`scoped_dir\d+_\d+`, 'scoped-dir', 'driver', 'selenium'),
  { ...pattern(`xvfb-run\\.${X6}`, 'scoped-dir', 'named'), contains: 'Xauthority' },
  pattern(`rust_mozprofile${X6}`, 'profile', 'named', 'selenium'),
  pattern(String.raw`${CHROMIUM_APPS}\.${X6}`, 'scoped-dir', 'chromium'),
  pattern(String.raw`lighthouse\.[A-Za-z0-9]{6,8}`, 'profile', 'named', 'unknown tool'),
  { ...pattern(`leakwright-${X6}`, 'session-folder', 'session', 'leakwright'), contains: 'session.json' },
  // Where removeLeftover puts what it is about to remove; stays only when it died half-way.
  pattern(`leakwright-removing-${X6}`, 'session-folder', 'removing', 'leakwright'),
  pattern(
    String.raw`leakwright-(?:events|scenario|record|snapshots)-\d+-${X6}`,
    'session-folder',
    'maker',
    'leakwright',
  ),
  {
    ...pattern(String.raw`\.(?:headless-)?profile`, 'profile', 'persistent', 'js-debug'),
    contains: 'Local State',
  },
];

/**
 * Whether a file may have the name, too. Chromium writes what it writes to the temp folder under such a name first
 * (`base::CreateTemporaryFile`), and leaves it there when it is killed meanwhile.
 */
export function mayBeFile(name: string, { use }: LeftoverPattern): boolean {
  return use === 'chromium' && name.startsWith('.');
}

/** In Playwright's cache folder, beside its browsers: `mcp-chrome-1a2b3c4`, `mcp-chrome-profile`. */
const IN_CACHE_FOLDER: readonly LeftoverPattern[] = [
  pattern('mcp-[a-z-]+(?:-[A-Za-z0-9]+)?', 'mcp-profile', 'persistent', 'mcp'),
];

function pattern(name: string, kind: Leftover['kind'], use: LeftoverUse, createdBy?: Automation): LeftoverPattern {
  return { name: new RegExp(`^${name}$`), kind, use, ...defined({ createdBy }) };
}

/** The pattern that a folder name directly inside the OS temp folder follows, or undefined. */
export function temporaryPattern(name: string): LeftoverPattern | undefined {
  return IN_TEMP_FOLDER.find((candidate) => candidate.name.test(name));
}

/** The pattern that a folder name directly inside Playwright's cache folder follows, or undefined. */
export function cachePattern(name: string): LeftoverPattern | undefined {
  return IN_CACHE_FOLDER.find((candidate) => candidate.name.test(name));
}
