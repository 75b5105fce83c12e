import type { ProcessInfo } from '../processes/index.ts';
import type { BrowserFamily, ProcessRole } from './browserTree.ts';
import { Switches } from './switches.ts';

/** What one process is, as far as its own command line tells. */
export interface Program {
  readonly family: BrowserFamily;
  /** For people: `Chrome`, `Edge`, `chromedriver`. */
  readonly product: string;
  readonly role: ProcessRole;
  /** The utility's service, or what a renderer is for when not for pages. */
  readonly detail?: string;
  readonly channel?: string;
  readonly version?: string;
  readonly path: string;
  /** The folder of the program, by which its helpers are recognised. */
  readonly folder: string;
  readonly switches: Switches;
  /** A script that runs the browser and waits for it. */
  readonly wrapper?: true;
}

interface KnownProgram {
  readonly family: BrowserFamily;
  readonly product: string;
  /** Matched against the program's lower-case file name without `.exe` and without macOS's ` Helper (…)`. */
  readonly names: RegExp;
  readonly kind?: 'driver';
}

/**
 * Programs by file name. It lists browsers and does not exclude others: Electron and CEF applications (VS Code, Slack,
 * Steam) have Chromium's process types and switches too, and ending one of them would cost a person's work.
 */
const known: readonly KnownProgram[] = [
  { family: 'chromium', product: 'chromedriver', names: /^(?:undetected_)?chromedriver(?:[-_].*)?$/, kind: 'driver' },
  { family: 'chromium', product: 'msedgedriver', names: /^msedgedriver$/, kind: 'driver' },
  { family: 'firefox', product: 'geckodriver', names: /^geckodriver$/, kind: 'driver' },
  { family: 'webkit', product: 'WebKitWebDriver', names: /^(?:webkit|wpe)webdriver$/, kind: 'driver' },
  {
    family: 'chromium',
    product: 'Chrome Headless Shell',
    names: /^(?:(?:google-)?chrom(?:e|ium)[-_])?headless[-_]shell(?:-bin|-stable|-beta|-dev)?$/,
  },
  { family: 'chromium', product: 'Chrome for Testing', names: /^google chrome for testing$/ },
  {
    family: 'chromium',
    product: 'Chrome',
    names: /^(?:chrome|google-chrome(?:-stable|-beta|-unstable|-canary)?|google chrome(?: beta| dev| canary)?)$/,
  },
  { family: 'chromium', product: 'Chromium', names: /^(?:chromium(?:-browser|-freeworld|-bin)?|ungoogled-chromium)$/ },
  {
    family: 'chromium',
    product: 'Edge',
    names:
      /^(?:msedge(?:-beta|-dev|-canary)?|microsoft-edge(?:-stable|-beta|-dev|-canary)?|microsoft edge(?: beta| dev| canary)?)$/,
  },
  {
    family: 'chromium',
    product: 'Brave',
    names: /^(?:brave|brave-browser(?:-stable|-beta|-nightly)?|brave browser(?: beta| nightly)?)$/,
  },
  { family: 'chromium', product: 'Vivaldi', names: /^vivaldi(?:-bin|-stable|-snapshot)?$/ },
  { family: 'chromium', product: 'Opera', names: /^opera(?:-beta|-developer)?$/ },
  { family: 'chromium', product: 'Thorium', names: /^thorium(?:-browser)?$/ },
  { family: 'chromium', product: 'Yandex Browser', names: /^(?:yandex_browser|yandex)$/ },
  {
    family: 'firefox',
    product: 'Firefox',
    names: /^(?:firefox(?:-bin|-esr|-beta|-nightly|-devedition|-developer-edition|-trunk)?|nightly|plugin-container)$/,
  },
  { family: 'firefox', product: 'LibreWolf', names: /^librewolf(?:-bin)?$/ },
  { family: 'firefox', product: 'Camoufox', names: /^camoufox(?:-bin)?$/ },
  {
    family: 'webkit',
    product: 'WebKit',
    names: /^(?:minibrowser|pw_run\.sh|(?:wpe|webkit)(?:web|network|gpu)process)$/,
  },
];

const programs = new WeakMap<readonly string[], { readonly program: Program | undefined }>();

/**
 * What a process is, or undefined when it is no part of a browser by itself (its parent may still make it one). Cached by the
 * command line, which a reader hands out as the same array for as long as it does not change.
 */
