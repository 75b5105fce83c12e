/**
 * What a verdict may rest on, as plain JSON: a record of observations in the order in which they were made. `plan` says from it what
 * is still missing, `decide` what follows. Both are pure, so a recorded file gives the same plan and the same verdict for ever.
 */
import type { PendingWork, UnreachedPart, WorkKind } from './drive/iterationFacts.ts';
import type { Counters } from './measure/counters.ts';
import type { PageResource } from './measure/pageHooks/index.ts';
import type { FunctionPosition } from './snapshot/heapGraph.ts';
import type { SnapshotAnalysis } from './snapshot/messages.ts';

/** Raised when a field changes its meaning. Fields that are only added leave it as it is. */
export const EVIDENCE_VERSION = 1;

/** A run of iterations whose products are told apart from those of others. Numbers count from 1, warm-up included. */
export interface IterationSpan {
  readonly first: number;
  readonly last: number;
}

export interface EvidenceSettings {
  readonly warmup: number;
  readonly iterations: number;
  /** Iterations in all up to which suspicious growth is followed. */
  readonly escalateTo: number;
  /** Iterations in all up to which growth that goes on is followed where an iteration costs little; absent where it does not. */
  readonly reach?: number;
  /** Iterations in all up to which a counter that rose is read again, where nothing was found behind it. */
  readonly lateLook?: number;
  /** Whether the page's time can be moved on by minutes. */
  readonly ages?: boolean;
  /** Whether snapshots can be compared by what keeps their objects. */
  readonly compares?: boolean;
  /** Whether the heap is studied even where nothing grows. */
  readonly deep: boolean;
}

/** One heap of a check: 0 is the page's, the others are its workers' in the order of the `workers` observation. */
export type HeapNumber = number;

/** Live sizes of one holder: entries, characters or bytes, one a reading. Fewer than there were readings: some failed. */
export interface HolderSizes {
  readonly heapObjectId: number;
  readonly slot?: string;
  /** Steps from there to what was measured. */
  readonly within?: readonly string[];
  /** Of several places (variables of a suspended function, entries of a map), the one that grew most steadily. */
  readonly place?: string;
  readonly sizes: readonly number[];
}

/** Counters after an iteration's forced collection. */
export interface CountersSeen {
  readonly saw: 'counters';
  /** `warmup`: before the last iteration of the warm-up; `count`: from iteration 0 of the count on; `end`: after all else. */
  readonly when: 'warmup' | 'count' | 'end';
  readonly atMs: number;
  readonly counters: Counters;
  /** Mutations of the document, and uncaught errors, since it was loaded. */
  readonly mutations?: number;
  readonly errors?: number;
  /** True where nothing that can be seen from outside came of the iteration before it: whether a script ran must be seen. */
  readonly silent?: boolean;
}

/** Another iteration or two in which it was seen what ran, because some before were silent. */
export interface CoveredSeen {
  readonly saw: 'covered';
  /** Iterations so far, warm-up included, and those of them of which nothing came that can be seen from outside. */
  readonly iterations: number;
  readonly silent: number;
  /** Whether these were silent, too. */
  readonly silentAgain: boolean;
  /** Functions of the page that ran in their steps, and those of them that returned before their end. */
  readonly functions: number;
  readonly leftEarly: number;
}

/** From here on, objects of a heap are told apart by the iteration that made them. */
interface TrackingSeen {
  readonly saw: 'tracking';
  readonly heap: HeapNumber;
}

export interface SnapshotSeen {
  readonly saw: 'snapshot';
  readonly heap: HeapNumber;
  /** One a bucket of the groups, in the same order. */
  readonly spans: readonly IterationSpan[];
  /** Iterations since the snapshot before, or since the page was loaded. */
  readonly iterationsSince: number;
  /** Whether the page hooks watch this heap: then what they do not list has been ended. */
  readonly hooked: boolean;
  readonly analysis: SnapshotAnalysis;
  readonly resources: readonly PageResource[];
  /** Which class names of the browser's own objects are interfaces that script knows. */
  readonly interfaces: readonly string[];
}

/** Iterations after which only the bytes of the heap were read, garbage included. */
export interface FollowedSeen {
  readonly saw: 'followed';
  readonly heap: HeapNumber;
  readonly bytes: readonly number[];
  readonly ms: readonly number[];
  readonly endedBy: 'done' | 'time' | 'multiplying';
}

/** Iterations one right after the other, with the counters after a collection at their end. */
export interface SprintedSeen {
  readonly saw: 'sprinted';
  /** How many of the iterations were events inside the page, not of the mouse. */
  readonly inPage: number;
  readonly counters: Counters;
  /** Mutations of the document, and uncaught errors, since it was loaded. */
  readonly mutations?: number;
  readonly errors?: number;
  readonly endedBy: 'done' | 'time' | 'multiplying';
}

