import type { Comparison, Growth, Kept, Piece, SnapshotFacts, SnapshotSummary } from './model.ts';

/** What the program and its analysis worker say to each other. Plain data: it is cloned between threads. */

/** A part of a list: `offset` items are left out, and `limit` given. */
export interface Part {
  readonly offset: number;
  readonly limit: number;
}

interface ClassCount {
  readonly name: string;
  readonly count: number;
  readonly retainedBytes: number;
}

export interface CopiedText {
  readonly text: string;
  readonly copies: number;
  readonly wastedBytes: number;
  /** What keeps most of them. */
  readonly heldBy: string;
}

/** One step of a retaining path, by heap object ids. */
interface PathLink {
  readonly id: number;
  readonly name: string;
  /** The edge from the object before. */
  readonly edge: string;
  readonly retainedBytes: number;
}

export interface ObjectReport extends Kept {
  readonly selfBytes: number;
  /** From a root to the object, each with its id. */
  readonly links: readonly PathLink[];
}

export interface Compared {
  readonly comparison: Comparison;
  readonly piece: Piece<Growth>;
  /** The compared snapshots in the order in which they were taken, where they are of one process; else as given. */
  readonly taken: readonly number[];
}

/** Questions to one snapshot by its number in the order of opening, or to all. */
export interface Questions {
  open: { ask: { readonly path: string; readonly name: string }; answer: SnapshotFacts };
  summary: { ask: { readonly snapshot: number }; answer: SnapshotSummary };
  compare: {
    ask: { readonly snapshots: readonly number[] } & Part;
    answer: Compared;
  };
  largest: { ask: { readonly snapshot: number } & Part; answer: Piece<Kept> };
  classes: { ask: { readonly snapshot: number; readonly name?: string } & Part; answer: Piece<ClassCount> };
  keeps: { ask: { readonly snapshot: number; readonly name: string } & Part; answer: Piece<Kept> };
  object: { ask: { readonly snapshot: number; readonly id: number }; answer: ObjectReport };
  strings: { ask: { readonly snapshot: number; readonly contains?: string } & Part; answer: Piece<CopiedText> };
}

export type QuestionName = keyof Questions;

export interface ToAnalysisWorker {
  readonly number: number;
  readonly name: QuestionName;
  readonly ask: Questions[QuestionName]['ask'];
}

export type FromAnalysisWorker =
  | { readonly number: number; readonly answer: Questions[QuestionName]['answer'] }
  | { readonly number: number; readonly failed: string; readonly isUsage: boolean };
