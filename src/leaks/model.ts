/** The words of a check: what it measures, finds and says. Field names are part of the report contract. */
import type { FINDING_KINDS, SourceFrame } from '../scenarios/index.ts';

export type { SourceFrame };

export type Verdict = 'leak' | 'clean' | 'inconclusive' | 'error';
export type Severity = 'none' | 'minor' | 'moderate' | 'critical';

export type FindingKind = (typeof FINDING_KINDS)[number];

export interface SourceSite extends SourceFrame {
  /** `line`: the very expression. `function`: the start of the function that contains it. Never guessed. */
  readonly precision: 'line' | 'function';
  readonly stack: readonly SourceFrame[];
  /** What the function is to its framework, where it is an effect or a lifecycle method: `useEffect of useWidth`. */
  readonly role?: string;
  /** The text at that place, where it is a bundle's and no source map could be found. */
  readonly excerpt?: string;
  /** What the line calls, where what was made or kept was so by what it calls: `new Swiper`, `Sortable.create`. */
  readonly calls?: string;
}

/** Why an answer is what it is: the rule that gave it, a sentence, and the numbers that decided. */
export interface Because {
  readonly rule: string;
  readonly reason: string;
  readonly numbers: Readonly<Record<string, number | string | readonly number[] | readonly string[]>>;
}

/** One confirmed leak. */
export interface Finding {
  readonly kind: FindingKind;
  /** What leaks: a class (`Panel`), `HTMLDivElement (detached)`, an event type (`resize listener on window`). */
  readonly name: string;
  /** How many survive of each iteration. */
  readonly perIteration: number;
  readonly bytesPerIteration: number;
  /** Survivors made in each tracked iteration, first to last. */
  readonly survivors: readonly number[];
  readonly severity: Exclude<Severity, 'none'>;
  /** Where it is made. */
  readonly allocatedAt?: SourceSite;
  /** Where it is put into what keeps it. */
  readonly keptAt?: SourceSite;
  /** The collection that only grows, in the user's words: `closedPanels`, `bus.subscribers.price`. */
  readonly holder?: string;
  /** Edge names from the root to the object, for people. */
  readonly retainedBy: readonly string[];
  readonly retainedBytes: number;
  /** Stable across runs: class, site and holder path, without object ids. */
  readonly fingerprint: string;
  /** The rule and the numbers that made it a leak. Reports of versions before 0.2 have none. */
  readonly because?: Because;
  /** What belongs to the same cause and goes with it, largest first: its listeners, its nodes, what holds it a second time. */
  readonly parts?: readonly FindingPart[];
  /** The component of a framework that it keeps: `StatusBadge`. */
  readonly component?: string;
  /** What to do about it, in one sentence. */
  readonly advice?: string;
  /** The package that makes or keeps it, where one stands between the user's line and the leak. */
  readonly library?: LibraryFacts;
  /** Set when an ignore rule matched: it is shown and does not count. */
  readonly ignored?: string;
}

/** What the authors of a package need to know about a leak in it. */
export interface LibraryFacts {
  readonly name: string;
  /** As installed in the workspace. */
  readonly version?: string;
  /** Its line that makes what leaks. */
  readonly made?: SourceFrame;
  /** Its line that puts it into what keeps it. */
  readonly kept?: SourceFrame;
  /** True where the package both makes and keeps it, and it has no method that ends it. */
  readonly likelyAtFault: boolean;
}

export interface FindingPart {
  readonly name: string;
  readonly perIteration: number;
}

/** What piled up and was then evicted, or is otherwise explained: shown, never a leak. */
export interface BoundedGrowth {
  readonly name: string;
  readonly reason: string;
  readonly because?: Because;
  readonly survivors?: readonly number[];
  readonly holder?: string;
}

/** One reading after an iteration's forced GC: exact counters by name (bytes for names that end in Bytes). */
export type CounterSample = { readonly iteration: number; readonly atMs: number } & Readonly<Record<string, number>>;

export interface CheckResult {
  readonly name: string;
  readonly file?: string;
  readonly url: string;
  /** Of a page checked by its address: the selectors that each iteration clicks, in order. Part of the check's identity. */
  readonly steps?: readonly string[];
  readonly browser: { readonly name: string; readonly version: string };
  readonly mode: 'iterations' | 'duration';
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    /** The line of the scenario file at which it failed, where that is known. */
    readonly at?: SourceFrame;
    /** A picture of the page on which a step failed: a file of this machine. */
    readonly screenshot?: string;
  };
  /** Why the verdict is what it is. Reports of versions before 0.2 have none. */
  readonly because?: Because;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly warmup: number;
  readonly iterations: number;
  /** Total iterations when suspicious growth had to be followed further. */
  readonly escalatedTo?: number;
  /** Iterations after which the page did not settle within the limit. */
  readonly settledLate?: number;
  /** Milliseconds of the page's time that were skipped in its iterations instead of waited for. */
  readonly skippedMs?: number;
  readonly growth: Readonly<Record<string, number>>;
  readonly samples: readonly CounterSample[];
  readonly findings: readonly Finding[];
  readonly bounded: readonly BoundedGrowth[];
  readonly memoryTrend: {
    readonly slopeMbPerSecond: number;
    readonly correlation: number;
    readonly leakSeverity: Severity;
  };
  readonly memoryStats: {
    readonly initialMb: number;
    readonly finalMb: number;
    readonly peakMb: number;
    readonly averageMb: number;
  };
  readonly cleanup: CleanupVerification;
  readonly warnings: readonly string[];
  readonly recommendations: readonly string[];
}

/** What was left after the check's own browser was ended. */
export interface CleanupVerification {
  readonly processes: { readonly orphaned: readonly { readonly pid: number; readonly name: string }[] };
  readonly files: { readonly remaining: readonly string[] };
  readonly fileDescriptors: { readonly before: number; readonly after: number };
  readonly successful: boolean;
  readonly issues: readonly string[];
}

export type Phase = 'launch' | 'load' | 'warmup' | 'count' | 'attribute' | 'escalate' | 'explain' | 'cleanup';

/**
 * Everything a check says while it runs. The terminal, the task, the Test Explorer, Problems and the reports are sinks
 * of this stream and know nothing of each other. As ndjson it is one event a line.
 */
export type LeakEvent =
  | {
      readonly type: 'checkStarted';
      readonly name: string;
      readonly file?: string;
      readonly url: string;
      readonly warmup: number;
      readonly iterations: number;
    }
  | { readonly type: 'browserReady'; readonly name: string; readonly version: string; readonly pid: number }
  | { readonly type: 'phaseStarted'; readonly phase: Phase; readonly iterations?: number; readonly reason?: string }
  | {
      readonly type: 'iteration';
      readonly phase: Phase;
      readonly iteration: number;
      readonly of: number;
      readonly sample?: CounterSample;
    }
  | { readonly type: 'phaseEnded'; readonly phase: Phase; readonly durationMs: number }
  | { readonly type: 'phaseSkipped'; readonly phase: Phase; readonly reason: string }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'checkEnded'; readonly result: CheckResult };
