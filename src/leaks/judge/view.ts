import type {
  AgedSeen,
  ComparedSeen,
  ConfirmedSeen,
  CountersSeen,
  CoveredSeen,
  DrivenSeen,
  Evidence,
  FollowedSeen,
  HeapNumber,
  Observation,
  SizesSeen,
  SnapshotSeen,
  SprintedSeen,
  WatchedSeen,
} from '../evidence.ts';
import type { CounterSample } from '../model.ts';

type Of<T> = T & { readonly begun: number };

/** The observations of one heap, by kind, in their order. */
export interface HeapView {
  readonly heap: HeapNumber;
  readonly tracked: boolean;
  readonly snapshots: readonly Of<SnapshotSeen>[];
  readonly sizes: Of<SizesSeen> | undefined;
  readonly watched: Of<WatchedSeen> | undefined;
  /** What was seen after the first snapshot, for telling how the follow-up went. */
  readonly followUp: readonly Of<FollowedSeen | ConfirmedSeen | SnapshotSeen>[];
}

export function heapView({ observations }: Evidence, heap: HeapNumber): HeapView {
  const mine = observations.filter((seen) => 'heap' in seen && seen.heap === heap);
  const ofKind = <K extends Observation['saw']>(kind: K): Extract<Observation, { saw: K }>[] =>
    mine.filter((seen): seen is Extract<Observation, { saw: K }> => seen.saw === kind);
  const all = ofKind('snapshot');
  // One that tells runs of iterations apart was taken because those before it showed nothing.
  const ofRuns = all.findIndex(tellsRuns);
  const snapshots = all.slice(Math.max(0, ofRuns));
  const firstAt = snapshots[0] ? mine.indexOf(snapshots[0]) : mine.length;
  return {
    heap,
    tracked: ofKind('tracking').length > 0,
    snapshots,
    sizes: ofKind('sizes')[0],
    watched: ofKind('watched')[0],
    followUp: mine
      .slice(firstAt + 1)
      .filter((seen) => seen.saw === 'followed' || seen.saw === 'confirmed' || seen.saw === 'snapshot'),
  };
}

/** Whether a snapshot tells runs of iterations apart, not single ones. */
export const tellsRuns = ({ spans }: SnapshotSeen): boolean =>
  spans.length > 0 && spans.every(({ first, last }) => last > first);

/** The count, as samples from iteration 0 on, with what was read before and after it. */
export interface CountView {
  readonly warmedUp: CountersSeen['counters'] | undefined;
  readonly samples: readonly CounterSample[];
  readonly end: Of<CountersSeen> | undefined;
  /** Iterations begun when the last sample was taken. */
  readonly begun: number;
  /** Counted iterations whose objects are tracked. */
  readonly trackedIterations: number;
  /** Whether nothing that can be seen from outside came of any of them. */
  readonly anySilent: boolean;
}

export function countView({ observations }: Evidence): CountView {
  const counted: CountersSeen[] = [];
  let warmedUp: CountersSeen['counters'] | undefined;
  let end: Of<CountersSeen> | undefined;
  let begun = 0;
  let trackedAt: number | undefined;
  for (const seen of observations) {
    if (seen.saw === 'tracking' && seen.heap === 0) trackedAt ??= counted.length;
    if (seen.saw !== 'counters') continue;
    if (seen.when === 'warmup') warmedUp = seen.counters;
    else if (seen.when === 'end') end = seen;
    else {
      counted.push(seen);
      ({ begun } = seen);
    }
  }
  return {
    warmedUp,
    samples: counted.map(({ atMs, counters }, iteration) => ({ iteration, atMs, ...counters })),
    end,
    begun,
    trackedIterations: trackedAt === undefined ? 0 : counted.length - trackedAt,
    anySilent: counted.some(({ silent }) => silent === true),
  };
}

export const begunIn = ({ observations }: Evidence): number => observations.at(-1)?.begun ?? 0;

/** The readings after runs of quick iterations, in their order. */
export function sprintsIn({ observations }: Evidence): readonly Of<SprintedSeen>[] {
  return observations.filter((seen): seen is Of<SprintedSeen> => seen.saw === 'sprinted');
}

export function agedIn({ observations }: Evidence): Of<AgedSeen> | undefined {
  return observations.find((seen) => seen.saw === 'aged');
}

export function workerHeaps({ observations }: Evidence): readonly (readonly number[])[] | undefined {
  return observations.find((seen) => seen.saw === 'workers')?.heaps;
}

export function drivenIn({ observations }: Evidence): DrivenSeen | undefined {
  return observations.find((seen) => seen.saw === 'driven');
}

export function coveredIn({ observations }: Evidence): CoveredSeen | undefined {
  return observations.find((seen) => seen.saw === 'covered');
}

/** What grew from snapshot to snapshot, where that is all that could be seen. */
export function comparedIn({ observations }: Evidence): ComparedSeen | undefined {
  return observations.find((seen) => seen.saw === 'compared');
}

export function failureIn({ observations }: Evidence): string | undefined {
  return observations.find((seen) => seen.saw === 'failure')?.message;
}
