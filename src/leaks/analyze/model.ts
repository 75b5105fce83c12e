/** What an analysis of snapshot files says. Field names are part of the JSON contract of `leakwright analyze`. */
import type { SourceFrame } from '../model.ts';

/** A place in a script as V8 has it; the lines of source files are found from it. `line` and `column` count from 1. */
export interface ScriptPlace {
  readonly url: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
}

/** How a place is related to its object. */
export type PlaceMeaning =
  /** The stack that made the object was recorded. */
  | 'allocated'
  /** The function is written there. */
  | 'function'
  /** The object's class is written there. */
  | 'class'
  /** A function there uses the variable that keeps the object. */
  | 'scope';

export interface Place {
  readonly meaning: PlaceMeaning;
  readonly script: ScriptPlace;
  /** In source, where a source map or the file could be read. */
  readonly source?: SourceFrame;
}

/** Objects of one class that one path keeps. */
export interface Kept {
  /** `Panel`, `{id, total}`, `function onResize`, `<li> (detached)`. */
  readonly name: string;
  /** How many there are. */
  readonly count: number;
  /** Bytes that would go with them all: their own, and what only they keep. */
  readonly retainedBytes: number;
  /** What keeps them, in the program's own names: `closedPanels[]`. Empty where no name leads to them. */
  readonly heldBy: string;
  /** Names of edges and classes from a root to one of them. */
  readonly path: readonly string[];
  /** Heap object id of one of them, as DevTools shows it after `@`. */
  readonly id: number;
  readonly places: readonly Place[];
}

export type SuspectKind =
  | 'collection'
  | 'duplicated-strings'
  | 'listeners'
  | 'timers'
  | 'detached-tree'
  | 'unmounted-components'
  | 'pending-promises';

/** Something that often is a leak. One snapshot cannot prove it: only growth does. */
export interface Suspect extends Kept {
  readonly kind: SuspectKind;
  /** Why it is shown, with the numbers. */
  readonly because: string;
}

export type SnapshotSource = 'chrome' | 'node' | 'other';

export interface SnapshotFacts {
  readonly file: string;
  /** Size of the file. */
  readonly fileBytes: number;
  /** Which program wrote it, as far as its roots tell. */
  readonly source: SnapshotSource;
  readonly objects: number;
  readonly references: number;
  /** Sum of all objects' own sizes. */
  readonly heapBytes: number;
  /** Whether the stacks that made the objects were recorded. */
  readonly hasStacks: boolean;
}

export interface SnapshotSummary extends SnapshotFacts {
  /** Single objects that keep the most, without those that only keep one other of the list. */
  readonly largest: readonly Kept[];
  /** By class, most retained bytes first. */
  readonly classes: readonly { readonly name: string; readonly count: number; readonly retainedBytes: number }[];
  readonly suspects: readonly Suspect[];
}

/** Objects of one class, kept by one path, that are more or larger in a later snapshot. */
export interface Growth extends Kept {
  /** How many there were in each snapshot, first to last. */
  readonly counts: readonly number[];
  /** Bytes of them with all that hangs on them, in each snapshot. */
  readonly bytes: readonly number[];
  /** `objects`: there are more of them. `content`: they are as many and hold more: a table, a text, a buffer. */
  readonly grows: 'objects' | 'content';
}

export interface Comparison {
  readonly files: readonly SnapshotFacts[];
  /** Whether all are of one process: ids then name the same object in each. */
  readonly sameProcess: boolean;
  /** What grew from each snapshot to the next, most bytes first. */
  readonly grew: readonly Growth[];
  /** Growth that is not in the list, as the list has a limit. */
  readonly more: number;
}

/** One of several pieces of an answer; `next` is the cursor of the following piece. */
export interface Piece<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly next?: string;
}