/** Counters before and after minutes of the page's time passed and one iteration was done. Caches with a time limit are empty by then. */
export interface AgedSeen {
  readonly saw: 'aged';
  /** Milliseconds of the page's time that passed: fewer than requested where that took too much real time. */
  readonly ms: number;
  readonly counters: readonly [before: Counters, after: Counters];
}

/** Bytes of the heap after collections, before and after each of a few iterations: does growth multiply? */
export interface ConfirmedSeen {
  readonly saw: 'confirmed';
  readonly heap: HeapNumber;
  readonly bytes: readonly number[];
}

/** Live sizes of holders that may have grown, read before and after each of a few iterations. */
export interface SizesSeen {
  readonly saw: 'sizes';
  readonly heap: HeapNumber;
  readonly holders: readonly HolderSizes[];
}

/** Nodes of one kind that were put into one element and stayed. */
interface LeftRoots {
  /** `<li>` */
  readonly name: string;
  /** `ul#log` */
  readonly parent: string;
  readonly count: number;
}

/** Holders and document watched over a few iterations; with a snapshot after them where the browser's objects must be counted again. */
export interface WatchedSeen {
  readonly saw: 'watched';
  readonly heap: HeapNumber;
  readonly iterations: number;
  readonly holders: readonly HolderSizes[];
  /** Counters before and after, of the page's own heap only. */
  readonly counters?: readonly [before: Counters, after: Counters];
  /** Bytes of the heap after a collection, before and after. */
  readonly heldBytes: readonly [before: number, after: number];
  readonly again?: SnapshotAnalysis;
  /** Subtrees that came to the document meanwhile and stayed: their roots, most nodes first. */
  readonly left?: readonly LeftRoots[];
  /** Session-history entries that came meanwhile, and holders that are keyed by them, as heap object ids. */
  readonly history?: { readonly entries: number; readonly holders: readonly number[] };
}

/** The heaps of workers over the count: bytes after each iteration. */
interface WorkersSeen {
  readonly saw: 'workers';
  readonly heaps: readonly (readonly number[])[];
}

/** How the iterations went: noted once, when nothing more is to be measured. */
export interface DrivenSeen {
  readonly saw: 'driven';
  /** Iterations after the warm-up. */
  readonly iterations: number;
  /** Of them, those that began while work of the one before was going on. */
  readonly overlapped: number;
  /** Milliseconds of the page's time that were skipped instead of waited for, in all, warm-up included. */
  readonly skippedMs: number;
  /** Kinds of work that were waited for. */
  readonly waitedFor: readonly WorkKind[];
  /** What was still due after the last iteration. */
  readonly tail: readonly PendingWork[];
  /** Parts of the page whose heaps could not be read. */
  readonly unreached: readonly UnreachedPart[];
}

/** What grew from snapshot to snapshot, where nothing tells objects apart: windows closed, pages were loaded, or an iteration makes all anew. */
export interface ComparedSeen {
  readonly saw: 'compared';
  /** Default: the page's. */
  readonly heap?: HeapNumber;
  /** Iterations begun when each snapshot was taken. */
  readonly iterations: readonly number[];
  /** The counters at each snapshot. */
  readonly counters?: readonly Counters[];
  /** Largest first. */
  readonly grew: readonly {
    readonly name: string;
    /** What keeps them, in the program's own names; empty where no name leads to them. */
    readonly heldBy: string;
    /** Names of edges and classes from a root to one of them. */
    readonly path: readonly string[];
    /** One a snapshot. */
    readonly counts: readonly number[];
    readonly bytes: readonly number[];
    readonly grows: 'objects' | 'content';
    /** The functions that make those of one iteration, innermost first, where that was seen. */
    readonly stack?: readonly FunctionPosition[];
  }[];
}

/** Something failed after the count. What was seen before it stands. */
interface FailureSeen {
  readonly saw: 'failure';
  readonly message: string;
}

export type Observation = (
  | CountersSeen
  | TrackingSeen
  | SnapshotSeen
  | FollowedSeen
  | SprintedSeen
  | AgedSeen
  | ConfirmedSeen
  | SizesSeen
  | WatchedSeen
  | WorkersSeen
  | CoveredSeen
  | DrivenSeen
  | ComparedSeen
  | FailureSeen
) & {
  /** Iterations begun since the page was loaded, warm-up included, when the observation was complete. */
  readonly begun: number;
};

export interface Evidence {
  readonly version: typeof EVIDENCE_VERSION;
  readonly browser: string;
  readonly settings: EvidenceSettings;
  readonly observations: readonly Observation[];
}
