import type { HolderSizes, SnapshotSeen, WatchedSeen } from '../evidence.ts';
import type { BoundedGrowth } from '../model.ts';
import { NODE_REQUEST_TIMINGS, isEditingRecord, isRequestRecord, kindOf } from '../platform/index.ts';
import type { GroupReport, GrowthReport, SnapshotAnalysis } from '../snapshot/messages.ts';
import type { FollowUp } from './followUp.ts';
import { type Judgement, judgeSnapshot } from './judgeSnapshot.ts';
import { withParts } from './fold/withParts.ts';
import type { LeakCandidate } from './leakCandidate.ts';
import { countOf, mergeByHolder, nativeCandidates, nodesThatCame, unexplainedGrowth } from './leftoverGrowth.ts';
import { refute } from './reach.ts';
import { type Answer, firstAnswer } from './rules/rule.ts';
import type { Suspicion } from './suspicion.ts';
import { sizeRules } from './table.ts';
import { thresholds } from './thresholds.ts';
import type { HeapView } from './view.ts';

/** What the snapshots of one heap show, and what only its live holders can. */
export interface HeapJudgement extends Judgement {
  /** Holders that grew and that no leak names: their live sizes decide. */
  readonly growth: readonly GrowthReport[];
  /** Objects of the browser whose further coming must be seen. */
  readonly natives: readonly GroupReport[];
}

export function judgeHeap(view: HeapView, follow: FollowUp, suspicions: readonly Suspicion[]): HeapJudgement {
  const { latest } = follow;
  const then = judgeSnapshot(latest, {
    warmup: follow.warmup,
    escalated: follow.escalated,
    multiplies: follow.runaway !== undefined,
    nodesRose: suspicions.some(({ counter }) => counter === 'nodes'),
    listenersRose: suspicions.some(({ counter }) => counter === 'listeners'),
    earlier: view.snapshots[0] === latest ? undefined : view.snapshots[0],
  });
  const judgement = refute(then, follow);
  const growth = unexplainedGrowth(latest.analysis.growth, judgement.leaks);
  const candidates = (groups: readonly GroupReport[]): GroupReport[] =>
    nativeCandidates(groups, judgement.leaks, suspicions, new Set(latest.interfaces), latest.iterationsSince);
  const known = candidates(mergeByHolder(judgement.ageless));
  const hasNodes = known.some(({ className }) => ['dom-node', 'frame'].includes(kindOf(className, undefined)));
  const first = view.snapshots[0];
  // Whatever else leaks may have brought them along.
  const isOpen = !hasNodes && judgement.leaks.length === 0 && first !== latest;
  const more = isOpen ? candidates(nodesThatCame(first?.analysis, latest.analysis)) : [];
  const natives = [...known, ...more];
  return { ...judgement, growth, natives };
}

/** What one heap comes to in the end. */
export interface HeapDecision {
  readonly leaks: readonly LeakCandidate[];
  readonly bounded: readonly BoundedGrowth[];
  readonly boundedBytes: number;
  readonly anyReleased: boolean;
  /** Holders that grow and of which no rule can say whether it ends. */
  readonly open: readonly string[];
  /** Nodes an iteration that only the browser's own undo steps keep. */
  readonly undoNodes: number;
  readonly keptRequests: number;
}

export function decideHeap(
  view: HeapView,
  follow: FollowUp,
  suspicions: readonly Suspicion[],
  iterationsInAll: number,
): HeapDecision {
  const judgement = judgeHeap(view, follow, suspicions);
  const { watched } = view;
  const bounded = [...judgement.bounded];
  const leaks = judgement.leaks.filter((leak) => {
    const record = historyRecord(leak, watched);
    if (record) bounded.push(record);
    return !record;
  });
  const open: string[] = [];
  let { boundedBytes } = judgement;
  for (const growth of judgement.growth) {
    const answer = judgeSizes(growth, view, follow, watched?.begun ?? iterationsInAll);
    if (!answer) continue;
    if (answer.answer === 'leak') {
      const grown = grownCandidate(growth, readingOf(growth, watched), answer, follow.latest);
      // The same objects are entries of two collections: an index by tag, the subscribers of two signals.
      const held = leaks.findIndex(({ group }) => growth.entries !== undefined && group?.className === growth.entries);
      if (held < 0) leaks.push(grown);
      else leaks[held] = withParts(leaks[held]!, [grown]);
    }
    if (answer.answer === 'bounded' && growth.bytesAfter > growth.bytesBefore) {
      bounded.push(boundedBy(growth.className, growth.holder.name, answer));
      boundedBytes += growth.bytesAfter - growth.bytesBefore;
    } else if (answer.answer === 'cannot-say') open.push(growth.holder.name || growth.className);
  }
  if (watched) {
    const came: LeakCandidate[] = [];
    for (const native of judgement.natives) {
      const found = judgeNative(native, watched, follow, view.snapshots[0]);
      if (found.leak) came.push(found.leak);
      else bounded.push(found.bounded);
    }
    leaks.push(...withoutInside(came, watched));
  }
  for (const [group, growth] of judgement.doubtful)
    if (!judgement.natives.some((native) => sameNatives(native, group))) bounded.push(growth);
  // What multiplies is not followed far: that it goes on is seen while it is watched.
  const wentOn = !follow.runaway || !watched || watched.heldBytes[1] > watched.heldBytes[0];
  const nodesOnly = (className: string): boolean => kindOf(className, undefined) === 'dom-node';
  const kept = {
    undoNodes: keptIn(follow.latest, isEditingRecord, nodesOnly),
    keptRequests: keptIn(follow.latest, isRequestRecord, (className) => className === 'AbortSignal'),
  };
  const { anyReleased } = judgement;
  if (wentOn) return { leaks, bounded, boundedBytes, anyReleased, open, ...kept };
  const because = { rule: 'multiplies', reason: 'it multiplied, and was released after that', numbers: {} };
  const released = leaks.map(({ name, group }) => ({
    name,
    reason: because.reason,
    because,
    ...(group === undefined || group.holder.name === '' ? {} : { holder: group.holder.name }),
  }));
  return { leaks: [], bounded: [...bounded, ...released], boundedBytes, anyReleased, open, ...kept };
}

