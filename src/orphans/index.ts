export { decideOwnership } from './decideOwnership.ts';
export type { LeftServer, OwnedTree, OwnershipStatus } from './model.ts';
export { OwnerObservations, type WatchedOwner } from './observations.ts';
export { survey } from './survey.ts';
export type {
  CleanUpEvent,
  CleanUpOptions,
  CleanUpPlan,
  CleanUpResult,
  PlannedLeftover,
  PlannedTree,
} from './cleanUpModel.ts';
export { cleanUp, describePlan, planCleanUp } from './cleanUp.ts';
export { type Selection, checkoutOf, select } from './selection.ts';
export { surveyLeftovers } from './cleanLeftovers.ts';
export { summarize, toReport } from './cleanUpReport.ts';
