import { homedir, tmpdir } from 'node:os';
import type { Automation, BrowserProfile } from './browserTree.ts';
import { cachePattern, temporaryPattern } from './leftovers/patterns.ts';

/** Home folder and platform as parameters, so that tests can use any. */
export interface ProfileContext {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder for temporary files. */
  readonly temp: string;
  /** The user whose home it is; -1 where the system has no such numbers. */
  readonly uid: number;
}

export function profileContext(): ProfileContext {
  return {
    home: homedir(),
    platform: process.platform,
    env: process.env,
    temp: tmpdir(),
    uid: process.getuid?.() ?? -1,
  };
}

export interface ProfileFact {
  readonly profile: BrowserProfile;
  /** Which tool makes folders with such a name. */
  readonly madeBy?: Automation;
}

/** Says what kind of folder a profile is, and which tool makes folders with such a name. */
export function judgeProfile(path: string, context: ProfileContext): ProfileFact {
  const plain = path.replaceAll('\\', '/').replace(/\/+$/, '');
  const made = madeByTool(plain, context);
  if (made) return { profile: { path, kind: made.kind }, madeBy: made.tool };
  return { profile: { path, kind: isDefaultProfile(plain, context) ? 'default' : 'custom' } };
}

/** Where tools keep profiles that they come back to: js-debug's `profile.ts`, chrome-devtools-mcp's `browser.ts`. */
const persistent: readonly { readonly path: RegExp; readonly tool: Automation }[] = [
  { path: /\/(?:ms-vscode\.)?js-debug[^/]*\/(?:.*\/)?\.?(?:headless-)?profile(?:\/|$)/, tool: 'js-debug' },
  { path: /\/chrome-devtools-mcp\//, tool: 'mcp' },
];

function madeByTool(
  path: string,
  context: ProfileContext,
): { readonly tool: Automation; readonly kind: BrowserProfile['kind'] } | undefined {
  const segments = path.split('/');
  for (const [index, name] of segments.entries()) {
    const parent = segments.slice(0, index).join('/');
    if (/\/ms-playwright(?:-mcp)?$/.test(parent) && cachePattern(name)) return { tool: 'mcp', kind: 'custom' };
    const pattern = temporaryPattern(name);
    // Names that a person could have given count in the temp folder only; `playwright_chromiumdev_profile-a1B2c3` anywhere,
    // since the process that made it may have had another TMPDIR.
    const plain = pattern && (pattern.contains !== undefined || pattern.createdBy === 'unknown tool');
    if (pattern && (!plain || isTempFolder(parent, context)))
      return { tool: pattern.createdBy ?? 'unknown tool', kind: pattern.use === 'persistent' ? 'custom' : 'temporary' };
  }
  const found = persistent.find((place) => place.path.test(path));
  return found && { tool: found.tool, kind: 'custom' };
}

function isTempFolder(path: string, { temp }: ProfileContext): boolean {
  return (
    path === temp.replaceAll('\\', '/').replace(/\/+$/, '') ||
    /^(?:\/private)?(?:\/var)?\/tmp$/.test(path) ||
    /^(?:\/private)?\/var\/folders\/.+\/T$/.test(path) ||
    /\/AppData\/Local\/Temp$/i.test(path)
  );
}

/** The profile a browser takes when none is named: the person's own. Undefined where we do not know where that is. */
export function defaultProfile(product: string, uid: number, context: ProfileContext): BrowserProfile | undefined {
  if (uid !== context.uid) return { path: '', kind: 'default' };
  const base = profileBase(context);
  if (product === 'Firefox') return { path: firefoxFolder(context), kind: 'default' };
  const name = folders[product]?.[systemOf(context)][0];
  return name === undefined ? undefined : { path: `${base}/${name}`, kind: 'default' };
}

/**
 * Whether a folder is where some browser keeps a person's own profile, also another user's, and snap's and flatpak's. When in
 * doubt it is: a default profile protects its browser from ever being ended as left behind.
 */
function isDefaultProfile(path: string, context: ProfileContext): boolean {
  const system = systemOf(context);
  const fold = (text: string) => (system === 'linux' ? text : text.toLowerCase());
  const plain = fold(path);
  if (plain.startsWith(fold(firefoxFolder(context))) || /\/\.mozilla\/firefox(?:\/|$)/.test(plain)) return true;
  const places = system === 'linux' ? ['/.config', '/config', '/common', '/current'] : [fold(profileBase(context))];
  places.push(fold(profileBase(context)));
  return Object.values(folders).some((names) =>
    names[system].some((name) => places.some((place) => plain.endsWith(fold(`${place}/${name}`)))),
  );
}

type System = 'linux' | 'darwin' | 'win32';

function systemOf({ platform }: ProfileContext): System {
  return platform === 'darwin' || platform === 'win32' ? platform : 'linux';
}

function profileBase({ home, platform, env }: ProfileContext): string {
  const base =
    platform === 'darwin'
      ? `${home}/Library/Application Support`
      : platform === 'win32'
        ? (env['LOCALAPPDATA'] ?? `${home}/AppData/Local`)
        : env['XDG_CONFIG_HOME'] || `${home}/.config`;
  return base.replaceAll('\\', '/');
}

function firefoxFolder({ home, platform, env }: ProfileContext): string {
  if (platform === 'darwin') return `${home}/Library/Application Support/Firefox`;
  if (platform === 'win32')
    return `${env['APPDATA'] ?? `${home}/AppData/Roaming`}/Mozilla/Firefox`.replaceAll('\\', '/');
  return `${home}/.mozilla/firefox`;
}

/** Folder names below the platform's place for such things. Source: Chromium's docs/user_data_dir.md and the products. */
const folders: Readonly<Record<string, Record<System, readonly string[]>>> = {
  Chrome: {
    linux: ['google-chrome', 'google-chrome-beta', 'google-chrome-unstable', 'google-chrome-canary'],
    darwin: ['Google/Chrome', 'Google/Chrome Beta', 'Google/Chrome Dev', 'Google/Chrome Canary'],
    win32: [
      'Google/Chrome/User Data',
      'Google/Chrome Beta/User Data',
      'Google/Chrome Dev/User Data',
      'Google/Chrome SxS/User Data',
    ],
  },
  'Chrome for Testing': {
    linux: ['google-chrome-for-testing'],
    darwin: ['Google/Chrome for Testing'],
    win32: ['Google/Chrome for Testing/User Data'],
  },
  Chromium: { linux: ['chromium'], darwin: ['Chromium'], win32: ['Chromium/User Data'] },
  Edge: {
    linux: ['microsoft-edge', 'microsoft-edge-beta', 'microsoft-edge-dev', 'microsoft-edge-canary'],
    darwin: ['Microsoft Edge', 'Microsoft Edge Beta', 'Microsoft Edge Dev', 'Microsoft Edge Canary'],
    win32: [
      'Microsoft/Edge/User Data',
      'Microsoft/Edge Beta/User Data',
      'Microsoft/Edge Dev/User Data',
      'Microsoft/Edge SxS/User Data',
    ],
  },
  Brave: {
    linux: ['BraveSoftware/Brave-Browser'],
    darwin: ['BraveSoftware/Brave-Browser'],
    win32: ['BraveSoftware/Brave-Browser/User Data'],
  },
  Vivaldi: { linux: ['vivaldi'], darwin: ['Vivaldi'], win32: ['Vivaldi/User Data'] },
  Opera: { linux: ['opera'], darwin: ['com.operasoftware.Opera'], win32: ['Opera Software/Opera Stable'] },
  Thorium: { linux: ['thorium'], darwin: ['Thorium'], win32: ['Thorium/User Data'] },
};
