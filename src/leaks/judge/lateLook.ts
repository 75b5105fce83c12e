import type { Evidence } from '../evidence.ts';
import { EXACT_BYTES, SYSTEM_COUNTERS, countsThings } from '../platform/index.ts';
import { lateRate } from './stillRising.ts';
import type { Step } from './steps.ts';
import { type Suspicion, leastBytes, typicalStep } from './suspicion.ts';
import { thresholds } from './thresholds.ts';
import { begunIn, countView, sprintsIn } from './view.ts';

/**
 * Iterations to each of the readings by which a heap is seen to come to rest: code that is compiled, feedback that is collected and
 * tables of a library that fill take dozens. The first stretch has what tracking and snapshots left.
 */
const READINGS = [30, 50, 70];

/**
 * A heap that rose in the count, in which nothing was found that iterations left: whether it goes on is read again, after dozens of
 * iterations in which nothing else is measured. Without that, a few KB of code that warms up could not be told from a leak.
 */
export function nextLateLook(evidence: Evidence, suspicions: readonly Suspicion[]): Step | undefined {
  const { lateLook } = evidence.settings;
  if (lateLook === undefined) return undefined;
  const sprints = sprintsIn(evidence);
  const late = sprints.filter(({ begun }) => begun > (lastMeasured(evidence) ?? 0));
  const iterations = READINGS[late.length];
  if (iterations === undefined || late.some(({ endedBy }) => endedBy !== 'done')) return undefined;
  const isOpen = suspicions.some(({ counter }) => {
    if (counter !== 'jsHeapBytes' && counter !== 'embedderHeapBytes') return false;
    const typical = typicalStep(countView(evidence).samples, counter);
    // One more stretch is needed to know anything of the heap after its study.
    return late.length < 2
      ? typical >= leastBytes(counter)
      : lateRate(counter, evidence) >= Math.max(typical, 1) * thresholds.keepsRising;
  });
  return isOpen ? { do: 'sprint', to: begunIn(evidence) + iterations, of: lateLook, by: 'rest' } : undefined;
}

/** Iterations begun when objects were last told apart, snapshots taken or holders watched. */
function lastMeasured({ observations }: Evidence): number | undefined {
  return observations.findLast(({ saw }) => saw === 'snapshot' || saw === 'watched' || saw === 'counters')?.begun;
}

/**
 * Iterations to each reading of a counter that is exact and went on until the end, with nothing found behind it: a collection that is
 * cut at 50, 100 or 300 comes to its limit in one of them.
 */
const EXACT_READINGS = [30, 50, 100, 150, 150];

/**
 * What nothing explains, but an exact counter shows, is followed until it comes to rest. That can only turn _inconclusive_ into _clean_.
 *
 * @param open The counters that went on, and are not explained.
 */
export function nextExactLook(evidence: Evidence, open: readonly Suspicion[]): Step | undefined {
  const { lateLook } = evidence.settings;
  if (lateLook === undefined || !open.some(({ counter }) => isExact(counter))) return undefined;
  // Files that are left open are a leak by their number alone, and hundreds more may reach the limit of the process.
  if (open.some(({ counter }) => SYSTEM_COUNTERS[counter] !== undefined)) return undefined;
  const { end, begun } = countView(evidence);
  const late = sprintsIn(evidence).filter((sprint) => sprint.begun > (end?.begun ?? begun));
  const iterations = EXACT_READINGS[late.length];
  if (iterations === undefined || late.some(({ endedBy }) => endedBy !== 'done')) return undefined;
  return { do: 'sprint', to: begunIn(evidence) + iterations, of: lateLook, by: 'rest' };
}

const isExact = (counter: string): boolean => countsThings(counter) || EXACT_BYTES.has(counter);