export function recogniseProgram(process: Pick<ProcessInfo, 'commandLine'>): Program | undefined {
  if (process.commandLine.length === 0) return undefined;
  let cached = programs.get(process.commandLine);
  if (!cached) {
    cached = { program: recognise(process.commandLine) };
    programs.set(process.commandLine, cached);
  }
  return cached.program;
}

function recognise(commandLine: readonly string[]): Program | undefined {
  let switches = new Switches(commandLine);
  let path = switches.program;
  // Playwright's WebKit runs below a shell script that stays its parent (browser_patches/webkit/pw_run.sh has no exec).
  const script = /(?:^|\/)(?:ba|da)?sh$/.test(path) ? switches.first() : undefined;
  if (script !== undefined && /\/(?:pw_run\.sh|MiniBrowser)$/.test(script)) {
    path = script;
    switches = new Switches(commandLine.slice(1));
  }
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  const folder = path.slice(0, Math.max(0, at));
  const file = path
    .slice(at + 1)
    .toLowerCase()
    .replace(/\.exe$/, '');
  if (/^(?:chrome_|msedge_)?crashpad_handler$/.test(file)) return crashpad(path, folder, switches);

  // Firefox's, from version 140: `crashhelper BROWSER-PID …`, started by forking twice.
  if (file === 'crashhelper')
    return { family: 'firefox', product: 'Firefox', role: 'crashpad', path, folder, switches };

  const helper = / helper(?: \([^)]*\))?$/;
  const name = file.replace(helper, '');
  const isPlaywrightWebKit = name === 'playwright' && /[/\\]webkit-\d+[/\\]/.test(path);
  const match = isPlaywrightWebKit ? webkit : known.find(({ names }) => names.test(name));
  if (!match || isElectron(switches))
    return testOfElectron(name, switches) === undefined
      ? undefined
      : { family: 'chromium', product: ELECTRON_APP, role: 'browser', path, folder, switches };
  const common = {
    family: match.family,
    product: productOf(match, path),
    path,
    folder,
    switches,
    ...optional('wrapper', path === script ? (true as const) : undefined),
    ...optional('channel', channelOf(path)),
    ...optional('version', versionOf(path)),
  };
  if (match.kind === 'driver') return { ...common, role: 'driver' };
  return { ...common, ...roleOf(match.family, name, switches) };
}

const webkit = known.at(-1)!;

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

/** An Electron application under a browser's name says so: Electron passes these to its children, and `.asar` to itself. */
function isElectron(switches: Switches): boolean {
  return (
    ['--app-path', '--standard-schemes', '--inspect'].some((name) => switches.has(name)) ||
    /\.asar(?:$|[/\\])/.test(switches.first() ?? '')
  );
}

/** What applications are called that are built on Electron and driven by a test runner. */
export const ELECTRON_APP = 'Electron app';

/** What hands a command line on, or runs Node: the application is below it. */
const NO_APP =
  /^(?:node|nodejs|bun|deno|npm|npx|pnpm|yarn|(?:ba|da|z|k|fi)?sh|timeout|env|nice|setsid|nohup|script|xvfb|xvfb-run|.*driver)$/;

/**
 * What says that a test runner started an application built on Electron, or undefined: such a one has no other user. Its name
 * may be any; its children are known by being below it. Playwright's `_electron.launch` and chromedriver (WebdriverIO, Spectron)
 * pass what no person does, and so do the tests of VS Code extensions.
 */
function testOfElectron(name: string, switches: Switches): string | undefined {
  if (NO_APP.test(name) || switches.has('--type') || /[/\\]cli\.js$/.test(switches.first() ?? '')) return undefined;
  const isPortLeftToChance = switches.value('--remote-debugging-port') === '0';
  if (isPortLeftToChance && switches.value('--inspect') === '0') return '--inspect=0 --remote-debugging-port=0';
  if (switches.has('--extensionTestsPath')) return '--extensionTestsPath';
  return isPortLeftToChance && switches.value('--test-type') === 'webdriver' ? '--test-type=webdriver' : undefined;
}

