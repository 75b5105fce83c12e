export { describeDiagnosed, describeOutcome, diagnosisMarkdown } from './diagnosisText.ts';
export { diagnose } from './diagnose.ts';
export type { CheckId, Diagnosed, Diagnosis, FindingState, Remedy } from './model.ts';
