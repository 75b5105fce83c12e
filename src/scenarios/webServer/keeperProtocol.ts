import type { ProcessIdentity } from '../../processes/index.ts';

/** In the environment of every web server we start: tells its processes even when they left its tree and its group. */
export const WEB_SERVER_VARIABLE = 'LEAKWRIGHT_WEB_SERVER';

/** A command to run as a server: plain data, it crosses a process border. */
export interface ServerCommand {
  readonly id: string;
  /** A line for the system's shell, as `webServer.command` of a Playwright configuration is. */
  readonly command: string;
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly shutdown: ServerShutdown;
}

/** How a server is asked to end before it is forced to. */
export interface ServerShutdown {
  readonly signal: 'SIGINT' | 'SIGTERM';
  /** Milliseconds until it is forced. */
  readonly graceMs: number;
}

/** What is known of a started server: enough to find all of its processes. */
export interface ServerTraces {
  readonly id: string;
  readonly root: ProcessIdentity;
  readonly shutdown: ServerShutdown;
}

export interface SurvivingProcess {
  readonly pid: number;
  readonly name: string;
}

/** The messages of a run to the keeper of its servers. A closed channel means: end them all. */
export type ToKeeper = { readonly type: 'start'; readonly server: ServerCommand } | { readonly type: 'stop' };

export type FromKeeper =
  | { readonly type: 'started'; readonly traces: ServerTraces }
  | { readonly type: 'failed'; readonly id: string; readonly message: string }
  | { readonly type: 'output'; readonly id: string; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'exited'; readonly id: string; readonly code: number | null; readonly signal: string | null }
  | { readonly type: 'stopped'; readonly survivors: readonly SurvivingProcess[] };
