import type { FindingKind, Severity, Verdict } from '../leaks/index.ts';
import type { Report } from '../reports/index.ts';

/** Where a run came from: shown beside it, never interpreted. */
export interface RunLabels {
  readonly branch?: string;
  readonly commit?: string;
  /** Who ran it: `editor`, `ci`, `terminal`. */
  readonly source?: string;
}

/** A finding without its stacks and paths: what lists and trends need. */
export interface FindingSummary {
  readonly fingerprint: string;
  readonly kind: FindingKind;
  readonly name: string;
  readonly severity: Exclude<Severity, 'none'>;
  readonly perIteration: number;
  readonly bytesPerIteration: number;
  readonly holder?: string;
  /** Where it is made, else where it is kept, as Problems show it. Lines and columns count from 1. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
  readonly ignored?: string;
}

export interface CheckSummary {
  /** What says that two checks are the same one in different runs, see `checkIdentity`. */
  readonly scenario: string;
  readonly name: string;
  readonly file?: string;
  readonly url: string;
  /** Of a page checked by its address: the selectors that were clicked. */
  readonly steps?: readonly string[];
  readonly browser: { readonly name: string; readonly version: string };
  readonly mode: 'iterations' | 'duration';
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly durationMs: number;
  readonly iterations: number;
  /** As in the report: counters by name with `PerIteration` behind. */
  readonly growth: Readonly<Record<string, number>>;
  readonly slopeMbPerSecond: number;
  readonly peakMb: number;
  readonly findings: readonly FindingSummary[];
  readonly error?: { readonly code: string; readonly message: string };
}

/** One run without its samples and stacks: a few kilobytes. */
export interface RunSummary {
  /** Sorts by time. */
  readonly id: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly exitCode: Report['exitCode'];
  readonly toolVersion: string;
  readonly labels: RunLabels;
  /** The absolute path that the files of its checks are relative to, where the recorder knows it. */
  readonly folder?: string;
  readonly checks: readonly CheckSummary[];
}

export interface RunPage {
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  /** What to give as `before` for the next page; undefined when this was the last. */
  readonly next: number | undefined;
}

/** One leak over all runs, recognised by its fingerprint. */
export interface FindingHistory {
  /** As the newest run that has it saw it. */
  readonly latest: FindingSummary;
  readonly scenarios: readonly string[];
  /** ISO 8601. */
  readonly firstSeen: string;
  readonly firstRun: string;
  readonly lastSeen: string;
  readonly lastRun: string;
  /** In how many runs. */
  readonly runs: number;
  /** Whether the newest run of (one of) its scenarios still has it, and the file of that scenario was not deleted since. */
  readonly present: boolean;
}

/** A number over the runs of a scenario, oldest first, and the straight line through it. */
export interface SeriesTrend {
  /** Undefined where a run did not measure it. */
  readonly values: readonly (number | undefined)[];
  /** How much it changes from run to run; 0 for fewer than three values. */
  readonly slopePerRun: number;
  /** Pearson's r between run and value; 0 for fewer than three values or a value that never changed. */
  readonly correlation: number;
}

export interface ScenarioTrend {
  readonly scenario: string;
  /** Oldest first. */
  readonly points: readonly {
    readonly run: string;
    readonly startedAt: string;
    readonly labels: RunLabels;
    readonly verdict: Verdict;
    readonly severity: Severity;
    readonly findings: number;
  }[];
  /** Bytes an iteration that the findings explain. */
  readonly leakedBytesPerIteration: SeriesTrend;
  /** MB a second of the browser's memory. */
  readonly slopeMbPerSecond: SeriesTrend;
  readonly peakMb: SeriesTrend;
  /** Counters of `growth` by their names there. */
  readonly growth: Readonly<Record<string, SeriesTrend>>;
}

/** Something that is worse than in the run that was accepted. */
export type Regression = {
  readonly scenario: string;
  /** A sentence for people. */
  readonly message: string;
} & (
  | { readonly kind: 'new-finding'; readonly finding: FindingSummary }
  | { readonly kind: 'grown-finding'; readonly finding: FindingSummary; readonly was: FindingSummary }
  | { readonly kind: 'worse-verdict'; readonly verdict: Verdict; readonly was: Verdict }
  | { readonly kind: 'steeper-growth'; readonly slopeMbPerSecond: number; readonly was: number }
);

/** What a scenario is measured against. */
export interface StoredBaseline {
  readonly run: string;
  /** ISO 8601, of that run. */
  readonly startedAt: string;
  readonly check: CheckSummary;
}
