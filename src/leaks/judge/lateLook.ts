import type { CountersSeen, Evidence } from '../evidence.ts';
import type { Counters } from '../measure/counters.ts';
import type { Step } from './steps.ts';
import { type Suspicion, typicalStep } from './suspicion.ts';
import { thresholds } from './thresholds.ts';
import { begunIn, countView, heapView, sprintsIn } from './view.ts';

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
  const { reach, ages } = evidence.settings;
  if (reach === undefined || ages !== true) return undefined;
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
  return isOpen ? { do: 'sprint', to: begunIn(evidence) + iterations, of: reach, by: 'rest' } : undefined;
}

/** Iterations begun when objects were last told apart, snapshots taken or holders watched. */
function lastMeasured({ observations }: Evidence): number | undefined {
  return observations.findLast(({ saw }) => saw === 'snapshot' || saw === 'watched' || saw === 'counters')?.begun;
}

/** Of a heap, what an iteration must leave to need an explanation: the browser's own has its records, and what was painted last. */
export const leastBytes = (counter: string): number =>
  counter === 'embedderHeapBytes' ? thresholds.recordsBytes : thresholds.unexplainedBytes;

export interface Reading {
  readonly begun: number;
  readonly counters: Counters;
}

/** The counters at the end of the count and after it, one for each moment, oldest first. */
function readingsAfter(evidence: Evidence, end?: CountersSeen & { readonly begun: number }): readonly Reading[] {
  const { samples, begun } = countView(evidence);
  const { watched } = heapView(evidence, 0);
  const [before, after] = watched?.counters ?? [];
  const all: Reading[] = [{ begun, counters: samples.at(-1)! }, ...sprintsIn(evidence)];
  if (watched && before && after)
    all.push(
      { begun: watched.begun - watched.iterations, counters: before },
      { begun: watched.begun, counters: after },
    );
  if (end) all.push(end);
  const latest = new Map(all.toSorted((a, b) => a.begun - b.begun).map((reading) => [reading.begun, reading]));
  return [...latest.values()];
}

/**
 * Bytes of a heap an iteration in the end: of the last two stretches between readings, the slower one. The last may have what tracking
 * and its snapshot leave (*measured: 20 to 85 KB in all, on pages whose own heap is flat*); growth that goes on is in both.
 */
export function lateRate(counter: string, evidence: Evidence, end?: CountersSeen & { readonly begun: number }): number {
  const readings = readingsAfter(evidence, end).slice(-3);
  const rates = readings.slice(1).map((reading, index) => {
    const before = readings[index]!;
    return ((reading.counters[counter] ?? 0) - (before.counters[counter] ?? 0)) / (reading.begun - before.begun);
  });
  return Math.min(...rates);
}
