export { History, type HistoryLimits, type OpenHistoryOptions, defaultHistoryPlace, openHistory } from './history.ts';
export type {
  CheckSummary,
  FindingHistory,
  FindingSummary,
  Regression,
  RunLabels,
  RunPage,
  RunSummary,
  ScenarioTrend,
  SeriesTrend,
  StoredBaseline,
} from './model.ts';
export { summarizeCheck } from './summarize.ts';
