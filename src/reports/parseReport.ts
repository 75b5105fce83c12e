import { type CheckResult, leaksOf, worst } from '../leaks/index.ts';
import { LeakwrightError, parseBoundedJson } from '../support/index.ts';
import { type Report, type Shard, exitCodeFor } from './report.ts';
import { reportSchema } from './reportSchema.ts';

/** Characters of one report. One of a hundred checks with ten findings each has 2 MB. */
const MAX_CHARACTERS = 256 * 1024 * 1024;

/**
 * Reads an earlier JSON report, which may have been written or changed by another program: every field that is used is
 * checked, and derived ones (severities, verdicts, the exit code) are computed again.
 *
 * @param from what to call it in the error
 * @throws LeakwrightError `usage` when the text is not one of our reports
 */
export function parseReport(text: string, from: string): Report {
  const refuse = (why: string): never => {
    throw new LeakwrightError('usage', `'${from}' cannot be used: ${why}.`, {
      hint: 'Make one with: leakwright check … --reporter json=FILE',
    });
  };
  if (text.length > MAX_CHARACTERS) return refuse(`it has more than ${MAX_CHARACTERS} characters`);
  let value: unknown;
  try {
    value = parseBoundedJson(text);
  } catch {
    return refuse('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || (value as { schema?: unknown }).schema !== 1)
    return refuse('it is not a Leakwright report of schema 1');
  const read = reportSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    return refuse(`its ${issue?.path.join('.') || 'content'} is not what a report has there`);
  }
  const report = read.data as unknown as Report;
  if (Number.isNaN(Date.parse(report.startedAt)) || report.durationMs < 0) return refuse('it has no valid time');
  if (report.shard && !isShard(report.shard)) return refuse('its shard is none');
  const checks = report.checks.map((check) => consistent(check));
  return { ...report, checks, exitCode: exitCodeFor(checks, report.failOn) };
}

/** More shards than any run is divided into; each missing one is named. */
const MAX_SHARDS = 1000;

function isShard({ index, total }: Shard): boolean {
  return index >= 1 && index <= total && total <= MAX_SHARDS;
}

/** A check whose severity and verdict are those of its findings. */
function consistent(check: CheckResult): CheckResult {
  const severity = worst(leaksOf(check.findings).map((finding) => finding.severity));
  if (severity !== 'none') return { ...check, severity, verdict: check.verdict === 'clean' ? 'leak' : check.verdict };
  // A leak of no severity would pass every --fail-on.
  return check.verdict === 'leak' && check.severity === 'none' ? { ...check, severity: 'minor' } : check;
}
