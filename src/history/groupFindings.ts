import { resolve } from 'node:path';
import type { CheckSummary, FindingHistory, RunSummary } from './model.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Leaks over runs (given oldest first), grouped by fingerprint; those seen last come first.
 *
 * @param exists whether a scenario's file exists, by its absolute path: a deleted one is not checked again, so what it found
 *   is not present any more
 */
export function groupFindings(runs: readonly RunSummary[], exists: (path: string) => boolean): FindingHistory[] {
  const groups = new Map<string, Mutable<FindingHistory>>();
  /** By scenario: the place of its newest run that could tell what is there. */
  const newestRunOf = new Map<string, number>();
  const fileOf = new Map<string, string | undefined>();
  /** By fingerprint: the newest run of each scenario that has it. */
  const lastRunIn = new Map<string, Map<string, number>>();
  for (const [place, run] of runs.entries()) {
    const seenHere = new Set<string>();
    for (const check of run.checks) {
      // A check that failed, or cannot say, does not say that a leak is gone.
      if (check.verdict === 'leak' || check.verdict === 'clean') newestRunOf.set(check.scenario, place);
      fileOf.set(check.scenario, scenarioFile(run, check));
      for (const finding of check.findings) {
        const group = groups.get(finding.fingerprint) ?? {
          latest: finding,
          scenarios: [],
          firstSeen: run.startedAt,
          firstRun: run.id,
          lastSeen: run.startedAt,
          lastRun: run.id,
          runs: 0,
          present: false,
        };
        groups.set(finding.fingerprint, group);
        group.latest = finding;
        group.lastSeen = run.startedAt;
        group.lastRun = run.id;
        const inScenarios = lastRunIn.get(finding.fingerprint) ?? new Map<string, number>();
        lastRunIn.set(finding.fingerprint, inScenarios.set(check.scenario, place));
        if (!group.scenarios.includes(check.scenario)) group.scenarios = [...group.scenarios, check.scenario];
        if (!seenHere.has(finding.fingerprint)) group.runs += 1;
        seenHere.add(finding.fingerprint);
      }
    }
  }
  const deleted = [...fileOf].flatMap(([scenario, file]) => (file !== undefined && !exists(file) ? [scenario] : []));
  for (const scenario of deleted) newestRunOf.set(scenario, Infinity);
  for (const [fingerprint, group] of groups) {
    group.present = [...lastRunIn.get(fingerprint)!].some(
      ([scenario, place]) => place >= (newestRunOf.get(scenario) ?? 0),
    );
  }
  return [...groups.values()].sort((a, b) => (a.lastSeen < b.lastSeen ? 1 : a.lastSeen > b.lastSeen ? -1 : 0));
}

function scenarioFile({ folder }: RunSummary, { file }: CheckSummary): string | undefined {
  return folder === undefined || file === undefined ? undefined : resolve(folder, file);
}
