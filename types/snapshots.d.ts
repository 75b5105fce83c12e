import type { SourceFrame } from './index.js';

/** A place in a script as V8 has it. `line` and `column` count from 1. */
export interface ScriptPlace {
  readonly url: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
}

export interface Place {
  /**
   * `allocated`: the stack that made the object was recorded. `function`: the function is written there. `class`: the object's
   * class is. `scope`: a function there uses the variable that keeps the object.
   */
  readonly meaning: 'allocated' | 'function' | 'class' | 'scope';
  readonly script: ScriptPlace;
  /** In source, where a source map or the file could be read. */
  readonly source?: SourceFrame;
}

/** Objects of one class that one path keeps. */
export interface Kept {
  /** `Panel`, `{id, total}`, `function onResize`, `<li> (detached)`. */
  readonly name: string;
  readonly count: number;
  /** Bytes that would go with them all: their own, and what only they keep. */
  readonly retainedBytes: number;
  /** What keeps them, in the program's own names: `closedPanels[]`. Empty where no name leads to them. */
  readonly heldBy: string;
  /** From a root to one of them, for people. */
  readonly path: readonly string[];
  /** Heap object id of one of them, as DevTools shows it after `@`. */
  readonly id: number;
  readonly places: readonly Place[];
}

/** Something that often is a leak. One snapshot cannot prove it: only growth does. */
export interface Suspect extends Kept {
  readonly kind:
    | 'collection'
    | 'duplicated-strings'
    | 'listeners'
    | 'timers'
    | 'detached-tree'
    | 'unmounted-components'
    | 'pending-promises';
  /** Why it is shown, with the numbers. */
  readonly because: string;
}

export interface SnapshotFacts {
  readonly file: string;
  readonly fileBytes: number;
  /** Which program wrote it, as far as its roots tell. */
  readonly source: 'chrome' | 'node' | 'other';
  readonly objects: number;
  readonly references: number;
  /** Sum of all objects' own sizes. */
  readonly heapBytes: number;
  /** Whether the stacks that made the objects were recorded. */
  readonly hasStacks: boolean;
}

export interface SnapshotSummary extends SnapshotFacts {
  /** Single objects that keep the most. */
  readonly largest: readonly Kept[];
  /** By class, most retained bytes first. */
  readonly classes: readonly { readonly name: string; readonly count: number; readonly retainedBytes: number }[];
  readonly suspects: readonly Suspect[];
}

/** Objects of one class, kept by one path, that are more or larger in each later snapshot. */
export interface Growth extends Kept {
  /** How many there were in each snapshot, first to last. */
  readonly counts: readonly number[];
  /** Bytes of them with all that hangs on them, in each snapshot. */
  readonly bytes: readonly number[];
  /** `objects`: there are more of them. `content`: as many, and they hold more. */
  readonly grows: 'objects' | 'content';
}

export interface Comparison {
  readonly files: readonly SnapshotFacts[];
  /** Whether all are of one process: ids then name the same object in each. */
  readonly sameProcess: boolean;
  /** What grew from each snapshot to the next, most bytes first. */
  readonly grew: readonly Growth[];
  /** Growth beyond the limit of the list. */
  readonly more: number;
}

/** What `leakwright analyze --reporter json` writes. */
export interface SnapshotReport {
  readonly schema: 1;
  readonly kind: 'snapshots';
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Of two and more snapshots. */
  readonly comparison?: Comparison;
  /** What the last snapshot says by itself. */
  readonly summary: SnapshotSummary;
}

export interface AnalyzeSnapshotsOptions {
  /** The most entries of what grew that the report lists. Default: 50. */
  readonly limit?: number;
  /** Source files are named relative to it. Default: the working directory. */
  readonly workspaceFolder?: string;
  readonly signal?: AbortSignal;
  /** Is called with the name of each file before it is read. */
  readonly onFile?: (name: string) => void;
  /** Is called where files were left out or put in another order, and says why. */
  readonly onNote?: (note: string) => void;
}

/**
 * Reads heap snapshots of Chromium or Node, and says what is in the last one and, of two and more, what grew from each to the
 * next. It works in a worker thread, one snapshot at a time, with about four times a file's size of memory.
 *
 * @param places files, first to last, or folders with them
 * @example
 * const { comparison } = await analyzeSnapshots(['before.heapsnapshot', 'after.heapsnapshot']);
 * for (const { name, heldBy, counts } of comparison?.grew ?? []) console.log(name, heldBy, counts);
 * @throws LeakwrightError `usage` for what is no readable snapshot; the signal's reason
 */
export function analyzeSnapshots(
  places: string | readonly string[],
  options?: AnalyzeSnapshotsOptions,
): Promise<SnapshotReport>;
