import type { ProcessIdentity, ProcessInfo } from '../processes/index.ts';

export type BrowserFamily = 'chromium' | 'firefox' | 'webkit';

/** What a process does in a browser tree. `driver` is chromedriver, geckodriver or msedgedriver. */
export type ProcessRole =
  | 'browser'
  | 'renderer'
  | 'gpu'
  | 'utility'
  | 'zygote'
  | 'crashpad'
  | 'driver'
  | 'browser-ui'
  | 'other';

/** One observed fact and what it says, shown to people and kept in JSON. */
export interface Evidence {
  /** What kind of fact: `command-line`, `profile`, `journal`, `observed`, `process-group`, `environment`, `lock`, `parent`. */
  readonly source: string;
  /** One sentence: "--remote-debugging-pipe is on the command line". */
  readonly fact: string;
}

export type Automation = 'playwright' | 'puppeteer' | 'selenium' | 'js-debug' | 'mcp' | 'leakwright' | 'unknown tool';

export type DebuggingTransport =
  | { readonly kind: 'pipe' }
  /** `port` is 0 while the browser has not said which it chose. */
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'none' };

export interface BrowserProfile {
  /** Empty for the default profile of another user, since we do not know where that one keeps it. */
  readonly path: string;
  /** `default`: the person's own. `temporary`: a known tool's pattern in the temp folder. `custom`: anything else. */
  readonly kind: 'default' | 'temporary' | 'custom';
}

export interface BrowserProcess {
  readonly info: ProcessInfo;
  readonly role: ProcessRole;
  /** The utility's service (`network.mojom.NetworkService`), where there is one. */
  readonly detail?: string;
}

/** A browser's root process and all that descends from it or shares its session id. */
export interface BrowserTree {
  readonly root: ProcessInfo;
  /** `none`: a server for browsers that runs none now. */
  readonly family: BrowserFamily | 'none';
  /** For people: `Chrome`, `Edge`, `Chromium`, `Chrome Headless Shell`, `Firefox`, `WebKit`, `chromedriver`. */
  readonly product: string;
  readonly version?: string;
  readonly channel?: string;
  readonly headless: boolean;
  readonly profile?: BrowserProfile;
  readonly transport: DebuggingTransport;
  /** Undefined when nothing says that a program drives it. */
  readonly automatedBy?: Automation;
  readonly evidence: readonly Evidence[];
  /** The root first, then in start order. */
  readonly processes: readonly BrowserProcess[];
  /**
   * The browser process. It is the root, except below a driver; undefined for a driver without a browser, and where the
   * browser process died and left its children.
   */
  readonly browser?: ProcessIdentity;
  /** The driver process (chromedriver …) that started the browser, where one lives. It is the root then. */
  readonly driver?: ProcessIdentity;
}

/** Files that outlive a browser tree. */
export interface Leftover {
  readonly path: string;
  readonly kind: 'profile' | 'artifacts' | 'scoped-dir' | 'session-folder' | 'mcp-profile';
  readonly createdBy?: Automation;
  readonly bytes: number;
  readonly ageMs: number;
  /** False where design rules forbid removal; then `reason` says which. */
  readonly removable: boolean;
  readonly reason?: string;
  /** Where it is kept only because it is young: it may go when nothing touches it for this long, in ms. */
  readonly ripensInMs?: number;
}
