import type { SessionSource } from '../sessions/index.ts';
import type { Log } from '../support/index.ts';

/** `note`: all works, but a person should know. `problem`: a function does not work. */
export type FindingState = 'ok' | 'note' | 'problem';

export type CheckId =
  | 'node'
  | 'playwright'
  | 'browser'
  | 'launch'
  | 'sandbox'
  | 'display'
  | 'processes'
  | 'state'
  | 'temporary'
  | 'journal'
  | 'orphans';

/** What can be done about it, for a button as for a sentence. */
export type Remedy =
  /** A command for a terminal of the person's, each argument its own. */
  | { readonly kind: 'run'; readonly command: readonly string[] }
  | { readonly kind: 'setting'; readonly name: string }
  | { readonly kind: 'cleanUp' };

/** The result of one check of the doctor. */ export interface Diagnosed {
  readonly id: CheckId;
  readonly state: FindingState;
  /** What was checked: `Browser`. */
  readonly title: string;
  /** What was found, as one sentence or phrase. */
  readonly fact: string;
  /** What to do; only where there is something to do. */
  readonly advice?: string;
  readonly remedy?: Remedy;
  readonly durationMs?: number;
}

/** The JSON of `leakwright doctor --json`. */
export interface Diagnosis {
  readonly schema: 1;
  readonly tool: { readonly name: 'leakwright'; readonly version: string };
  /** ISO 8601. */
  readonly at: string;
  readonly system: { readonly platform: string; readonly release: string; readonly arch: string };
  readonly checks: readonly Diagnosed[];
}

export interface DiagnoseOptions {
  /** The browser that sessions and checks would use. */
  readonly source: Extract<SessionSource, { kind: 'launch' }>;
  /** Where the user's own Playwright is looked for; undefined where the folder's code must not be loaded. */
  readonly workspaceFolder?: string;
  /** Whether to start the browser and end it again. Default: true. */
  readonly launch?: boolean;
  readonly signal?: AbortSignal;
  readonly log?: Log;
  /** Called with each result as soon as it is known. */
  readonly onDiagnosed?: (diagnosed: Diagnosed) => void;
}

/** One check of the doctor; id and title are used for its failure, too. */
export interface DoctorCheck {
  readonly id: CheckId;
  readonly title: string;
  /** Undefined where the question does not arise on this machine. */
  look(options: DiagnoseOptions): Promise<Omit<Diagnosed, 'id' | 'title' | 'durationMs'> | undefined>;
}
