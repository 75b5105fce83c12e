import { resolve } from 'node:path';
import type { CheckSummary, FindingHistory, RunSummary } from './model.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Leaks over runs (given oldest first), told apart by fingerprint; those seen last come first.
 *
 * @param exists asked for the absolute path of a scenario's file: nobody will check a deleted one again, so what it found
 *   is not present any more
 */
export function groupFindings(runs: readonly RunSummary[], exists: (path: string) => boolean): FindingHistory[] {
  const groups = new Map<string, Mutable<FindingHistory>>();
  const newestRunOf = new Map<string, string>();
  const fileOf = new Map<string, string | undefined>();
  /** By fingerprint: the newest run of each scenario that has it. */
  const lastRunIn = new Map<string, Map<string, string>>();
  for (const run of runs) {
    const seenHere = new Set<string>();
    for (const check of run.checks) {
      // A check that could not run says nothing about what is still there.
      if (check.verdict !== 'error') newestRunOf.set(check.scenario, run.id);
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
        const inScenarios = lastRunIn.get(finding.fingerprint) ?? new Map<string, string>();
        lastRunIn.set(finding.fingerprint, inScenarios.set(check.scenario, run.id));
        if (!group.scenarios.includes(check.scenario)) group.scenarios = [...group.scenarios, check.scenario];
        if (!seenHere.has(finding.fingerprint)) group.runs += 1;
        seenHere.add(finding.fingerprint);
      }
    }
  }
  for (const [scenario, file] of fileOf) if (file !== undefined && !exists(file)) newestRunOf.delete(scenario);
  for (const [fingerprint, group] of groups) {
    group.present = [...lastRunIn.get(fingerprint)!].some(([scenario, run]) => newestRunOf.get(scenario) === run);
  }
  return [...groups.values()].sort((a, b) => (a.lastSeen < b.lastSeen ? 1 : a.lastSeen > b.lastSeen ? -1 : 0));
}

function scenarioFile({ folder }: RunSummary, { file }: CheckSummary): string | undefined {
  return folder === undefined || file === undefined ? undefined : resolve(folder, file);
}
