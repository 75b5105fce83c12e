export type { Comparison, Growth, Kept, Piece, Place, SnapshotFacts, SnapshotSummary, Suspect } from './model.ts';
export { SnapshotAnalysis } from './snapshotAnalysis.ts';
export { findSnapshotFiles } from './snapshotFiles.ts';
