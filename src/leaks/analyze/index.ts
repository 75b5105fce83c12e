export type {
  Comparison,
  Growth,
  Kept,
  Piece,
  Place,
  PlaceMeaning,
  ScriptPlace,
  SnapshotFacts,
  SnapshotSummary,
  Suspect,
  SuspectKind,
} from './model.ts';
export type { ClassCount, CopiedText, ObjectReport, PathLink } from './messages.ts';
export { SnapshotAnalysis, type SnapshotAnalysisOptions } from './snapshotAnalysis.ts';
export { findSnapshotFiles } from './snapshotFiles.ts';
