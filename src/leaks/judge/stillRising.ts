import type { CountersSeen, Evidence } from '../evidence.ts';
import { BEHIND_FOLLOWED, EXACT_BYTES, countsThings } from '../platform/index.ts';
import type { Counters } from '../measure/counters.ts';
import { fellWhileAging } from './reach.ts';
import { findRunaway } from './runaway.ts';
import { HEAPS, type Suspicion, leastBytes, typicalStep } from './suspicion.ts';
import { thresholds } from './thresholds.ts';
import { agedIn, countView, heapView, sprintsIn } from './view.ts';

interface Reading {
  readonly begun: number;
  readonly counters: Counters;
}

/** The counters at the end of the count and after it, the lowest of each moment, oldest first. */
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
  const byMoment = new Map<number, Reading>();
  for (const reading of all.toSorted((a, b) => a.begun - b.begun)) {
    const other = byMoment.get(reading.begun);
    byMoment.set(reading.begun, other ? { ...reading, counters: least(other.counters, reading.counters) } : reading);
  }
  return [...byMoment.values()];
}

/**
 * Of two readings without an iteration between them, the lower one: what was painted last is in one and not in the other (*measured:
 * 94 KB of the browser's own heap*).
 */
function least(one: Counters, other: Counters): Counters {
  const both = Object.entries(other).map(([counter, count]) => [counter, Math.min(count, one[counter] ?? count)]);
  return Object.fromEntries(both) as Counters;
}

/**
 * Bytes of a heap an iteration in the end: of the last two stretches between readings, the slower one. The last may have what tracking
 * and its snapshot leave (*measured: 20 to 85 KB in all, on pages whose own heap is flat*); growth that goes on is in both.
 */
export function lateRate(counter: string, evidence: Evidence, end?: CountersSeen & { readonly begun: number }): number {
  return Math.min(...ratesOf(counter, readingsAfter(evidence, end).slice(-3)));
}

function ratesOf(counter: string, readings: readonly Reading[]): number[] {
  return readings.slice(1).map((reading, index) => {
    const before = readings[index]!;
    return ((reading.counters[counter] ?? 0) - (before.counters[counter] ?? 0)) / (reading.begun - before.begun);
  });
}

/** Fewest runs of quick iterations that tell a heap that goes on from one that warms up. */
const FEWEST_SPRINTS = 3;

/** Bytes an iteration in the run of quick iterations that left the fewest; 0 where there were too few. */
function slowestSprint(counter: string, evidence: Evidence): number {
  const rates = ratesOf(counter, sprintsIn(evidence));
  return rates.length < FEWEST_SPRINTS ? 0 : Math.min(...rates);
}

/** What was found in the page's heap and explains why counters rose, where no leak was found. */
export interface Explained {
  /** Whether something that follows objects of the page was seen to be released. */
  readonly anyReleased: boolean;
  /** Nodes an iteration that the browser keeps to undo what was typed. */
  readonly undoNodes: number;
  /** Requests an iteration that the browser keeps, as page code never reads the body of the answer. */
  readonly keptRequests: number;
  readonly boundedBytes: number;
}

/** The counters that rose, went on until the end of the check, and are not explained. */
export function unexplained(
  evidence: Evidence,
  suspicions: readonly Suspicion[],
  { anyReleased, undoNodes, keptRequests, boundedBytes }: Explained,
): readonly Suspicion[] {
  const nodes = suspicions.find(({ counter }) => counter === 'nodes');
  // Steps to undo are nodes, and more of the browser's heap than these.
  const isTyping = nodes !== undefined && undoNodes >= nodes.perIteration * thresholds.keepsRising;
  // What goes after minutes comes again in the iterations after them, and the heap rises with it.
  const aged = agedIn(evidence);
  const goesByItself =
    aged !== undefined && suspicions.some((one) => countsThings(one.counter) && fellWhileAging(one, aged));
  return suspicions.filter(
    (suspicion) =>
      !(anyReleased && BEHIND_FOLLOWED.has(suspicion.counter)) &&
      !(goesByItself && HEAPS.has(suspicion.counter)) &&
      !(keptRequests >= thresholds.nativeRate && suspicion.counter === 'embedderHeapBytes') &&
      !(isTyping && (suspicion.counter === 'nodes' || suspicion.counter === 'embedderHeapBytes')) &&
      stillRises(suspicion, evidence, boundedBytes),
  );
}

/** Fewest that must have come while holders were watched, had the counter gone on: fewer may be chance. */
const FEWEST_EXPECTED = 2;

/** Whether the last iterations, while holders were watched, show that the counter came to its limit after the count. */
function cameToRest(counter: string, perIteration: number, evidence: Evidence): boolean {
  const { watched } = heapView(evidence, 0);
  if (!watched?.counters || perIteration * watched.iterations < FEWEST_EXPECTED) return false;
  const [before, after] = watched.counters;
  const gain = (after[counter] ?? 0) - (before[counter] ?? 0);
  return gain < perIteration * watched.iterations * thresholds.keepsRising;
}

/** What the counters were at the beginning and at the end of the last iterations. */
function lastStretch(evidence: Evidence): readonly [from: Reading, last: Reading] {
  const { samples, begun, end } = countView(evidence);
  const counted: Reading = { begun, counters: samples.at(-1)! };
  const readings = [counted, ...sprintsIn(evidence), ...(end ? [end] : [])].toSorted((a, b) => a.begun - b.begun);
  const last = readings.at(-1)!;
  return [readings.findLast((reading) => reading.begun < last.begun) ?? counted, last];
}

/** What the counters were last. */
export const latestReading = (evidence: Evidence): Reading => lastStretch(evidence)[1];

/**
 * Whether a counter that rose during the count went on at about its rate until the end of the check.
 *
 * @param boundedBytes what explains as much of the gain of a heap
 */
export function stillRises(suspicion: Suspicion, evidence: Evidence, boundedBytes = 0): boolean {
  const { counter, perIteration } = suspicion;
  const aged = agedIn(evidence);
  if (aged && countsThings(counter) && fellWhileAging(suspicion, aged)) return false;
  const { samples, end } = countView(evidence);
  // What filled up in hundreds of iterations rose for most of them.
  const [from, last] = lastStretch(evidence);
  const iterations = last.begun - from.begun;
  const gain = (last.counters[counter] ?? 0) - (from.counters[counter] ?? 0);
  const runaway = counter === 'jsHeapBytes' ? findRunaway(samples) : undefined;
  const typical = typicalStep(samples, counter);
  const least = leastBytes(counter);
  // Nothing was read after the count: what rose by as much has not been seen to end.
  if (iterations <= 0) return runaway !== undefined || (!countsThings(counter) && typical >= least);
  // What ended the count below where it began comes and goes.
  if (perIteration <= 0) return false;
  if (countsThings(counter) || EXACT_BYTES.has(counter))
    return gain / iterations >= perIteration * thresholds.keepsRising && !cameToRest(counter, perIteration, evidence);
  const unexplained = lateRate(counter, evidence, end) - boundedBytes / iterations;
  if (Math.max(typical, slowestSprint(counter, evidence)) >= least && unexplained >= typical * thresholds.keepsRising)
    return true;
  if (!runaway) return false;
  // Growth that multiplies adds at least what its last step did.
  const [former = 0, latter = 0] = samples.slice(-2).map(({ jsHeapBytes }) => jsHeapBytes);
  return gain >= (latter - former) * runaway.factor * iterations * thresholds.keepsRising;
}
