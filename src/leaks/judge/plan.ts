import type { Evidence, HeapNumber } from '../evidence.ts';
import type { CounterSample } from '../model.ts';
import { EXACT_BYTES, SYSTEM_COUNTERS, countsThings, kindOf } from '../platform/index.ts';
import { type FollowUp, followUp, runawayInCount } from './followUp.ts';
import { decideHeap, isInDocument, judgeHeap, judgeSizes } from './judgeHeap.ts';
import { hasCandidates } from './judgeSnapshot.ts';
import { isOnElement } from './fold/foldTargets.ts';
import { nextAge, nextReach } from './reach.ts';
import { findMultiplied, findRunaway, growsEvenly } from './runaway.ts';
import { nextExactLook, nextLateLook } from './lateLook.ts';
import type { LeakCandidate } from './leakCandidate.ts';
import type { Step } from './steps.ts';
import { type Explained, unexplained } from './stillRising.ts';
import { isSlow, mayHideSlow, nextLongLook, roseEvenly, suspicionsIn } from './slowGrowth.ts';
import { type Suspicion, bytesGrow, roseIn, seemsToRise, thingsRose } from './suspicion.ts';
import { thresholds } from './thresholds.ts';
import {
  type HeapView,
  begunIn,
  comparedIn,
  countView,
  coveredIn,
  failureIn,
  heapView,
  tellsRuns,
  workerHeaps,
} from './view.ts';

/** The fewest iterations with known survivors from which a rule can decide. */
const FEWEST_TOLD_APART = 3;
/** Iterations of up to this may be done while a snapshot is read, should they turn out not to be needed. They change no verdict. */
const QUICK_ITERATION_MS = 300;
/** As few tell growth that multiplies, which the counters have shown already. */
const FEWEST_MULTIPLYING = 2;
/** Iterations that are watched to see who puts things where. */
const WATCHED_ITERATIONS = 2;
/** When sizes are read, or the browser's own objects counted, more are needed to tell growth from chance. */
const MEASURED_ITERATIONS = 5;

/** What leaks once in dozens of iterations is looked for in so many runs of so many. */
const SLOW_RUNS = 5;
const SLOW_RUN = 50;

/** Says what is still missing for an answer. Pure: the same evidence gives the same step. */
export function plan(evidence: Evidence): Step {
  const count = planCount(evidence);
  if (count) return count;
  if (failureIn(evidence) !== undefined) return { do: 'decide' };
  const suspicions = suspicionsIn(evidence);
  if (opensPages(suspicions)) return { do: 'decide' };
  if (suspicions.length === 0 && !evidence.settings.deep)
    return nextLongLook(evidence) ?? (needsCover(evidence) ? { do: 'cover' } : { do: 'decide' });
  const page = planHeap(evidence, 0, suspicions);
  if (page) return page;
  const heaps = workerHeaps(evidence);
  if (!heaps) return { do: 'workers' };
  for (const [index, readings] of heaps.entries()) {
    if (!bytesGrow(readings)) continue;
    const worker = planHeap(evidence, index + 1, WORKER_GREW);
    if (worker) return worker;
  }
  const { end, begun } = countView(evidence);
  const found = decidePage(evidence, suspicions);
  if (found.leaks.length > 0) return !end && begunIn(evidence) > begun ? { do: 'end' } : { do: 'decide' };
  const late = end ? undefined : (nextSlowLook(evidence, suspicions) ?? nextLateLook(evidence, suspicions));
  if (late) return late;
  if (!end && begunIn(evidence) > begun) return { do: 'end' };
  return (
    nextExactLook(evidence, unexplained(evidence, suspicions, found)) ??
    nextComparison(evidence, suspicions) ?? { do: 'decide' }
  );
}

/** What the page's own heap shows, by all that was seen of it. */
function decidePage(
  evidence: Evidence,
  suspicions: readonly Suspicion[],
): Explained & { readonly leaks: readonly LeakCandidate[] } {
  const view = heapView(evidence, 0);
  if (view.snapshots.length === 0 || mayLeak(evidence, view, suspicions) !== 'yes')
    return { leaks: [], anyReleased: false, undoNodes: 0, keptRequests: 0, boundedBytes: 0 };
  return decideHeap(view, followUp(evidence, view), suspicions, begunIn(evidence));
}

