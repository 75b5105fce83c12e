import type { CoarseType } from './classOf.ts';

/** What survives of one class (by its name and its place) under one holder, by the iteration that made it. */
export interface SurvivorGroup {
  readonly className: string;
  /** Where the class is written; empty where that is not known. */
  readonly writtenAt: string;
  readonly nodeType: CoarseType;
  /** Ordinal of the holder in this snapshot. */
  readonly holder: number;
  /** Name of the browser's own object between holder and survivors (`V8EventListener`, `ScheduledAction`), if any. */
  readonly via: string | undefined;
  /** A count for each bucket, first to last. */
  readonly survivors: number[];
  /** How many more there are of which only the snapshot before which they did not exist is known. */
  ageless: number;
  /** Retained bytes for each bucket. */
  readonly bytes: number[];
  /** Ordinals of a few survivors, at most one a bucket, first bucket first. */
  readonly samples: number[];
  /** How often each allocation trace made one of them. */
  readonly traces: Map<number, { count: number; sample: number }>;
}
