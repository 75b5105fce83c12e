import type { BrowserTree, Evidence } from '../browsers/index.ts';
import type { OwnDisplay } from './displays.ts';
import type { Idle } from './idle.ts';
import type { ProcessIdentity, ProcessInfo } from '../processes/index.ts';

/**
 * Whose a browser tree is.
 * - `managed`: launched by Leakwright, and its session host lives
 * - `owned`: the program that launched it lives
 * - `abandoned`: the program that launched it lives, and has left it idle for long, or its debug session is over
 * - `orphan`: automation's, of this user, not on a default profile, and its owner is provably gone
 * - `personal`: a person's own browser; never offered for ending
 * - `unknown`: not enough evidence; shown, never in a bulk action
 */
export type OwnershipStatus = 'managed' | 'owned' | 'abandoned' | 'orphan' | 'personal' | 'unknown';

export type OwnerKind = 'leakwright' | 'debug' | 'task' | 'terminal' | 'process';

export interface Owner {
  readonly kind: OwnerKind;
  /** For people: `Launch e2e`, `node run.js (pid 4711)`. */
  readonly name: string;
  readonly identity?: ProcessIdentity;
  readonly alive: boolean;
}

/** A server that drives browsers for clients (MCP, CLI daemon, Playwright server) and has lost its client. */
export interface LeftServer {
  readonly process: ProcessInfo;
  /** For people: `Playwright MCP`. */
  readonly name: string;
  /** Pids of the roots of the browsers it runs; often none. */
  readonly browsers: readonly number[];
  readonly evidence: readonly Evidence[];
}

export interface OwnedTree {
  readonly tree: BrowserTree;
  readonly status: OwnershipStatus;
  /** Who launched it, where that is known; for an orphan who it was. */
  readonly owner?: Owner;
  /**
   * What was started with it for it alone and ends after it: wrappers that wait for it, and the display one of them runs.
   * Undefined where there is none.
   */
  readonly companions?: readonly ProcessInfo[];
  /** The virtual display that its launcher had started, and which is ended after it unless another program uses it. */
  readonly display?: OwnDisplay;
  /** The tree's own evidence and what decided the status, the deciding facts last. */
  readonly evidence: readonly Evidence[];
  /** How long it has been seen as an orphan, in ms; only with observations. */
  readonly orphanForMs?: number;
  /** Only when the caller requests idle times. */
  readonly idle?: Idle;
  /** The journal's entry for it. */
  readonly journalId?: string;
}
