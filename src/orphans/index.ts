export { type DecideOwnershipOptions, decideOwnership } from './decideOwnership.ts';
export { type TreeProbe, createTreeProbe } from './clients.ts';
export type { OwnedTree, Owner, OwnerKind, OwnershipStatus } from './model.ts';
export {
  OwnerObservations,
  type OwnerObservationsOptions,
  type TreeObservation,
  type WatchedOwner,
} from './observations.ts';
export { type Survey, type SurveyOptions, survey } from './survey.ts';
export type {
  CleanUpEvent,
  CleanUpOptions,
  CleanUpPlan,
  CleanUpResult,
  CleanedLeftover,
  CleanedTree,
  PlannedLeftover,
  PlannedTree,
} from './cleanUpModel.ts';
export { cleanUp, describePlan, endBrowserTree, planCleanUp } from './cleanUp.ts';
export type { Idle } from './idle.ts';
export { type Selection, checkoutOf, select } from './selection.ts';
export { surveyLeftovers } from './cleanLeftovers.ts';
export { type CleanUpReport, type CleanUpSummary, summarize, toReport } from './cleanUpReport.ts';
