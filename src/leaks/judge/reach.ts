import type { AgedSeen, Evidence, SnapshotSeen } from '../evidence.ts';
import { STORED, STORED_RECORD, countsThings, kindOf } from '../platform/index.ts';
import type { GroupReport } from '../snapshot/messages.ts';
import type { BoundedGrowth } from '../model.ts';
import type { FollowUp } from './followUp.ts';
import { type Judgement, judgeSnapshot } from './judgeSnapshot.ts';
import type { HeapJudgement } from './judgeHeap.ts';
import type { LeakCandidate } from './leakCandidate.ts';
import { isSlow } from './slowGrowth.ts';
import type { SprintBy, Step } from './steps.ts';
import { type Suspicion, findSuspicions, typicalStep } from './suspicion.ts';
import { thresholds } from './thresholds.ts';
import { type HeapView, agedIn, begunIn, countView, sprintsIn } from './view.ts';

/**
 * Iterations in all after which the counters are read again. The first reading is what the next is compared with; each part is
 * longer than the one before, so that a cache that has filled is left soon after.
 */
const READINGS = [90, 130, 230];
/**
 * Iterations before the last readings, in which a cache of 500 is full and a leak goes on. Two runs of them: code that is compiled
 * late comes in one (*measured: 7 KB in 30 iterations*).
 */
const LAST_ITERATIONS = [30, 15, 0];
/** Readings after quick iterations that there must be for a snapshot, where time ended them early. */
const FEWEST_READINGS = 3;
/** Iterations by the mouse that show whether growth came to rest, or the page does not follow events of our own. */
const DOUBTED_ITERATIONS = 20;
/** Kinds of which programs keep up to 500 on purpose: in caches, rings, undo stacks, logs. Of sockets and timers they do not. */
const KEPT_IN_NUMBERS: ReadonlySet<string> = new Set(['object', 'dom-node', 'array-buffer']);

/**
 * What looks like a leak after `escalateTo` iterations may be a cache of 100 or 500: such a page is followed for hundreds of
 * iterations more, as fast as it can, and looked into once more. That can only refute the leak: what it showed before stays
 * where the page does no longer what it did, throws, or takes too long.
 */
export function nextReach(
  evidence: Evidence,
  view: HeapView,
  follow: FollowUp,
  { leaks, natives, growth }: HeapJudgement,
): Step | undefined {
  const { reach } = evidence.settings;
  if (reach === undefined || view.heap !== 0 || view.watched || follow.runaway || follow.cutShort) return undefined;
  if (
    agedIn(evidence) ||
    isSlow(evidence) ||
    !follow.escalated ||
    !(leaks.some(mayBeBounded) || growth.length > 0 || natives.some(isElement))
  )
    return undefined;
  const sprints = sprintsAfter(evidence, follow.latest);
  const begun = begunIn(evidence);
  const sprint = (to: number, by: SprintBy) => ({ do: 'sprint', to, of: reach, by }) as const;
  if (sprints.length === 0) return sprint(begun, 'mouse');
  const last = sprints.at(-1)!;
  if (last.endedBy === 'multiplying' || !wasFaithful(evidence, follow)) return undefined;
  // On a busy machine time ends it: what was reached by then may show as much.
  const isOver = last.endedBy === 'time';
  if (isOver && (sprints.length < FEWEST_READINGS || !anyRested(evidence, sprints))) return undefined;
  // A snapshot was taken because the counters seemed at rest, and the leak was still there: a heap can seem at rest before a cache is full.
  const { reached } = follow;
  const rested = !reached && cameToRest(evidence, sprints);
  if (rested && last.inPage > 0 && !isOver) return sprint(begun + DOUBTED_ITERATIONS, 'mouse');
  const end = reach - thresholds.lastStretch;
  const to =
    rested || isOver ? undefined : [...READINGS, ...LAST_ITERATIONS.map((left) => end - left)].find((to) => to > begun);
  if (to !== undefined) return sprint(to, 'page or mouse');
  if (reached && reached.begun > last.begun) return undefined;
  // Needs no snapshot: a single bounded thing would have brought its counters to rest. Snapshots of large leaks take minutes.
  if (!rested && areOneThing(leaks) && natives.length === 0 && plainlyGoesOn(evidence, sprints, leaks))
    return undefined;
  return {
    do: 'snapshot',
    heap: 0,
    phase: 'escalate',
    iterations: thresholds.lastStretch,
    stacks: false,
    quick: false,
    reason: 'to tell a leak from a large cache',
  };
}

/** Longer than the usual time limits of caches (a minute, five minutes), shorter than most sessions live without input (15 minutes). ms. */
const AGED_MS = 6 * 60_000;
/** A counter must fall by what this many iterations add, before another snapshot is taken after the minutes. Fewer may be chance. */
const FEWEST_GONE = 3;

/**
 * What looks like a leak may be kept for a time: a cache whose entries live for a minute, a clean-up that comes later. Minutes of the
 * page's time show it. That, too, can only refute the leak.
 *
 * Fooled by: a page that releases all that leaked because it was not used for minutes.
 */