function productOf({ product }: KnownProgram, path: string): string {
  if (product !== 'Chrome') return product;
  // Chromium's builds, too, call the program 'chrome'; the folders of those who download or package them say which it is.
  if (/[/\\]chrome-(?:linux|win|mac)(?:32|64|-x64|-arm64)[/\\]/.test(path)) return 'Chrome for Testing';
  return /[/\\](?:chromium(?:-browser|-\d+)?|chrome-(?:linux|win|mac))[/\\]/.test(path) ? 'Chromium' : product;
}

/** The channel, where the path says it: `/opt/google/chrome-beta/chrome`, `Google Chrome Canary`, `msedge-dev`. */
function channelOf(path: string): string | undefined {
  const found =
    /(?:chrome|msedge|edge|brave|brave-browser|firefox)[- ](?:browser[- ])?(beta|dev|canary|unstable|nightly|esr|sxs)\b/i.exec(
      path,
    );
  const channel = found?.[1]?.toLowerCase();
  if (channel === 'unstable') return 'dev';
  return channel === 'sxs' ? 'canary' : channel;
}

/** The version, where the path says it: macOS's `Versions/131.0.6778.86`, Puppeteer's `linux-131.0.6778.204`. */
function versionOf(path: string): string | undefined {
  return /[/\\-](\d+\.\d+\.\d+\.\d+)[/\\]/.exec(path)?.[1];
}

function crashpad(path: string, folder: string, switches: Switches): Program | undefined {
  const annotations = new Map(
    switches.values('--annotation').map((text) => {
      const equals = text.indexOf('=');
      return [text.slice(0, equals), text.slice(equals + 1)] as const;
    }),
  );
  const prod = annotations.get('prod') ?? '';
  // Electron applications bring the same handler, and say so.
  const product = prod.startsWith('Chrome') ? 'Chrome' : /^(?:Microsoft )?Edge/.test(prod) ? 'Edge' : undefined;
  if (!product) return undefined;
  const channel = annotations.get('channel');
  const underChromium = /chromium/i.test(folder);
  return {
    family: 'chromium',
    product: underChromium ? 'Chromium' : product,
    role: 'crashpad',
    path,
    folder,
    switches,
    ...optional('version', annotations.get('ver')),
    ...optional('channel', channel && /^(?:stable|beta|dev|canary|extended)$/.test(channel) ? channel : undefined),
  };
}

function roleOf(family: BrowserFamily, name: string, switches: Switches): { role: ProcessRole; detail?: string } {
  if (family === 'chromium') return chromiumRole(switches);
  if (family === 'firefox') return firefoxRole(name, switches);
  return webkitRole(name);
}

function chromiumRole(switches: Switches): { role: ProcessRole; detail?: string } {
  const type = switches.value('--type');
  switch (type) {
    case undefined:
      return { role: 'browser' };
    case 'renderer':
      // Chrome draws parts of its own window (and, headless, a hidden one) with renderers of its own.
      if (switches.has('--top-chrome-webui')) return { role: 'browser-ui' };
      return switches.has('--extension-process') ? { role: 'renderer', detail: 'extension' } : { role: 'renderer' };
    case 'gpu-process':
      return { role: 'gpu' };
    case 'utility':
      return { role: 'utility', ...optional('detail', switches.value('--utility-sub-type')) };
    case 'zygote':
      return { role: 'zygote' };
    case 'crashpad-handler':
      return { role: 'crashpad' };
    default:
      return { role: 'other', detail: type };
  }
}

/** Firefox names a child's type in its last argument: `… {crash-id} 4321 tab` (dom/ipc, GeckoChildProcessHost). */
function firefoxRole(name: string, switches: Switches): { role: ProcessRole; detail?: string } {
  if (!switches.has('-contentproc') && !switches.has('--contentproc') && name !== 'plugin-container')
    return { role: 'browser' };
  const type = switches.last() ?? '';
  switch (type) {
    case 'tab':
    case 'web':
      return { role: 'renderer' };
    case 'gpu':
      return { role: 'gpu' };
    case 'forkserver':
      return { role: 'zygote' };
    default:
      return { role: 'utility', detail: type };
  }
}

function webkitRole(name: string): { role: ProcessRole; detail?: string } {
  if (name.endsWith('webprocess')) return { role: 'renderer' };
  if (name.endsWith('gpuprocess')) return { role: 'gpu' };
  if (name.endsWith('networkprocess')) return { role: 'utility', detail: 'network' };
  return { role: 'browser' };
}
