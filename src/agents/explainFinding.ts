import { recommend } from '../leaks/index.ts';
import { formatPlace, summarizeFinding } from '../reports/index.ts';
import type { KnownFinding } from './workbench.ts';

/** What a finding is, why it is a leak, where it is made and kept, what holds it, and what usually fixes it. */
export function explainFinding({ check, finding }: KnownFinding): string {
  const { survivors } = finding;
  // Of pages, and of memory that is no object, none are counted one by one.
  const counted = survivors.length === 0 ? '' : `: survivors by iteration ${survivors.join(' ')}`;
  const lines = [
    `${summarizeFinding(finding)} (${finding.severity}; check of ${check}).`,
    `It is a leak because something made in every iteration is still there at the end${counted}.`,
  ];
  if (finding.allocatedAt)
    lines.push(`Made at ${formatPlace(finding.allocatedAt)} in ${finding.allocatedAt.function}.`);
  if (finding.keptAt)
    lines.push(`Put into what keeps it at ${formatPlace(finding.keptAt)} in ${finding.keptAt.function}.`);
  if (finding.retainedBy.length > 0) lines.push(`Held by: ${finding.retainedBy.join(' → ')}.`);
  lines.push(...recommend([finding]).map((advice) => `Usual fix: ${advice}`));
  return lines.join('\n');
}
