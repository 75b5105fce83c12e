export { describeDiagnosed, describeOutcome, diagnosisMarkdown } from './describe.ts';
export { diagnose } from './diagnose.ts';
export type { CheckId, Diagnosed, Diagnosis, FindingState, Remedy } from './model.ts';
