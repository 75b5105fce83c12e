import type { Evidence } from '../evidence.ts';
import type { SprintBy, Step } from './steps.ts';
import { findSuspicions, typicalStep } from './suspicion.ts';
import { thresholds } from './thresholds.ts';
import { begunIn, countView, sprintsIn } from './view.ts';

/**
 * Iterations in all after which the counters are read again where growth is followed to its `reach`. The first reading is what the
 * next is compared with; each part is longer than the one before, so that a cache that has filled is left soon after.
 */
const READINGS = [50, 80, 130, 230];
/** Iterations by the mouse that show whether growth came to rest, or the page does not follow events of our own. */
const DOUBTED_ITERATIONS = 20;

/**
 * How growth is followed next, beyond `escalateTo`; undefined when that is enough: the counters have come to rest, or the reach is
 * reached, or the page took too long.
 */
export function nextSprint(evidence: Evidence): Extract<Step, { do: 'sprint' }> | undefined {
  const { reach } = evidence.settings;
  if (reach === undefined) return undefined;
  const sprints = sprintsIn(evidence);
  const begun = begunIn(evidence);
  const sprint = (to: number, by: SprintBy) => ({ do: 'sprint', to, of: reach, by }) as const;
  if (sprints.length === 0) return sprint(begun, 'mouse');
  if (sprints.at(-1)!.endedBy !== 'done') return undefined;
  const rested = cameToRest(evidence);
  if (rested && sprints.at(-1)!.inPage === 0) return undefined;
  if (rested) return sprint(begun + DOUBTED_ITERATIONS, 'mouse');
  const to = [...READINGS, reach - thresholds.lastStretch].find((reading) => reading > begun);
  // What went on by the mouse alone, after events inside the page had no effect, goes on so.
  const wereFollowed = sprints.at(-1)!.inPage > 0 || sprints.every(({ inPage }) => inPage === 0);
  return to === undefined ? undefined : sprint(to, sprints.length > 1 && wereFollowed ? 'page or mouse' : 'mouse');
}

/** Whether no counter that rose in the count went on at its rate between the last two readings. */
function cameToRest(evidence: Evidence): boolean {
  const { samples } = countView(evidence);
  const [before, after] = sprintsIn(evidence).slice(-2);
  if (!before || !after) return false;
  const iterations = after.begun - before.begun;
  return findSuspicions(samples).every(({ counter, perIteration }) => {
    const rate = counter.endsWith('Bytes') ? typicalStep(samples, counter) || perIteration : perIteration;
    const gain = (after.counters[counter] ?? 0) - (before.counters[counter] ?? 0);
    return gain < rate * iterations * thresholds.keepsRising;
  });
}
