import { accumulates, type SizeEvidence } from './rules/accumulates.ts';
import { browserBookkeeping } from './rules/browserBookkeeping.ts';
import { everyIteration } from './rules/everyIteration.ts';
import { everyStretch } from './rules/everyStretch.ts';
import { evicted, outgrows } from './rules/evicted.ts';
import { multiplies } from './rules/multiplies.ts';
import { releasedByPage } from './rules/releasedByPage.ts';
import type { Rule, SurvivorEvidence } from './rules/rule.ts';
import { steadyRate } from './rules/steadyRate.ts';
import { stopsGrowing } from './rules/stopsGrowing.ts';

/** What survives is judged by the first of these that answers: what excludes a leak comes first. */
export const survivorRules: readonly Rule<SurvivorEvidence>[] = [
  browserBookkeeping,
  releasedByPage,
  multiplies,
  outgrows,
  evicted,
  everyStretch,
  stopsGrowing,
  everyIteration,
  steadyRate,
];

/** What grows without objects that show it: sizes read from the live page. */
export const sizeRules: readonly Rule<SizeEvidence>[] = [accumulates];

/**
 * The table of docs/verdicts.md, as Markdown.
 *
 * @internal
 */
export function rulesTable(): string {
  const rows = [...survivorRules, ...sizeRules].map(
    ({ name, says, fooledBy }) => `| ${name} | ${says} | ${fooledBy} |`,
  );
  return ['| rule | what it says | what fools it |', '| --- | --- | --- |', ...rows].join('\n');
}