export function nextAge(
  evidence: Evidence,
  view: HeapView,
  follow: FollowUp,
  { leaks, natives, growth }: HeapJudgement,
): Step | undefined {
  if (evidence.settings.ages !== true || view.heap !== 0 || view.watched || follow.runaway || follow.cutShort)
    return undefined;
  const aged = agedIn(evidence);
  if (!aged) {
    const may = leaks.some((leak) => mayBeBounded(leak) || endsByItself(leak));
    return follow.escalated && (may || growth.length > 0 || natives.some(isElement))
      ? { do: 'age', ms: AGED_MS }
      : undefined;
  }
  if (view.snapshots.some(({ begun }) => begun > aged.begun) || !letGoMeanwhile(evidence, aged)) return undefined;
  return {
    do: 'snapshot',
    heap: 0,
    phase: 'escalate',
    iterations: FEWEST_GONE,
    stacks: false,
    quick: false,
    reason: 'to see what is left after some minutes',
  };
}

/** Timers that fire once, and then are gone. */
const endsByItself = ({ resource }: LeakCandidate): boolean =>
  resource?.kind === 'timer' && resource.name === 'timeout';

/** What a page has that works by itself: a poll that fills a ring pushes out in minutes what iterations left, and the ring stays as large. */
const WORKS_BY_ITSELF = ['intervals', 'timeouts', 'animationLoops'];

/** Whether a counter that rose in the count fell by what some iterations had added, or the page went on with work of its own. */
const letGoMeanwhile = (evidence: Evidence, aged: AgedSeen): boolean =>
  WORKS_BY_ITSELF.some((counter) => (aged.counters[0][counter] ?? 0) > 0) ||
  findSuspicions(countView(evidence).samples).some((suspicion) => fellWhileAging(suspicion, aged));

/** Whether minutes of the page's time took away what some iterations had added to a counter. */
export function fellWhileAging(
  { counter, perIteration }: Suspicion,
  { counters: [before, after] }: Pick<AgedSeen, 'counters'>,
): boolean {
  return perIteration > 0 && (before[counter] ?? 0) - (after[counter] ?? 0) >= perIteration * FEWEST_GONE;
}

type Sprints = ReturnType<typeof sprintsIn>;

const mayBeBounded = ({ kind, name, group, resource }: LeakCandidate): boolean =>
  name === STORED ||
  name === STORED_RECORD ||
  (group !== undefined && group.via === undefined && resource === undefined && KEPT_IN_NUMBERS.has(kind));

const isElement = ({ className }: GroupReport): boolean => kindOf(className, undefined) === 'dom-node';

const sprintsAfter = (evidence: Evidence, { begun }: FollowUp['latest']): Sprints =>
  sprintsIn(evidence).filter((seen) => seen.begun >= begun);

/**
 * Whether the page did in the quick iterations what it does in slow ones, by the mutations of its document and by what it throws:
 * some frameworks put two clicks together that come in one moment, and a page whose limit is exhausted throws.
 */
function wasFaithful(evidence: Evidence, follow: FollowUp): boolean {
  const [one, ...others] = countedIn(evidence);
  const end = others.at(-1);
  const [first, ...more] = sprintsAfter(evidence, follow.latest);
  const last = more.at(-1);
  if (!one || !end || !first || !last) return true;
  const iterations = last.begun - first.begun;
  const counted = end.begun - one.begun;
  const usual = (of: 'mutations' | 'errors') => (((end[of] ?? 0) - (one[of] ?? 0)) / counted) * iterations;
  const mutations = (last.mutations ?? 0) - (first.mutations ?? 0);
  const thrown = (last.errors ?? 0) - (first.errors ?? 0);
  return mutations >= usual('mutations') * thresholds.stillThere && thrown <= usual('errors');
}

const countedIn = ({
  observations,
}: Evidence): readonly Extract<Evidence['observations'][number], { saw: 'counters' }>[] =>
  observations.filter((seen) => seen.saw === 'counters').filter(({ when }) => when === 'count');

/** Whether no counter that rose in the count went on at its rate between the last two readings. */
const cameToRest = (evidence: Evidence, sprints: Sprints): boolean =>
  sprints.length > 1 && gains(evidence, sprints.slice(-2)).every(({ gain, expected }) => gain < expected);

/** Whether one of them did not, and things are counted exactly: code that is compiled late adds to a heap of which the rest stands still. */
const anyRested = (evidence: Evidence, sprints: Sprints): boolean =>
  cameToRest(evidence, sprints) ||
  gains(evidence, sprints.slice(-2)).some(({ counter, gain, expected }) => countsThings(counter) && gain < expected);

/** Whether all leaks are parts of one: a chart in a list and its painter in another refer to each other, so both stay or both go. */
const areOneThing = (leaks: readonly LeakCandidate[]): boolean =>
  leaks.length === 1 ||
  (leaks.every(({ group }) => group?.cluster !== undefined) &&
    new Set(leaks.map(({ group }) => group!.cluster)).size === 1);

