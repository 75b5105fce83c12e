export { History, type HistoryLimits, defaultHistoryPlace, openHistory } from './history.ts';
export type {
  CheckSummary,
  FindingHistory,
  FindingSummary,
  Regression,
  RunLabels,
  RunSummary,
  ScenarioTrend,
  SeriesTrend,
} from './model.ts';
export { summarizeCheck } from './summarize.ts';
