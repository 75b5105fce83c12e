import type { BrowserChannel, BrowserFamily } from '../browsers/index.ts';
import type { ProcessIdentity } from '../processes/index.ts';

/** Where a session's browser comes from. */
export type SessionSource =
  | {
      readonly kind: 'launch';
      /** Default: chromium. */
      readonly family?: BrowserFamily;
      readonly channel?: BrowserChannel;
      readonly executablePath?: string;
      /** Default: true. */
      readonly headless?: boolean;
      /** A profile folder to use and to keep. Without it the session has a fresh one, which is removed. */
      readonly profile?: string;
      /** More command line arguments. */
      readonly args?: readonly string[];
      /** Chromium without its sandbox. Default: only where it cannot run otherwise (root on Linux). */
      readonly noSandbox?: boolean;
      /** Adds the switches of `economyArguments`, which cut background work. Default: false. */
      readonly economy?: boolean;
      /** Added to this process's own environment. */
      readonly env?: Readonly<Record<string, string>>;
    }
  /** A running browser's DevTools endpoint (`http://127.0.0.1:9222` or a ws URL). It is left running. */
  | { readonly kind: 'attach'; readonly endpoint: string }
  /** A Playwright server (`ws://…`). Its browser is left to it. */
  | { readonly kind: 'connect'; readonly endpoint: string; readonly family?: BrowserFamily }
  /** A Selenium Grid by its hub's URL: it starts a Chrome or Edge on one of its nodes, and ends it with the session. */
  | {
      readonly kind: 'grid';
      readonly endpoint: string;
      /** Default: chrome. */
      readonly channel?: 'chrome' | 'msedge';
      /** Default: true. */
      readonly headless?: boolean;
      readonly args?: readonly string[];
      /** More capabilities for the hub: `{ "platformName": "linux" }`. */
      readonly capabilities?: Readonly<Record<string, unknown>>;
    };

/** What to offer to the user's own scripts. */
export type EndpointKind = 'playwright' | 'cdp';

/** What a client asks for: plain data, it crosses a process border. */
export interface LaunchRequest {
  readonly source: SessionSource;
  /** For people. Default: the browser's product. */
  readonly name?: string;
  /** Where to look for the user's own Playwright: an absolute path. */
  readonly workspaceFolder?: string;
  /** Opened in a page once the browser runs. */
  readonly url?: string;
  readonly baseUrl?: string;
  /** One of Playwright's device names (`Pixel 7`), for the pages that we open. */
  readonly device?: string;
  /**
   * Default: `playwright`. It carries a token. `cdp` opens Chromium's debugging port on the loopback interface, where
   * every local user can reach it, so it is opened on request only.
   */
  readonly endpoints?: readonly EndpointKind[];
  readonly capture?: CaptureOptions;
  /**
   * `auto`: as Playwright does, dismissed unless a connected script handles it. `ask`: left open for a person, and
   * counted. Default: `auto`.
   */
  readonly dialogs?: 'auto' | 'ask';
  readonly recordVideo?: boolean;
  /** Milliseconds until a launch is given up. Default: 60,000. */
  readonly launchTimeoutMs?: number;
}

export interface CaptureOptions {
  /** Default: true for sessions of the host, false for a check. */
  readonly enabled?: boolean;
  /** Requests kept; the oldest are dropped. Default: 1000. */
  readonly maxRequests?: number;
  /** Bytes kept of a response body; 0 keeps none. Default: 16 KiB. */
  readonly maxBodyBytes?: number;
  /** Bytes kept of all requests together; the oldest are dropped. Default: 64 MiB. */
  readonly maxTotalBytes?: number;
}

/** What a session holds at the moment. */
export interface ResourceCounts {
  readonly requests: number;
  /** Captured requests that had to make room. */
  readonly requestsDropped: number;
  readonly pages: number;
  readonly contexts: number;
  readonly videos: number;
  readonly downloads: number;
  /** Open dialogs. */
  readonly dialogs: number;
  readonly workers: number;
  readonly cursors: number;
}

export interface SessionEndpoints {
  /** For `browserType.connect()` of the same Playwright version; holds a token. */
  readonly playwright?: string;
  /** For `connectOverCDP()`, Puppeteer and others. */
  readonly cdp?: string;
}

export type SessionState = 'ready' | 'unresponsive' | 'closing';

/** A session as a client sees it: plain data. */
export interface SessionInfo {
  readonly id: string;
  readonly name: string;
  readonly source: SessionSource['kind'];
  readonly state: SessionState;
  readonly browser: { readonly name: string; readonly version: string; readonly headless: boolean };
  /** Of its pages, in the order in which they were opened. */
  readonly urls: readonly string[];
  /** What its contexts resolve relative addresses against. */
  readonly baseUrl?: string;
  readonly endpoints: SessionEndpoints;
  /** The browser's root process, where it runs on this machine. */
  readonly root?: ProcessIdentity;
  readonly folder: string;
  readonly profile?: string;
  readonly resources: ResourceCounts;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly idleMs: number;
  /** What a person should know: the journal could not be written, an endpoint could not be offered. */
  readonly warnings: readonly string[];
}

/** Why a session ended. */
export type CloseReason =
  | 'requested'
  | 'idle'
  | 'memory'
  | 'browser-lost'
  | 'connection-lost'
  | 'client-gone'
  | 'host-ending'
  | 'host-lost'
  | 'launch-failed'
  | 'aborted';

