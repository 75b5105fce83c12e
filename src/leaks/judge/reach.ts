import type { Evidence } from '../evidence.ts';
import type { Suspicion } from './suspicion.ts';
import { findSuspicions, typicalStep } from './suspicion.ts';
import { thresholds } from './thresholds.ts';
import { begunIn, countView, sprintsIn } from './view.ts';

/**
 * Iterations in all after which the counters are read again where growth is followed to its `reach`. The first reading is what the
 * next is compared with; each part is longer than the one before, so that a cache that has filled is left soon after.
 */
const READINGS = [50, 80, 130, 230];

/**
 * Up to how many iterations in all growth is followed next, beyond `escalateTo`; undefined when that is enough: the counters have
 * come to rest, or the reach is reached, or the page took too long.
 */
export function nextSprint(evidence: Evidence): number | undefined {
  const { reach } = evidence.settings;
  if (reach === undefined) return undefined;
  const to = [...READINGS, reach - thresholds.lastStretch].find((reading) => reading >= begunIn(evidence) + 1);
  const sprints = sprintsIn(evidence);
  if (sprints.length === 0) return begunIn(evidence);
  if (to === undefined || sprints.at(-1)!.endedBy !== 'done' || cameToRest(evidence)) return undefined;
  return to;
}

/** Whether no counter that rose in the count went on at its rate between the last two readings. */
function cameToRest(evidence: Evidence): boolean {
  const { samples } = countView(evidence);
  const [before, after] = sprintsIn(evidence).slice(-2);
  if (!before || !after) return false;
  const iterations = after.begun - before.begun;
  return findSuspicions(samples).every(({ counter, perIteration }: Suspicion) => {
    const rate = counter.endsWith('Bytes') ? typicalStep(samples, counter) || perIteration : perIteration;
    const gain = (after.counters[counter] ?? 0) - (before.counters[counter] ?? 0);
    return gain < rate * iterations * thresholds.keepsRising;
  });
}
