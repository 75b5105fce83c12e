import type { CheckResult } from '../../leaks/index.ts';
import type { LeakNode } from '../leakChecks/leakRows.ts';
import type { PastRuns } from '../leakChecks/pastRuns.ts';
import { type Findings, type KeptResult, type LocatedFinding, findIn } from './findings.ts';

/** What a command of a finding, or of its check, is given: a row, a fingerprint (a Problem, a hover), or a result (a report). */
export type CheckTarget =
  | LeakNode
  | { readonly fingerprint: string }
  | { readonly result: CheckResult; readonly folder?: string | undefined; readonly fingerprint?: string }
  | undefined;

export interface LocateContext {
  readonly findings: Findings;
  readonly runs: PastRuns;
  /** What is selected in the view. */
  readonly selected: () => readonly LeakNode[];
}

/** The checks that a target is of; nothing given: what is selected, else the one that ended last. */
export async function locateChecks(context: LocateContext, target: CheckTarget): Promise<readonly KeptResult[]> {
  const given = target ?? context.selected()[0];
  if (given === undefined) return await resultsOf(context, 'latest');
  if ('result' in given) return [{ result: given.result, folder: given.folder ?? '' }];
  if ('kind' in given) {
    if (given.kind === 'run') return await resultsOf(context, given.run.id);
    if (given.kind === 'running' || given.kind === 'group') return await resultsOf(context, 'latest');
  }
  const found = await locateFinding(context, given);
  return found ? [found] : [];
}

/** The finding that a target is, as its newest run saw it; undefined where it is not kept any more. */
export async function locateFinding(context: LocateContext, target: CheckTarget): Promise<LocatedFinding | undefined> {
  const given = target ?? context.selected()[0];
  if (given === undefined) return undefined;
  if ('result' in given) {
    const finding = given.result.findings.find(({ fingerprint }) => fingerprint === given.fingerprint);
    return finding && { finding, result: given.result, folder: given.folder ?? '' };
  }
  if ('kind' in given && given.kind === 'runFinding') {
    return findIn(await resultsOf(context, given.run.id), given.finding.fingerprint);
  }
  const fingerprint =
    'kind' in given ? (given.kind === 'leak' ? given.leak.latest.fingerprint : undefined) : given.fingerprint;
  if (fingerprint === undefined) return undefined;
  const shown = context.findings.find(fingerprint);
  if (shown) return shown;
  const known = (await context.runs.findings()).find(({ latest }) => latest.fingerprint === fingerprint);
  return known && findIn(await resultsOf(context, known.lastRun), fingerprint);
}

async function resultsOf({ runs }: LocateContext, id: string): Promise<readonly KeptResult[]> {
  const kept = await runs.readWithFolder(id);
  return (kept?.report.checks ?? []).map((result) => ({ result, folder: kept?.folder ?? '' }));
}
