import type { Finding, FindingKind, Severity } from '../model.ts';
import type { Thresholds } from '../../scenarios/index.ts';

/** What weighs far more than its own bytes: a process, or a whole document, behind each. */
const HEAVY: ReadonlySet<FindingKind> = new Set(['process', 'page', 'context', 'frame', 'worker']);

/** Critical from a process, page, frame or worker an iteration (or `criticalBytes`), moderate from `moderateBytes`, else minor. */
export function severityOf(
  finding: { readonly kind: FindingKind; readonly perIteration: number; readonly bytesPerIteration: number },
  thresholds: Thresholds,
): Finding['severity'] {
  const { bytesPerIteration: bytes } = finding;
  if (bytes >= thresholds.criticalBytes) return 'critical';
  if (HEAVY.has(finding.kind) && finding.perIteration >= 1) return 'critical';
  return bytes >= thresholds.moderateBytes ? 'moderate' : 'minor';
}

const ORDER: readonly Severity[] = ['none', 'minor', 'moderate', 'critical'];

export function worst(severities: Iterable<Severity>): Severity {
  let result: Severity = 'none';
  for (const severity of severities) if (ORDER.indexOf(severity) > ORDER.indexOf(result)) result = severity;
  return result;
}
