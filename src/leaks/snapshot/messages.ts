import type { FunctionPosition } from './heapGraph.ts';
import type { KeptCallback } from './callbacks.ts';
import type { KeptComponent } from './components.ts';
import type { Ending } from './endings.ts';
import type { HolderDescription } from './holderName.ts';
import type { Whole } from './wholes.ts';

/** What the leak run and its snapshot worker say to each other. Plain data: it is cloned between threads. */

/**
 * Characters of one snapshot that are read at most. The parsed form of a snapshot takes 4 to 5 times its text, and one is held
 * at a time (*measured: 200 MB with 3.1 million objects, eight in a row: 0.9 GB at the peak, 0.5 GB after each*); beyond this
 * bound the run says that the heap is too large rather than take the machine down.
 */
export const MAX_SNAPSHOT_CHARACTERS = 2 ** 31;

export interface AnalysisRequest {
  /** Last heap object ids seen: before the first iteration and after each bucket of iterations. */
  readonly boundaries: readonly number[];
  /** How many iterations each bucket has. */
  readonly iterations: readonly number[];
  /** The bucket that begins where the snapshot before was taken, if one was. */
  readonly bucketSince?: number;
  /** Iterations since the snapshot before. */
  readonly iterationsSince: number;
  /** Whether a quick look may answer that there is nothing: no later snapshot will be compared with this one then. */
  readonly quick?: boolean;
  /** Groups that survive from fewer buckets than this are left out. */
  readonly minBuckets: number;
}

export interface GroupReport {
  /** Unique among the groups of one snapshot. */
  readonly key: string;
  /** The key of the group whose members hold these, where this is a part of another. */
  readonly partOf?: string;
  /** Groups of one number hang together: they reach common objects of the same iteration. */
  readonly cluster?: number;
  readonly className: string;
  readonly nodeType: 'object' | 'closure' | 'native' | 'string' | 'other';
  /** A count for each bucket, first to last. */
  readonly survivors: readonly number[];
  /** How many more have no JavaScript object: all that is known is that the snapshot before did not have them. */
  readonly ageless: number;
  /** Retained bytes for each bucket. */
  readonly bytes: readonly number[];
  readonly holder: HolderDescription;
  /** Name of the browser's own object between holder and survivors (`V8EventListener`), if any. */
  readonly via?: string;
  /** The functions that made most of them, innermost first; empty where that is not known. */
  readonly stack: readonly FunctionPosition[];
  /** Whether these are only the innermost functions, which were called in several ways. */
  readonly callersDiffer?: true;
  /** How many of these, from the innermost, are constructors of base classes. */
  readonly bases?: number;
  /** Where the function is written, for closures; where the class is written, for its instances. */
  readonly location?: { readonly scriptId: number; readonly line: number; readonly column: number };
  /** How such an object is ended. */
  readonly ending?: Ending;
  /** What the page's call made, where these are parts of it. */
  readonly whole?: Whole;
  /** The component of a framework that they keep. */
  readonly component?: KeptComponent;
  /** Functions of the same iteration in such a record, where it is a plain object or an array. */
  readonly callbacks?: readonly KeptCallback[];
}

/** Something older than the iterations that grew from one snapshot to the next without objects that show it. */
export interface GrowthReport {
  /**
   * `table`: a collection's own storage (numbers, strings that are not new). `slot`: what one variable or property holds,
   * which is replaced by something larger: a string, a buffer.
   */
  readonly type: 'table' | 'slot';
  /** The collection, or what has the slot. */
  readonly holder: HolderDescription;
  /** For a slot, its variable or property; none where the protocol alone shows it (an entry of a map, a local variable). */
  readonly slot?: string;
  /** Steps from the slot to what grew, where that lies deeper (`contents.ts` has their kinds). */
  readonly within?: readonly string[];
  /** What grew: `Array`, `Map`, `string`, `ArrayBuffer` … */
  readonly className: string;
  /** The class of most entries of a collection, where they are objects. */
  readonly entries?: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Heap object id of a function that sees the slot's variable, where the slot is a variable. */
  readonly closureId?: number;
  /** The functions that made what the slot holds, innermost first. */
  readonly stack: readonly FunctionPosition[];
}

export interface SnapshotAnalysis {
  readonly groups: readonly GroupReport[];
  /** Compared with the snapshot before; in the first, whatever got a new storage since the first boundary. */
  readonly growth: readonly GrowthReport[];
  readonly nodeCount: number;
  /** How many DOM nodes there are, by class: `<li>`, `<li> (detached)`, `Text`. */
  readonly elements: Readonly<Record<string, number>>;
}

export type ToWorker =
  | { readonly type: 'begin' }
  | { readonly type: 'chunk'; readonly text: string }
  | { readonly type: 'analyse'; readonly request: AnalysisRequest };

export type FromWorker =
  | { readonly type: 'analysis'; readonly analysis: SnapshotAnalysis }
  | { readonly type: 'failed'; readonly message: string };
