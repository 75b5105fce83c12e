export { type AnalyzeSnapshotsOptions, analyzeSnapshots } from './analyzeSnapshots.ts';
export {
  type CheckLeaksOptions,
  type CheckTarget,
  type LeakRun,
  type ScenarioInput,
  checkLeaks,
} from './checkLeaks.ts';
export { type ReportFormat, type SnapshotReportFormat, renderReport } from './renderReport.ts';
