import { browserBookkeeping } from './browserBookkeeping.ts';
import { everyIteration } from './everyIteration.ts';
import { evicted } from './evicted.ts';
import { multiplies } from './multiplies.ts';
import { releasedByPage } from './releasedByPage.ts';
import type { Rule, SurvivorEvidence } from './rule.ts';
import { steadyRate } from './steadyRate.ts';
import { stopsGrowing } from './stopsGrowing.ts';

/** What survives, judged: what excludes a leak comes first. */
export const survivorRules: readonly Rule<SurvivorEvidence>[] = [
  browserBookkeeping,
  releasedByPage,
  multiplies,
  evicted,
  stopsGrowing,
  everyIteration,
  steadyRate,
];