/** Where a heap rose by little and its snapshot shows nothing that may leak, rare leaks are searched for as if it had not risen. */
function nextSlowLook(evidence: Evidence, suspicions: readonly Suspicion[]): Step | undefined {
  const nothing = mayLeak(evidence, heapView(evidence, 0), suspicions) === 'no';
  return nothing && mayHideSlow(evidence, suspicions) ? nextLongLook(evidence) : undefined;
}

/** A state that each iteration copies as a whole has no object of an earlier one: only what it holds in all shows that it grows. */
function nextComparison(evidence: Evidence, suspicions: readonly Suspicion[]): Step | undefined {
  if (evidence.settings.compares !== true || comparedIn(evidence)) return undefined;
  const nothing = mayLeak(evidence, heapView(evidence, 0), suspicions) === 'no';
  return nothing && roseEvenly(evidence) ? { do: 'compare' } : undefined;
}

/** Iterations that left nothing behind may have done nothing at all. */
function needsCover(evidence: Evidence): boolean {
  return countView(evidence).anySilent && coveredIn(evidence) === undefined;
}

/** A worker's heap is only looked into where it grew. */
export const WORKER_GREW: readonly Suspicion[] = [{ counter: 'workerHeapBytes', perIteration: 0 }];

/** Each is a document, often a process: nothing has to be followed for dozens of iterations, which would open dozens more. */
export function opensPages(suspicions: readonly Suspicion[]): Suspicion | undefined {
  return suspicions.find(({ counter }) => counter === 'pages');
}

/** Whether iterations leave so many pages open that the browser would not bear the whole count. */
function floodsPages(samples: readonly CounterSample[]): boolean {
  const pages = samples.slice(-thresholds.multiplyingThingReadings).map((sample) => sample['pages'] ?? 0);
  const steps = pages.slice(1).map((after, index) => after - pages[index]!);
  return steps.length === thresholds.multiplyingThingReadings - 1 && Math.min(...steps) >= thresholds.floodOfPages;
}

/** Whether there is anything to decide from. */
export function countIsComplete(evidence: Evidence): boolean {
  return countView(evidence).samples.length > 0 && planCount(evidence) === undefined;
}

function planCount(evidence: Evidence): Step | undefined {
  const { iterations, deep } = evidence.settings;
  const { warmedUp, samples, trackedIterations } = countView(evidence);
  const last = samples.at(-1);
  const done = samples.length - 1;
  if (!last) return { do: 'count', iteration: 0, of: iterations };
  const isTracked = trackedIterations > 0 || evidence.observations.some((seen) => seen.saw === 'tracking');
  if (done >= iterations) return undefined;
  // Growth that multiplies would end the page before the count ends; what leaks is plain by then.
  if (floodsPages(samples)) return undefined;
  const left = findRunaway(samples)?.iterationsLeft;
  if (left !== undefined && left < iterations - done) return undefined;
  if (!isTracked && last['jsHeapBytes']! <= thresholds.trackedHeapBytes) {
    // Things are counted exactly: where some came with the last iteration, some may with each.
    const rises = done === 0 ? deep || thingsRose(warmedUp, last) : seemsToRise(samples);
    if (rises) return { do: 'track', heap: 0 };
  }
  return { do: 'count', iteration: done + 1, of: iterations };
}

/** The steps of one heap: what survives, what goes on growing, who holds it. */
function planHeap(evidence: Evidence, heap: HeapNumber, suspicions: readonly Suspicion[]): Step | undefined {
  const view = heapView(evidence, heap);
  const first = view.snapshots[0];
  const isOutdated = first !== undefined && isSlow(evidence) && heap === 0 && !tellsRuns(first);
  if (!first || isOutdated) return planFirstSnapshot(evidence, view, suspicions);
  const known = mayLeak(evidence, view, suspicions);
  if (known === 'not known')
    return { do: 'sizes', heap, iterations: thresholds.sizeIterations, growth: first.analysis.growth };
  if (known === 'no') return undefined;
  const follow = followUp(evidence, view);
  if (follow.next) return follow.next;
  const judgement = judgeHeap(view, follow, suspicions);
  const further = nextReach(evidence, view, follow, judgement) ?? nextAge(evidence, view, follow, judgement);
  if (further) return further;
  return view.watched ? undefined : planWatch(view, follow, suspicions);
}

