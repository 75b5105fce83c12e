import type { Finding } from '../model.ts';
import { adviceOf } from './advice.ts';

/** What to do about the findings, in their order. The same advice is given once. */
export function recommend(findings: readonly Finding[]): string[] {
  const advice = findings
    .filter((finding) => finding.ignored === undefined)
    .map((finding) => `${finding.name}: ${adviceOf(finding)}`);
  return [...new Set(advice)];
}
