import { adviceOf, libraryFrame } from '../leaks/index.ts';
import { describeFunction, describeParts, formatPlace, libraryReport, summarizeFinding } from '../reports/index.ts';
import type { KnownFinding } from './workbench.ts';

/** What a finding is, why it is a leak, where it is made and kept, what holds it, and what usually fixes it. */
export function explainFinding({ check, finding }: KnownFinding): string {
  const { survivors, because } = finding;
  // Of pages, and of memory that is no object, none are counted one by one.
  const counted = survivors.length === 0 ? '' : `: survivors by iteration ${survivors.join(' ')}`;
  const reason = because?.reason ?? `something made in every iteration is still there at the end${counted}`;
  const lines = [
    `${summarizeFinding(finding)} (${finding.severity}; check of ${check}).`,
    `Usual fix: ${adviceOf(finding)}`,
    `It is a leak because ${reason}.`,
  ];
  if (finding.allocatedAt)
    lines.push(`Made at ${formatPlace(finding.allocatedAt)} in ${describeFunction(finding.allocatedAt)}.`);
  if (finding.keptAt)
    lines.push(`Put into what keeps it at ${formatPlace(finding.keptAt)} in ${describeFunction(finding.keptAt)}.`);
  for (const library of [libraryFrame(finding.allocatedAt), libraryFrame(finding.keptAt)])
    if (library) lines.push(`In ${library.name} it is done at ${formatPlace(library.frame)}.`);
  const report = libraryReport(finding);
  if (report !== undefined) lines.push(`Text to report it with:\n${report}`);
  if (finding.parts) lines.push(`With it stay ${describeParts(finding.parts)}.`);
  if (finding.retainedBy.length > 0) lines.push(`Held by: ${finding.retainedBy.join(' → ')}.`);
  return lines.join('\n');
}