function planFirstSnapshot(evidence: Evidence, view: HeapView, suspicions: readonly Suspicion[]): Step {
  const rose = roseIn(suspicions).join(', ');
  if (view.heap === 0 && isSlow(evidence))
    return {
      do: 'snapshot',
      heap: 0,
      phase: 'attribute',
      iterations: SLOW_RUNS * SLOW_RUN,
      inRunsOf: SLOW_RUN,
      stacks: true,
      quick: false,
      reason: `${rose} rose in hundreds of iterations`,
    };
  const { samples, trackedIterations } = countView(evidence);
  const { iterations, escalateTo } = evidence.settings;
  const runaway = runawayInCount(evidence, view);
  const told = view.heap === 0 ? trackedIterations : 0;
  const needed = Math.min(runaway ? FEWEST_TOLD_APART : iterations, iterations);
  const goesOnMeanwhile = iterationMs(samples) <= QUICK_ITERATION_MS && growsEvenly(samples);
  return {
    do: 'snapshot',
    heap: view.heap,
    phase: 'attribute',
    // Where growth multiplies, each further iteration may end the page: none is run that is not needed.
    iterations: runaway && told >= FEWEST_MULTIPLYING ? 0 : Math.max(0, needed - told),
    stacks: false,
    // Buffers are resized in place, which no quick look sees.
    quick: !runaway && !suspicions.some(({ counter }) => countsThings(counter) || EXACT_BYTES.has(counter)),
    ...(goesOnMeanwhile ? { meanwhileTo: escalateTo - thresholds.lastStretch } : {}),
    reason:
      rose === '' ? (suspicions.length === 0 ? 'asked for' : 'the heap comes and goes by itself') : `${rose} rose`,
  };
}

/** What an iteration of the count took, its reading included. ms. */
function iterationMs(samples: readonly { readonly atMs: number }[]): number {
  return (samples.at(-1)!.atMs - samples[0]!.atMs) / Math.max(1, samples.length - 1);
}

/** Whether anything in a heap may leak, by its first snapshot and what was read after it. */
export function mayLeak(
  evidence: Evidence,
  view: HeapView,
  suspicions: readonly Suspicion[],
): 'yes' | 'no' | 'not known' {
  const first = view.snapshots[0]!;
  if (
    suspicions.some(({ counter }) => countsThings(counter) || SYSTEM_COUNTERS[counter] !== undefined) ||
    runawayInCount(evidence, view) ||
    findMultiplied(first.analysis.groups.map(({ survivors }) => survivors)) ||
    hasCandidates(first, evidence.settings.warmup)
  )
    return 'yes';
  const { growth } = first.analysis;
  if (growth.length === 0) return 'no';
  const { sizes } = view;
  if (!sizes) return 'not known';
  // A holder that could not be read is not known to be bounded.
  const grows = growth.some((report) => {
    const answer = judgeSizes(report, { ...view, watched: undefined }, {}, sizes.begun)?.answer;
    return answer === 'leak' || answer === 'cannot-say';
  });
  return grows ? 'yes' : 'no';
}

function planWatch(view: HeapView, follow: FollowUp, suspicions: readonly Suspicion[]): Step | undefined {
  const { leaks, growth, natives } = judgeHeap(view, follow, suspicions);
  const left = follow.runaway?.iterationsLeft;
  const hasHolders = leaks.some(({ group }) => group !== undefined && group.via === undefined);
  const inDocument =
    natives.some(({ className }) => ['dom-node', 'frame'].includes(kindOf(className, undefined))) ||
    leaks.some((leak) => isInDocument(leak) || isOnElement(leak));
  let iterations = hasHolders || inDocument ? WATCHED_ITERATIONS : 0;
  if (growth.length > 0 || natives.length > 0)
    iterations = left === undefined ? MEASURED_ITERATIONS : WATCHED_ITERATIONS;
  if (iterations === 0) return undefined;
  return {
    do: 'watch',
    heap: view.heap,
    iterations: Math.min(iterations, left ?? iterations),
    again: natives.length > 0,
  };
}