/**
 * A router's record of a session-history entry: at most one of a kind for each entry that an iteration makes, small, in a
 * collection that is keyed by the entries. The browser keeps 50 entries; a reload drops all records.
 *
 * Fooled by: a small leak of each navigation in a collection of the page that is keyed by `history.state`.
 */
function historyRecord(leak: LeakCandidate, watched: WatchedSeen | undefined): BoundedGrowth | undefined {
  const { group } = leak;
  if (!watched?.history || !group || group.via !== undefined) return undefined;
  const entries = watched.history.entries / watched.iterations;
  if (!watched.history.holders.includes(group.holder.heapObjectId)) return undefined;
  if (leak.perIteration > entries || leak.bytesPerIteration > entries * thresholds.historyRecordBytes) return undefined;
  const because = {
    rule: 'session history',
    reason: `a record of each session-history entry: ${leak.perIteration} for ${entries} entries an iteration`,
    numbers: { perIteration: leak.perIteration, entries },
  };
  return { name: leak.name, reason: because.reason, because, holder: group.holder.name };
}

/** How many of some classes the browser keeps for records of its own, an iteration. */
function keptIn(
  { analysis, iterationsSince }: SnapshotSeen,
  isRecord: (via: string) => boolean,
  isOf: (className: string) => boolean,
): number {
  const kept = analysis.groups.filter(({ className, via }) => via !== undefined && isRecord(via) && isOf(className));
  return kept.reduce((sum, group) => sum + countOf(group), 0) / Math.max(1, iterationsSince);
}

function boundedBy(name: string, holder: string, { because }: Answer): BoundedGrowth {
  return { name, reason: because.reason, because, ...(holder === '' ? {} : { holder }) };
}

const isSame = (growth: GrowthReport, { heapObjectId, slot, within }: HolderSizes): boolean =>
  heapObjectId === growth.holder.heapObjectId &&
  slot === (growth.type === 'slot' ? growth.slot : undefined) &&
  within?.join(' ') === growth.within?.join(' ');

function readingOf(
  growth: GrowthReport,
  seen: { readonly holders: readonly HolderSizes[] } | undefined,
): HolderSizes | undefined {
  return seen?.holders.find((holder) => isSame(growth, holder));
}

const OF_NODE: Answer = {
  answer: 'bounded',
  because: { rule: 'browser bookkeeping', reason: 'Node keeps the timings of the last 250 requests', numbers: {} },
};

/** Undefined where the holder was not read: too many others grew more. */
export function judgeSizes(
  growth: GrowthReport,
  view: HeapView,
  follow: Pick<FollowUp, 'runaway'>,
  iterationsInAll: number,
): Answer | undefined {
  if (growth.holder.name === NODE_REQUEST_TIMINGS) return OF_NODE;
  const seen = view.watched ?? view.sizes;
  const reading = readingOf(growth, seen);
  if (!reading) return undefined;
  const before = seen === view.sizes ? undefined : readingOf(growth, view.sizes);
  return firstAnswer(sizeRules, {
    sizes: reading.sizes,
    earlier: before !== undefined && before.place === reading.place ? before.sizes : [],
    iterationsInAll,
    multiplies: follow.runaway !== undefined,
  });
}