/**
 * Whether each of them did between any two readings, by more than a page at rest may gain. A heap that grows by more than the leaks
 * keep (code, caches of a framework) says nothing of them.
 */
function plainlyGoesOn(evidence: Evidence, sprints: Sprints, leaks: readonly LeakCandidate[]): boolean {
  const kept = leaks.reduce((sum, { bytesPerIteration }) => sum + bytesPerIteration, 0);
  return gains(evidence, sprints).every(
    ({ counter, gain, expected, rate }) =>
      gain >= expected &&
      (countsThings(counter) || (expected >= thresholds.slowBytes && kept >= rate * thresholds.keepsRising)),
  );
}

/**
 * Of each counter that rose in the count: what it gained from each reading to the next, and what it gains there if it goes on. The
 * browser's own heap has records that come to an end by themselves (250 of requests), so it counts where nothing else rose.
 */
function gains(
  evidence: Evidence,
  sprints: Sprints,
): { readonly counter: string; readonly rate: number; readonly gain: number; readonly expected: number }[] {
  const { samples } = countView(evidence);
  const rose = findSuspicions(samples);
  const others = rose.filter(({ counter }) => counter !== 'embedderHeapBytes');
  return (others.length > 0 ? others : rose).flatMap(({ counter, perIteration }) => {
    const rate = counter.endsWith('Bytes') ? typicalStep(samples, counter) || perIteration : perIteration;
    return sprints.slice(1).map((after, index) => {
      const before = sprints[index]!;
      const gain = (after.counters[counter] ?? 0) - (before.counters[counter] ?? 0);
      return { counter, rate, gain, expected: rate * (after.begun - before.begun) * thresholds.keepsRising };
    });
  });
}

/** Takes out of the leaks what hundreds of iterations more have shown to be bounded. */
export function refute(judgement: Judgement, { reached, latest, warmup, aged }: FollowUp): Judgement {
  if (!reached) return judgement;
  const later = judgeSnapshot(reached, {
    warmup,
    escalated: true,
    multiplies: false,
    nodesRose: false,
    listenersRose: false,
    earlier: latest,
    withTexts: true,
  });
  const bounded: BoundedGrowth[] = [];
  let boundedBytes = 0;
  const leaks = judgement.leaks.filter((leak) => {
    const { group } = leak;
    if (endsByItself(leak)) {
      const gone = timersGone(leak, reached, latest);
      if (gone) bounded.push(gone);
      return !gone;
    }
    // What is gone after minutes went by itself, whatever held it.
    if (!(mayBeBounded(leak) || (group && aged))) return true;
    // A holder may be another object by now, a list that is copied for instance.
    if (later.leaks.some((one) => one.name === leak.name)) return true;
    const answer = later.bounded.find(({ name, holder }) => name === leak.name && holder === group?.holder.name);
    const found = answer ?? (group && letGo(group, reached, latest));
    if (!found) return true;
    bounded.push(found);
    boundedBytes += group?.bytes.reduce((sum, bytes) => sum + bytes, 0) ?? 0;
    return false;
  });
  if (bounded.length === 0) return judgement;
  return {
    ...judgement,
    leaks,
    bounded: [...judgement.bounded, ...bounded],
    boundedBytes: judgement.boundedBytes + boundedBytes,
  };
}

/** Fewer of them are due than before, although iterations went on: they fire. Which of them is not known. */
function timersGone(
  { name, resource }: LeakCandidate,
  reached: SnapshotSeen,
  latest: SnapshotSeen,
): BoundedGrowth | undefined {
  const [before, left] = [latest, reached].map(
    ({ resources }) => resources.filter((one) => one.name === name && one.stack === resource!.stack).length,
  );
  if (left! > before! / 2) return undefined;
  const reason = `they fire by themselves: ${before} were due, ${left} are after more iterations`;
  return { name, reason, because: { rule: 'evicted', reason, numbers: { before: before!, left: left! } } };
}

/** All that the earlier iterations left is gone by now. */
function letGo(
  { className, holder }: GroupReport,
  reached: SnapshotSeen,
  latest: SnapshotSeen,
): BoundedGrowth | undefined {
  const spans = latest.spans.length;
  const left = reached.analysis.groups
    .filter((group) => group.className === className)
    .reduce((sum, { survivors }) => sum + survivors.slice(0, spans).reduce((all, some) => all + some, 0), 0);
  if (left > 0) return undefined;
  const [before, now] = [latest.spans.at(-1)!.last, reached.spans.at(-1)!.last];
  const reason = `the oldest are let go: none of the first ${before} iterations is left after ${now}`;
  const because = { rule: 'evicted', reason, numbers: { iterations: now, left } };
  return { name: className, reason, because, ...(holder.name === '' ? {} : { holder: holder.name }) };
}
