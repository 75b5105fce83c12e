import { LRUCache } from 'lru-cache';
import { type Finding, SnapshotAnalysis } from '../leaks/index.ts';
import { type ProcessReader, createProcessReader } from '../processes/index.ts';
import { SessionClient } from '../sessions/index.ts';
import { LeakwrightError, type Log } from '../support/index.ts';
import { KnownChecks } from './checks/knownChecks.ts';

/** Findings that `explain_finding` can still be asked about. */
const MAX_FINDINGS = 200;

export interface KnownFinding {
  readonly check: string;
  readonly finding: Finding;
}

/** What one client's tools share. Everything in it ends with the client. */
export class Workbench {
  readonly reader: ProcessReader = createProcessReader();
  readonly sessions: SessionClient;
  /** By fingerprint. */
  readonly findings = new LRUCache<string, KnownFinding>({ max: MAX_FINDINGS });
  readonly checks = new KnownChecks();
  /** Heap snapshots that the client opened; its worker starts with the first. */
  readonly snapshots: SnapshotAnalysis;
  readonly workspaceFolder: string;
  readonly log: Log;
  readonly #ending = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: { readonly workspaceFolder: string; readonly log: Log }) {
    this.workspaceFolder = options.workspaceFolder;
    this.log = options.log;
    this.snapshots = new SnapshotAnalysis({
      workspaceFolder: options.workspaceFolder,
      signal: this.#ending.signal,
    });
    this.sessions = new SessionClient({ workspaceFolder: options.workspaceFolder, log: options.log });
  }

  /** Aborts when the call is cancelled, and when the client goes away. */
  signalFor(call: AbortSignal): AbortSignal {
    return AbortSignal.any([call, this.#ending.signal]);
  }

  /** Runs work that must end before the server exits. */
  async during<T>(work: Promise<T>): Promise<T> {
    const running = work.catch(() => undefined).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return await work;
  }

  /** Ends checks and sessions, with everything they started. Resolves when nothing of it is left. Never rejects. */
  async end(): Promise<void> {
    this.#ending.abort(new LeakwrightError('aborted', 'The client went away.'));
    await Promise.allSettled([this.sessions.dispose(), this.snapshots.close(), ...this.#running]);
  }
}