function grownCandidate(
  growth: GrowthReport,
  { sizes = [], place }: Partial<HolderSizes> = {},
  { because }: Answer,
  { spans }: SnapshotSeen,
): LeakCandidate {
  const steps = sizes.slice(1).map((size, index) => size - sizes[index]!);
  const kind = kindOf(growth.className, undefined);
  const hasEntries = kind !== 'array-buffer' && !/^(?:string|bigint)$/.test(growth.className);
  const iterations = Math.max(1, spans.at(-1)!.last - spans[0]!.first + 1);
  return {
    kind,
    name: growth.entries ?? (hasEntries ? `entries of ${growth.className}` : growth.className),
    perIteration: hasEntries ? steps.reduce((sum, step) => sum + step, 0) / steps.length : 1,
    bytesPerIteration: (growth.bytesAfter - growth.bytesBefore) / iterations,
    retainedBytes: growth.bytesAfter,
    survivors: hasEntries ? steps : steps.map((step) => (step > 0 ? 1 : 0)),
    because,
    growth,
    ...(place === undefined ? {} : { place }),
  };
}

/** Where only the number of new nodes is known: the roots that were put into the document. The other new nodes are parts of them. */
function withoutInside(came: readonly LeakCandidate[], { left = [] }: WatchedSeen): readonly LeakCandidate[] {
  const uncertain = came.filter(({ native }) => native!.holder.heapObjectId === 0);
  const roots = uncertain.filter(({ name }) => left.some((one) => one.name === name));
  const [most, ...others] = (roots.length > 0 ? roots : uncertain).toSorted((a, b) => b.perIteration - a.perIteration);
  if (!most) return came;
  const told = roots.length > 0 ? [most, ...others] : [most];
  return [...told, ...came.filter((leak) => !uncertain.includes(leak))];
}

/** A snapshot after the watched iterations says whether the browser's own objects go on coming. */
function judgeNative(
  native: GroupReport,
  { iterations, again, left = [] }: WatchedSeen,
  { latest: { analysis, iterationsSince }, reached, aged }: FollowUp,
  first: SnapshotSeen | undefined,
):
  | { readonly leak: LeakCandidate; readonly bounded?: never }
  | { readonly leak?: never; readonly bounded: BoundedGrowth } {
  const latest = again && mergeByHolder(again.groups).find((candidate) => sameNatives(candidate, native));
  const came = latest ? latest.ageless + latest.survivors.at(-1)! : 0;
  const more = gainOf(native.className, reached?.analysis ?? analysis, again) ?? came;
  const count =
    (first?.analysis === analysis ? undefined : gainOf(native.className, first?.analysis, analysis)) ?? countOf(native);
  const bytes = native.bytes.reduce((sum, some) => sum + some, 0);
  const rate = count / iterationsSince;
  const went = aged ? gainOf(native.className, reached?.analysis, analysis) : undefined;
  if (went !== undefined && went > 0) {
    const reason = `they go by themselves: ${went} fewer were there after some minutes`;
    const because = { rule: 'goes on coming', reason, numbers: { went } };
    return { bounded: { name: native.className, reason, because, holder: native.holder.name } };
  }
  // The parts of a subtree may be of the class of its root: how many roots came was seen in the document.
  const roots = left.find(({ name }) => name === native.className);
  const perIteration = roots ? roots.count / iterations : rate;
  const numbers = { survivors: [count, more], iterations: [iterationsSince, iterations] };
  if (rate <= 0 || more < rate * iterations * thresholds.nativeGoesOn) {
    const because = { rule: 'goes on coming', reason: 'no more of them come', numbers };
    return { bounded: { name: native.className, reason: because.reason, because, holder: native.holder.name } };
  }
  return {
    leak: {
      kind: kindOf(native.className, undefined),
      name: native.className,
      perIteration: Math.round(perIteration * 10) / 10,
      bytesPerIteration: bytes / iterationsSince,
      retainedBytes: bytes,
      survivors: [count, more],
      because: {
        rule: 'goes on coming',
        reason: `${count} came in ${iterationsSince} iterations, ${more} in the next ${iterations}`,
        numbers,
      },
      native,
    },
  };
}

/**
 * DOM nodes of a class are counted in each snapshot: those that came, less those that went.
 *
 * @returns undefined for a class that is not counted, and for a snapshot that was not analysed in full
 */
function gainOf(
  className: string,
  before: Pick<SnapshotAnalysis, 'elements'> | undefined,
  after: Pick<SnapshotAnalysis, 'elements'> | undefined,
): number | undefined {
  const [from, to] = [before, after].map((seen) => seen?.elements ?? {});
  if (!from?.['<html>'] || (from[className] === undefined && to?.[className] === undefined)) return undefined;
  return (to?.[className] ?? 0) - (from[className] ?? 0);
}

function sameNatives(a: GroupReport, b: GroupReport): boolean {
  return (
    a.className === b.className && (a.holder.heapObjectId === b.holder.heapObjectId || a.holder.name === b.holder.name)
  );
}

/** Nodes and frames that the document itself holds, not a collection of the page. */
export function isInDocument({ kind, group }: LeakCandidate): boolean {
  return (
    (kind === 'dom-node' || kind === 'frame') &&
    (group?.holder.nodeType === 'native' || group?.holder.nodeType === 'synthetic')
  );
}