export type CleanupStepName =
  | 'requests'
  | 'videos'
  | 'cursors'
  | 'pages'
  | 'contexts'
  | 'browser'
  | 'connection'
  | 'state'
  | 'verify'
  | 'emergency';

export interface CleanupStep {
  readonly name: CleanupStepName;
  readonly durationMs: number;
  readonly cleaned: number;
  readonly error?: string;
}

/** What a clean-up did, and what it could not do. */
export interface CleanupSummary {
  readonly sessionId: string;
  readonly name: string;
  readonly reason: CloseReason;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly cursorsCleaned: number;
  readonly requestsCleaned: number;
  readonly videoPagesCleaned: number;
  readonly pagesClosed: number;
  readonly contextsClosed: number;
  readonly downloadsCancelled: number;
  readonly dialogsDismissed: number;
  readonly workersEnded: number;
  readonly browsersClosed: number;
  readonly connectionsClosed: number;
  readonly processesEnded: number;
  readonly totalResourcesCleaned: number;
  /** What the browser's processes had for themselves before, minus what survivors have, from the kernel's accounting. */
  readonly memoryRecoveredMb: number;
  /** Steps that failed, and anything that is left. Empty when all is well. */
  readonly errors: readonly { readonly step: CleanupStepName; readonly message: string }[];
  readonly steps: readonly CleanupStep[];
  /** Whether the browser had to be ended by force. */
  readonly emergency: boolean;
  /** Processes that are still there. */
  readonly survivors: readonly ProcessIdentity[];
  /** Files and folders that are still there. */
  readonly remaining: readonly string[];
  /** Open descriptors of the process that drove the browser, before it was launched and after the clean-up. */
  readonly fileDescriptors: { readonly before: number; readonly after: number };
  /** Percentage of the resources, processes and folders to be cleaned that are gone. 100 when all are. */
  readonly effectivenessPercentage: number;
  /** Nothing is left, even if a step failed on the way. */
  readonly successful: boolean;
}

/** Everything the host says about its sessions. Each is plain data. */
export type SessionEvent =
  | { readonly type: 'sessionStarted'; readonly session: SessionInfo }
  | { readonly type: 'sessionChanged'; readonly session: SessionInfo }
  | { readonly type: 'sessionEnded'; readonly id: string; readonly summary: CleanupSummary }
  | { readonly type: 'memoryAlert'; readonly alert: MemoryAlert }
  | { readonly type: 'housekeeping'; readonly statistics: HousekeepingStatistics }
  | { readonly type: 'warning'; readonly message: string }
  /** The host process died; its sessions were cleaned up by the client. */
  | {
      readonly type: 'hostLost';
      readonly sessions: readonly SessionInfo[];
      readonly recovered: readonly RecoveredSession[];
      readonly message: string;
    };

export type MemoryAlert =
  | { readonly scope: 'session'; readonly id: string; readonly bytes: number; readonly limitBytes: number }
  | { readonly scope: 'system'; readonly usedFraction: number; readonly level: 70 | 80 | 90 };

export interface HousekeepingStatistics {
  readonly cleanupsPerformed: number;
  /** Of these, because memory was short. */
  readonly memoryCleanups: number;
  /** Of these, because it was time. */
  readonly timeCleanups: number;
  /** ISO 8601. */
  readonly lastCleanup?: string;
  readonly cursorsExpired: number;
  readonly requestsExpired: number;
  readonly sessionsExpired: number;
  /** Captured requests removed while memory was short, beyond the newest 1000. */
  readonly entriesTrimmed: number;
}

/** What was found of a session whose host is gone, and what became of it. */
export interface RecoveredSession {
  readonly id: string;
  readonly folder: string;
  readonly processesEnded: number;
  readonly folderRemoved: boolean;
  /** Whether nothing is left; otherwise the entry stays in the journal for the next attempt. */
  readonly complete: boolean;
  readonly issues: readonly string[];
}

export interface SessionLimits {
  /** Default: 50. */
  readonly maxConcurrentSessions: number;
  /** Seconds without use until a session is closed; 0 is never. Default: 3600. */
  readonly sessionTimeoutSeconds: number;
  /** Alert from this many MB in one session's browser. Default: 1024. */
  readonly memoryAlertMb: number;
  /** Close the longest idle session when the system's memory is 90 % used. Default: false. */
  readonly closeOnMemoryPressure: boolean;
}

export const defaultLimits: SessionLimits = {
  maxConcurrentSessions: 50,
  sessionTimeoutSeconds: 3600,
  memoryAlertMb: 1024,
  closeOnMemoryPressure: false,
};

export const noHousekeeping: HousekeepingStatistics = {
  cleanupsPerformed: 0,
  memoryCleanups: 0,
  timeCleanups: 0,
  cursorsExpired: 0,
  requestsExpired: 0,
  sessionsExpired: 0,
  entriesTrimmed: 0,
};

/** What two hosts did, one after the other, or one host and its next clean-up. */
export function addStatistics(earlier: HousekeepingStatistics, later: HousekeepingStatistics): HousekeepingStatistics {
  const sums = { ...earlier, ...later };
  for (const key of Object.keys(noHousekeeping) as Exclude<keyof HousekeepingStatistics, 'lastCleanup'>[])
    Object.assign(sums, { [key]: earlier[key] + later[key] });
  return sums;
}
