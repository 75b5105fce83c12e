export {
  type CheckLeaksOptions,
  type CheckTarget,
  type LeakRun,
  type ScenarioInput,
  API_SETTINGS,
  checkLeaks,
} from './checkLeaks.ts';
export { type ReportFormat, renderReport } from './renderReport.ts';
