import type { Evidence, SnapshotSeen } from '../evidence.ts';
import { type Runaway, describeRunaway, findMultiplied, findRunaway, looksMultiplying, multiplies } from './runaway.ts';
import type { Step } from './steps.ts';
import { findSuspicions } from './suspicion.ts';
import { thresholds } from './thresholds.ts';
import { type HeapView, agedIn, begunIn, countView, sprintsIn } from './view.ts';
import { defined } from '../../support/index.ts';

/** Iterations to keep, of those that a page can still take, for finding who puts things where. */
const KEPT_TO_EXPLAIN = 2;
/** As few as can say whether growth goes on, for pages that cannot take more. */
const SHORT_STRETCH = 2;
/** Iterations that tell growth that multiplies from garbage. */
const CONFIRMING_ITERATIONS = 2;

/** Iterations in all up to which frames and workers are followed: each is a world of its own, and no page keeps dozens on purpose. */
const DEAR_FOLLOWED_TO = 30;
const DEAR_COUNTERS: ReadonlySet<string> = new Set(['frames', 'workers', 'workerScopes']);

const opensDocuments = (evidence: Evidence): boolean =>
  findSuspicions(countView(evidence).samples).some(({ counter }) => DEAR_COUNTERS.has(counter));

/** How far growth was followed after the first snapshot. */
export interface FollowUp {
  /** Iterations of the warm-up. */
  readonly warmup: number;
  /** The snapshot that decides. */
  readonly latest: SnapshotSeen & { readonly begun: number };
  /** One after hundreds of iterations more, which may show that what grew is bounded. */
  readonly reached?: SnapshotSeen & { readonly begun: number };
  /** Whether minutes of the page's time had passed before that one. */
  readonly aged?: true;
  readonly escalated: boolean;
  /** Growth that multiplies, with the iterations that the page can still take. */
  readonly runaway?: Runaway;
  /** Whether time was short: what is still there may be a cache that was not yet full. */
  readonly cutShort: boolean;
  /** What is missing; undefined when the follow-up is complete. */
  readonly next?: Step;
}

/** Growth that exact counters showed to multiply during the count; only the page's own heap is counted so. */
export function runawayInCount(evidence: Evidence, view: HeapView): Runaway | undefined {
  if (view.heap !== 0) return undefined;
  const { samples, begun } = countView(evidence);
  return spend(findRunaway(samples), begunIn(evidence) - begun);
}

function spend(runaway: Runaway | undefined, iterations: number): Runaway | undefined {
  return runaway && { ...runaway, iterationsLeft: Math.max(0, runaway.iterationsLeft - iterations) };
}

/** Iterations of the last stretch; none where the page can take no more than it takes to explain. */
function stretchFor(runaway: Runaway | undefined): number {
  if (!runaway) return thresholds.lastStretch;
  return Math.max(0, Math.min(SHORT_STRETCH, runaway.iterationsLeft - KEPT_TO_EXPLAIN));
}

/** Reads how growth was followed from the observations after the first snapshot, and says what comes next. */
export function followUp(evidence: Evidence, view: HeapView): FollowUp {
  const { heap, snapshots } = view;
  const first = snapshots[0]!;
  // Hundreds of iterations have been compared already.
  if (first.spans.length > 0 && first.spans.every((span) => span.first !== span.last))
    return { warmup: evidence.settings.warmup, latest: first, escalated: true, cutShort: false };
  const counted = runawayInCount(evidence, view);
  const multiplied = counted ? undefined : findMultiplied(survivorsOf(first));
  let runaway = counted ?? spend(multiplied, begunIn(evidence) - first.begun);
  let latest = first;
  let reached: FollowUp['reached'];
  let cutShort = false;
  // Bytes alone are believed after two more readings, where the page can take the iterations.
  const needsMore = counted?.by === 'bytes' && counted.iterationsLeft >= CONFIRMING_ITERATIONS + KEPT_TO_EXPLAIN;
  let unconfirmed = needsMore && !view.followUp.some(({ saw }) => saw === 'confirmed');
  const { escalateTo } = evidence.settings;
  const goal = opensDocuments(evidence) ? Math.min(DEAR_FOLLOWED_TO, escalateTo) : escalateTo;
  const target = Math.max(goal, first.begun + thresholds.lastStretch) - thresholds.lastStretch;
  for (const seen of view.followUp) {
    if (seen.saw === 'followed') {
      cutShort = seen.endedBy === 'time';
      unconfirmed = looksMultiplying(seen.bytes, seen.ms);
    } else if (seen.saw === 'confirmed') {
      unconfirmed = false;
      const confirmed = multiplies(seen.bytes, counted ? thresholds.multiplyingBytes : thresholds.multiplyingRawBytes);
      runaway = confirmed ? spend(describeRunaway(seen.bytes, 'bytes'), begunIn(evidence) - seen.begun) : undefined;
    } else if (wentFar(evidence, latest.begun, seen.begun)) reached = seen;
    else {
      if (multiplied && latest === first && !goesOn(first, seen)) runaway = undefined;
      latest = seen;
    }
  }
  const stretch = stretchFor(runaway);
  const escalated = latest !== first;
  const { warmup } = evidence.settings;
  const agedAt = agedIn(evidence)?.begun;
  const aged = reached && agedAt !== undefined && reached.begun > agedAt ? (true as const) : undefined;
  const state = { warmup, latest, escalated, cutShort, ...defined({ runaway, reached, aged }) };
  // What multiplied and did not go on is followed anew, like all other growth.
  const begun = begunIn(evidence);
  const last = view.followUp.at(-1);
  const isComplete = escalated && !unconfirmed && (runaway !== undefined || begun >= target || cutShort);
  if (isComplete) return state;
  if (stretch === 0) return state;
  const of = target + thresholds.lastStretch;
  if (unconfirmed && (!runaway || needsMore))
    return { ...state, next: { do: 'confirm', heap, iterations: CONFIRMING_ITERATIONS } };
  if (!runaway && begun < target && !(cutShort && last?.saw === 'followed'))
    return { ...state, next: { do: 'follow', heap, to: target, of } };
  return {
    ...state,
    next: {
      do: 'snapshot',
      heap,
      phase: 'escalate',
      iterations: stretch,
      stacks: true,
      quick: false,
      reason: 'to tell a leak from a cache that fills',
    },
  };
}

/** Whether quick iterations, or minutes of the page's time, lie between two moments. */
const wentFar = (evidence: Evidence, from: number, to: number): boolean =>
  [...sprintsIn(evidence), agedIn(evidence)].some((seen) => seen && seen.begun > from && seen.begun < to);

/** What survives of each group from each of the iterations that were told apart first. */
function survivorsOf({ analysis, spans }: SnapshotSeen): number[][] {
  const singles = spans.filter(({ first, last }) => first === last).length;
  return analysis.groups.map(({ survivors }) => survivors.slice(0, singles));
}

/**
 * Whether what multiplied does so still, and none of it went meanwhile: a cache that evicts at random also has the most
 * of its latest, but loses of its older ones with each iteration.
 */
function goesOn(before: SnapshotSeen, after: SnapshotSeen): boolean {
  const later = survivorsOf(after);
  return survivorsOf(before)
    .filter((counts) => findMultiplied([counts]))
    .some((counts) =>
      later.some(
        (now) =>
          findMultiplied([now.slice(0, counts.length)]) &&
          counts.every((count, index) => now[index]! >= count * thresholds.stillThere),
      ),
    );
}
