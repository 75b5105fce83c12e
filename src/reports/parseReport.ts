import { LeakwrightError } from '../support/index.ts';
import type { Report } from './report.ts';

/**
 * Reads a former JSON report. What it holds beyond its outline is taken as it is: reports come from ourselves.
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
  let report: Partial<Report> | null;
  try {
    report = JSON.parse(text) as Partial<Report> | null;
  } catch {
    return refuse('it is not JSON');
  }
  if (report?.schema !== 1 || !Array.isArray(report.checks) || typeof report.startedAt !== 'string')
    return refuse('it is not a Leakwright report of schema 1');
  return report as Report;
}
