import type { ProcessIdentity } from '../processes/index.ts';

/** Name of the attachment by which a worker tells the reporter. */
export const LEFT_BEHIND = 'leakwright-left-behind';

/** What was there after a test that was not there before it, fixtures' own clean-up included. */
export interface LeftBehind {
  /** Browser contexts that the test opened and did not close: the URLs of their pages. */
  readonly contexts: readonly (readonly string[])[];
  readonly browsers: readonly LeftBrowser[];
}

/** A browser tree that the test started and did not end. */
export interface LeftBrowser {
  readonly root: ProcessIdentity;
  /** `Chromium 156.0`. */
  readonly product: string;
  readonly processes: number;
  /** Where its profile is; undefined where the command line does not say. */
  readonly profile?: string;
}
